import { invariant } from "../../../util/errors.ts";
import { ByteWriter } from "./byte-writer.ts";
import { valueTypeCode, type ValueType } from "./expression.ts";
import { FunctionBuilder, type FunctionHandle } from "./function-builder.ts";

/** Where a module's one memory comes from. Sizes in pages of 64 KiB; at most 65,536 (4 GiB). */
export interface MemoryImport {
  readonly module: string;
  readonly name: string;
  readonly initial: number;
  readonly maximum?: number;
  /** Shared memories need a maximum. Default false. */
  readonly shared?: boolean;
}

/**
 * A WebAssembly module under construction. Imported functions come first, then functions in the order
 * they are made; a function may call any already made, itself, or one made by {@link declare}.
 */
export class ModuleBuilder {
  readonly #types = new Map<string, number>();
  readonly #typeBytes = new ByteWriter();
  readonly #imports: { readonly module: string; readonly name: string; readonly type: number }[] = [];
  readonly #functions: FunctionBuilder[] = [];
  readonly #exports: { readonly name: string; readonly index: number }[] = [];
  #memory: MemoryImport | undefined;

  /** Declares the imported memory; call once. */
  importMemory(memory: MemoryImport): void {
    invariant(memory.shared !== true || memory.maximum !== undefined, "a shared memory needs a maximum");
    this.#memory = memory;
  }

  /** Imports a function. All imports come before the first function. */
  importFunction(
    module: string,
    name: string,
    params: readonly ValueType[],
    results: readonly ValueType[] = [],
  ): FunctionHandle {
    invariant(this.#functions.length === 0, "imports come before functions");
    this.#imports.push({ module, name, type: this.#typeIndex(params, results) });
    return { index: this.#imports.length - 1, params, results };
  }

  /** Makes a function whose body is written later, so that others may call it first. */
  declare(params: readonly ValueType[], results: readonly ValueType[] = []): FunctionBuilder {
    const fn = new FunctionBuilder(this.#imports.length + this.#functions.length, params, results);
    this.#typeIndex(params, results);
    this.#functions.push(fn);
    return fn;
  }

  /** Makes a function and writes its body. */
  function(
    params: readonly ValueType[],
    results: readonly ValueType[],
    body: (fn: FunctionBuilder) => void,
  ): FunctionBuilder {
    const fn = this.declare(params, results);
    body(fn);
    return fn;
  }

  /** Exports a function under a name. */
  exportFunction(name: string, fn: FunctionHandle): void {
    this.#exports.push({ name, index: fn.index });
  }

  /** The finished module. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const out = new ByteWriter();
    out.raw([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
    // Interning types while writing the function section must precede the type section.
    const functionTypes = this.#functions.map((fn) => this.#typeIndex(fn.params, fn.results));
    const types = new ByteWriter();
    types.unsigned(this.#types.size);
    types.raw(this.#typeBytes.view());
    section(out, 1, this.#types.size, types);
    this.#writeImports(out);
    sectionOf(out, 3, functionTypes, (type, to) => to.unsigned(type));
    sectionOf(out, 7, this.#exports, ({ name, index }, to) => {
      to.name(name);
      to.byte(0);
      to.unsigned(index);
    });
    sectionOf(out, 10, this.#functions, (fn, to) => fn.write(to));
    return out.toBytes();
  }

  #typeIndex(params: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${params.join()}>${results.join()}`;
    const known = this.#types.get(key);
    if (known !== undefined) return known;
    const index = this.#types.size;
    this.#types.set(key, index);
    this.#typeBytes.byte(0x60);
    for (const list of [params, results]) {
      this.#typeBytes.unsigned(list.length);
      for (const type of list) this.#typeBytes.byte(valueTypeCode[type]);
    }
    return index;
  }

  #writeImports(out: ByteWriter): void {
    const body = new ByteWriter();
    const count = this.#imports.length + (this.#memory === undefined ? 0 : 1);
    body.unsigned(count);
    for (const { module, name, type } of this.#imports) {
      body.name(module);
      body.name(name);
      body.byte(0);
      body.unsigned(type);
    }
    if (this.#memory !== undefined) {
      const { module, name, initial, maximum, shared } = this.#memory;
      body.name(module);
      body.name(name);
      body.byte(2);
      body.byte((maximum === undefined ? 0 : 1) | (shared === true ? 2 : 0));
      body.unsigned(initial);
      if (maximum !== undefined) body.unsigned(maximum);
    }
    section(out, 2, count, body);
  }
}

function section(out: ByteWriter, id: number, count: number, contents: ByteWriter): void {
  if (count === 0) return;
  out.byte(id);
  out.sized(contents);
}

function sectionOf<T>(
  out: ByteWriter,
  id: number,
  items: readonly T[],
  write: (item: T, to: ByteWriter) => void,
): void {
  const contents = new ByteWriter();
  contents.unsigned(items.length);
  for (const item of items) write(item, contents);
  section(out, id, items.length, contents);
}
