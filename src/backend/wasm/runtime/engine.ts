import type { Heap } from "./heap.ts";

/** What all programs of the backend share: the heap and one workspace, which every run overwrites. */
export class Engine {
  readonly heap: Heap;
  #workspace: { readonly address: number; readonly bytes: number } | null = null;

  constructor(heap: Heap) {
    this.heap = heap;
  }

  /** The address of memory for one run, as large as any run needed so far. */
  workspace(bytes: number): number {
    if (this.#workspace !== null && this.#workspace.bytes >= bytes) return this.#workspace.address;
    if (this.#workspace !== null) this.heap.free(this.#workspace.address);
    this.#workspace = null;
    const address = this.heap.allocate(bytes);
    this.#workspace = { address, bytes };
    return address;
  }
}
