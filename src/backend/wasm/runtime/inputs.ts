import type { BufferSpec } from "../../../compiler/kernel-ir/kernel-ir.ts";
import { bytesOf, type DType, type TypedArray } from "../../../ir/dtypes.ts";
import { DataError } from "../../../util/errors.ts";
import type { ProgramInput } from "../../contract.ts";
import { align, tableSlots } from "../module/layout.ts";
import type { Heap, Resident } from "./heap.ts";

/** Bytes from which on an input is worth a place of its own. */
const leastBytes = 4096;

/** An input that never changes: it stays in the backend's memory while it is in use on the host and there is room. */
class LastingInput implements Resident {
  readonly #heap: Heap;
  #stay: ReturnType<Heap["admit"]> | null = null;

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  /** Takes its place, if it has none; gives the address. */
  enter(dtype: DType, data: TypedArray): number {
    if (this.#stay === null) {
      this.#stay = this.#heap.admit(this, data.byteLength);
      this.#heap.write(this.#stay.address, dtype, data);
    }
    return this.#stay.address;
  }

  leave(): void {
    this.#stay?.release();
    this.#stay = null;
  }
}

/** The inputs that have a place of their own, by their elements. */
export type LastingInputs = WeakMap<TypedArray, LastingInput>;

/** One input that a program reads. */
interface Input {
  readonly index: number;
  readonly dtype: DType;
  readonly size: number;
  /** Whether the program works in its memory. */
  readonly isWritten: boolean;
}

/** What an input is in the present run, and where, if it has a place of its own. */
type Taken =
  | { readonly input: Input; readonly data: ProgramInput; readonly place: null }
  | { readonly input: Input; readonly data: TypedArray; readonly place: LastingInput };

/** The inputs of a program: copied beside its workspace for each run, but for those that last and come again. */
export class ProgramInputs {
  readonly #heap: Heap;
  readonly #lasting: LastingInputs;
  readonly #inputs: readonly Input[];
  /** What lasts and has come once. */
  readonly #seen = new WeakSet<TypedArray>();
  /** The inputs of the present run. */
  #taken: readonly Taken[] = [];
  #bytes = 0;

  constructor(
    heap: Heap,
    lasting: LastingInputs,
    buffers: readonly BufferSpec[],
    written: ReadonlySet<number>,
  ) {
    this.#heap = heap;
    this.#lasting = lasting;
    this.#inputs = buffers.flatMap(({ home, dtype, size }, id) =>
      home.kind === "input" ? [{ index: home.index, dtype, size, isWritten: written.has(id) }] : [],
    );
  }

  /** Takes the inputs of a run. */
  take(inputs: readonly ProgramInput[], lasting: readonly boolean[]): void {
    this.#bytes = 0;
    this.#taken = this.#inputs.map((input) => {
      const { index, dtype, size, isWritten } = input;
      const data = inputs[index];
      if (data?.length !== size) {
        throw new DataError(
          `wasm backend: expected ${size} elements for input ${index} of the program, received ${data?.length ?? "none"}.`,
        );
      }
      if (lasting[index] === true && !isWritten && !("writeTo" in data)) {
        const place = this.#placeOf(data);
        if (place !== null) return { input, data, place };
      }
      this.#bytes += align(size * bytesOf(dtype));
      return { input, data, place: null };
    });
  }

  #placeOf(data: TypedArray): LastingInput | null {
    if (data.byteLength < leastBytes) return null;
    const known = this.#lasting.get(data);
    if (known !== undefined) return known;
    if (!this.#seen.has(data)) {
      this.#seen.add(data);
      return null;
    }
    // Whoever computes with much of it is better off with room for the variables.
    if (this.#heap.usedBytes + data.byteLength > this.#heap.limitBytes / 4) return null;
    const made = new LastingInput(this.#heap);
    this.#lasting.set(data, made);
    return made;
  }

  /** Bytes that the present run's inputs need beside its workspace. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What has to stay where it is during the run. */
  get residents(): readonly Resident[] {
    return this.#taken.flatMap(({ place }) => place ?? []);
  }

  /** Brings those that last into the memory. */
  enter(): void {
    for (const { input, data, place } of this.#taken) place?.enter(input.dtype, data);
  }

  /** Copies the others to an address, and notes in the pointer table where each lies. */
  write(table: Uint32Array, address: number): void {
    let at = address;
    for (const { input, data, place } of this.#taken) {
      const { index, dtype, size } = input;
      table[tableSlots.first + index] = place === null ? at : place.enter(dtype, data);
      if (place !== null) continue;
      if ("writeTo" in data) data.writeTo(this.#heap.view(dtype, at, size));
      else this.#heap.write(at, dtype, data);
      at += align(size * bytesOf(dtype));
    }
    this.#taken = [];
  }
}
