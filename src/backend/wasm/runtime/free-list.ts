import { invariant } from "../../../util/errors.ts";

interface Block {
  readonly address: number;
  readonly bytes: number;
}

const granule = 64;

/** First-fit allocation: free blocks sorted by address, neighbours joined. Sizes are multiples of 64 bytes. */
export class FreeList {
  readonly #free: Block[] = [];
  readonly #taken = new Map<number, number>();

  /** Adds fresh memory. */
  add(address: number, bytes: number): void {
    const start = Math.ceil(address / granule) * granule;
    this.#insert({ address: start, bytes: Math.floor((address + bytes - start) / granule) * granule });
  }

  /** The address of a block of at least `bytes` bytes, or null. */
  take(bytes: number): number | null {
    const wanted = Math.max(granule, Math.ceil(bytes / granule) * granule);
    const at = this.#free.findIndex((block) => block.bytes >= wanted);
    const block = this.#free[at];
    if (block === undefined) return null;
    if (block.bytes === wanted) this.#free.splice(at, 1);
    else this.#free[at] = { address: block.address + wanted, bytes: block.bytes - wanted };
    this.#taken.set(block.address, wanted);
    return block.address;
  }

  /** Bytes of a taken block. */
  sizeOf(address: number): number {
    return this.#taken.get(address) ?? 0;
  }

  /** Gives a taken block back. */
  give(address: number): void {
    const bytes = this.#taken.get(address);
    invariant(bytes !== undefined, `no block at ${address}`);
    this.#taken.delete(address);
    this.#insert({ address, bytes });
  }

  /** Free bytes directly below an address. */
  tailBytes(end: number): number {
    const last = this.#free.at(-1);
    return last !== undefined && end - (last.address + last.bytes) < granule ? last.bytes : 0;
  }

  #insert(block: Block): void {
    if (block.bytes <= 0) return;
    let low = 0;
    let high = this.#free.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#free[middle]?.address ?? 0) < block.address) low = middle + 1;
      else high = middle;
    }
    const [before, after] = [this.#free[low - 1], this.#free[low]];
    let { address, bytes } = block;
    let [from, count] = [low, 0];
    if (before !== undefined && before.address + before.bytes === address) {
      [address, bytes] = [before.address, bytes + before.bytes];
      [from, count] = [low - 1, 1];
    }
    if (after !== undefined && address + bytes === after.address) {
      bytes += after.bytes;
      count++;
    }
    this.#free.splice(from, count, { address, bytes });
  }
}
