import type { DeviceBuffer } from "../../contract.ts";
import { WasmBuffer } from "./buffer.ts";
import type { Heap, Resident } from "./heap.ts";

/** Memory for what a program makes of its weights, and which values of them it was made of. */
export class PreparedWeights implements Resident {
  readonly #heap: Heap;
  readonly #bytes: number;
  #stay: ReturnType<Heap["admit"]> | null = null;
  #madeOf: readonly Source[] = [];
  /** Those of the step that is being run. */
  #wanted: readonly Source[] = [];

  constructor(heap: Heap, bytes: number) {
    this.#heap = heap;
    this.#bytes = bytes;
  }

  /** Takes its memory, if it has none. */
  enter(): void {
    this.#stay ??= this.#heap.admit(this, this.#bytes);
  }

  leave(): void {
    this.#stay?.release();
    this.#stay = null;
    this.#madeOf = [];
  }

  /** Where it lies; 0 where nothing is kept. */
  get address(): number {
    return this.#stay?.address ?? 0;
  }

  /** Whether these weights are others than those it was made of. */
  isStaleFor(weights: readonly DeviceBuffer[]): boolean {
    this.#wanted = weights.map((buffer) => ({
      buffer,
      version: buffer instanceof WasmBuffer ? buffer.version : 0,
    }));
    return (
      this.#madeOf.length !== weights.length ||
      this.#madeOf.some(({ buffer, version }, i) => {
        const wanted = this.#wanted[i];
        return wanted?.buffer !== buffer || wanted.version !== version;
      })
    );
  }

  /** To be called when a step is done: it was made, where it was stale. */
  settle(): void {
    this.#madeOf = this.#wanted;
  }
}

/** The value that a buffer had. */
interface Source {
  readonly buffer: DeviceBuffer;
  readonly version: number;
}
