import type { Access, Item, Schedule } from "../../../compiler/kernel-ir/kernel-ir.ts";
import { bytesOf } from "../../../ir/dtypes.ts";
import { invariant } from "../../../util/errors.ts";
import { i32, type Expr, type FunctionHandle, type ModuleBuilder } from "../assembler/index.ts";
import type { StructuredCode } from "../structured/contract.ts";
import { align, tableSlots, type Layout } from "./layout.ts";

/** Weights larger than this are not kept twice, nor any once so much is kept. */
const mostOperandBytes = 16 * 2 ** 20;
const mostBytes = 64 * 2 ** 20;

/** Bytes that what is made of weights takes, and the buffers of state it is made of. */
export interface PreparedNeeds {
  readonly bytes: number;
  readonly state: readonly number[];
}

type Preparation = NonNullable<StructuredCode["preparation"]>;

/** What a program makes of weights that it does not change: packed and transformed once, until somebody changes them. */
export class Preparations {
  readonly #schedule: Schedule;
  readonly #layout: Layout;
  readonly #written: ReadonlySet<number>;
  readonly #entries = new Map<string, { readonly access: Access; readonly at: number } & Preparation>();
  #bytes = 0;

  constructor(schedule: Schedule, layout: Layout) {
    this.#schedule = schedule;
    this.#layout = layout;
    this.#written = writtenBuffers(schedule.items);
  }

  get needs(): PreparedNeeds {
    const state = new Set<number>();
    for (const { access } of this.#entries.values()) {
      const home = this.#schedule.buffers[access.buffer]?.home;
      if (home?.kind === "state") state.add(home.index);
    }
    return { bytes: this.#bytes, state: [...state] };
  }

  /** Whether an operand is state that no step changes, and small enough. */
  keeps({ buffer, loopStrides }: Access): boolean {
    const spec = this.#schedule.buffers[buffer];
    if (spec?.home.kind !== "state" || this.#written.has(buffer)) return false;
    if (loopStrides?.some((stride) => stride !== 0) === true) return false;
    return spec.size * bytesOf(spec.dtype) <= mostOperandBytes && this.#bytes < mostBytes;
  }

  /** Takes in a preparation of an operand; its place among those of the program. */
  add(access: Access, preparation: Preparation): number {
    const key = JSON.stringify([access, preparation.phases.map(({ index }) => index)]);
    const known = this.#entries.get(key);
    if (known !== undefined) return known.at;
    const at = this.#bytes;
    this.#entries.set(key, { ...preparation, access, at });
    // Kernels read a little past the end of an operand.
    this.#bytes = align(at + preparation.bytes + 128);
    return at;
  }

  /** A function `(tid, nthreads, table)` that does all preparations; null where there are none. */
  emit(module: ModuleBuilder, barrier: FunctionHandle): FunctionHandle | null {
    if (this.#entries.size === 0) return null;
    return module.function(["i32", "i32", "i32"], [], (fn) => {
      const [tid, threads, table] = [fn.param("i32", 0), fn.param("i32", 1), fn.param("i32", 2)];
      const pointer = (slot: number): Expr<"i32"> => i32.load(table, slot * 4);
      for (const { access, at, operand, phases } of this.#entries.values()) {
        const spec = this.#schedule.buffers[access.buffer];
        invariant(spec !== undefined, "an operand without a buffer");
        const start = pointer(this.#layout.slots.get(access.buffer) ?? 0);
        const source = i32.add(start, access.offset * bytesOf(spec.dtype));
        const target = i32.add(pointer(tableSlots.prepared), at);
        for (const phase of phases) {
          const operands = phase.params.slice(0, -3).map((_, i) => (i === operand ? source : i32.const(0)));
          fn.call(phase, ...operands, target, tid, threads);
          fn.if(i32.gtS(threads, 1), () => fn.call(barrier, pointer(tableSlots.barrier), threads));
        }
      }
    });
  }
}

/** Buffers that some item stores to. */
export function writtenBuffers(items: readonly Item[]): Set<number> {
  const written = new Set<number>();
  const visit = (item: Item): void => {
    switch (item.kind) {
      case "loop":
        for (const { access } of item.stores) written.add(access.buffer);
        break;
      case "structured":
        for (const { access } of [...item.outputs, ...(item.epilogue?.stores ?? [])])
          written.add(access.buffer);
        break;
      case "repeat":
        item.body.forEach(visit);
        break;
      case "while":
        [...item.condition, ...item.body].forEach(visit);
        break;
      case "switch":
        item.branches.flat().forEach(visit);
        break;
    }
  };
  items.forEach(visit);
  return written;
}
