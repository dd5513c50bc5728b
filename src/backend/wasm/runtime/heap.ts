import { allocate as allocateArray, viewOf, type DType, type TypedArray } from "../../../ir/dtypes.ts";
import { DeviceError } from "../../../util/errors.ts";
import { copyShared } from "../../../util/platform/index.ts";
import { FreeList } from "./free-list.ts";
import { addressableBytes, memoryLimit } from "./memory-limit.ts";

const pageBytes = 65536;
/** The bytes from which failed guards read, and those through which threads talk. */
const reservedBytes = 2048;
/** Kernels may read, and ignore, a little past the end of an operand. */
const slackBytes = 256;
/** From so many bytes on, copies from and to shared memory are worth a call that is fast there. */
const leastShared = 4096;
/** Bytes of a place for small blocks that do not move, and the most that one has. */
const fixedRoomBytes = 65536;
const mostFixedBytes = 16384;
/** Most bytes that a growth adds beyond what is asked for. */
const mostSpareBytes = 64 * 2 ** 20;

/** A number of bytes, for messages. */
export function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function createMemory(
  shared: boolean,
  mostPages: number,
): {
  readonly memory: WebAssembly.Memory;
  readonly maximumPages: number;
} {
  let failure: unknown;
  // Some engines reserve the maximum at once and may not have 4 GiB of address space to give.
  for (const maximumPages of [65536, 32768, 16384, 8192].map((pages) => Math.min(pages, mostPages))) {
    try {
      const memory = new WebAssembly.Memory({
        initial: Math.min(16, maximumPages),
        maximum: maximumPages,
        shared,
      });
      return { memory, maximumPages };
    } catch (error) {
      failure = error;
    }
  }
  throw new DeviceError(
    `wasm backend: expected to reserve memory, but the engine refused: ${String(failure)}.`,
  );
}

/** Something that has a block of the memory, and can be without it for a while. */
export interface Resident {
  /** Gives the block back, content kept elsewhere. */
  leave(): void;
}

/** A block that is to be freed with its owner. */
interface OwnedBlock {
  readonly address: number;
  isFreed: boolean;
}

/** The one memory of the backend: grown on demand, handed out in blocks, never shrunk. */
export class Heap {
  #memory: WebAssembly.Memory;
  #shared: boolean;
  #maximumPages: number;
  readonly #mostPages: number;
  readonly #free = new FreeList();
  /** What is free of the places for small blocks that do not move. */
  readonly #fixed = new FreeList();
  #used = 0;
  readonly #finalizer: FinalizationRegistry<OwnedBlock> = new FinalizationRegistry((block) =>
    this.#freeOwned(block),
  );
  /** Who has which block, those that came first in front. */
  readonly #residents = new Map<OwnedBlock, WeakRef<Resident>>();
  /** Those that the present run needs where they are. */
  #held: readonly object[] = [];

  /** To be called before variables are read or written: no step is at work on them afterwards. */
  readonly settle: () => void;

  /** `mostBytes`: less than the 4 GiB that a memory can have. */
  constructor(shared: boolean, mostBytes: number = addressableBytes, settle: () => void = () => undefined) {
    this.settle = settle;
    this.#mostPages = Math.floor(mostBytes / pageBytes);
    const { memory, maximumPages } = createMemory(shared, this.#mostPages);
    this.#memory = memory;
    this.#shared = shared;
    this.#maximumPages = maximumPages;
    this.#free.add(reservedBytes, memory.buffer.byteLength - reservedBytes - slackBytes);
  }

  /** The memory; another one after `makeShared`. */
  get memory(): WebAssembly.Memory {
    return this.#memory;
  }

  /** Whether threads can share the memory. */
  get shared(): boolean {
    return this.#shared;
  }

  get maximumPages(): number {
    return this.#maximumPages;
  }

  /** Moves everything, at the same addresses, to a memory that threads can share. */
  makeShared(): void {
    if (this.#shared) return;
    const old = this.#memory;
    const { memory, maximumPages } = createMemory(true, this.#mostPages);
    const missing = (old.buffer.byteLength - memory.buffer.byteLength) / pageBytes;
    if (missing > maximumPages - memory.buffer.byteLength / pageBytes)
      throw this.#exhausted(old.buffer.byteLength);
    if (missing > 0) memory.grow(missing);
    new Uint8Array(memory.buffer).set(new Uint8Array(old.buffer));
    [this.#memory, this.#maximumPages, this.#shared] = [memory, maximumPages, true];
  }

  /** Bytes handed out at present. */
  get usedBytes(): number {
    return this.#used;
  }

  /** Bytes of the memory as a whole. */
  get totalBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  /** Bytes that the memory can have. */
  get limitBytes(): number {
    return Math.min(this.#maximumPages * pageBytes, memoryLimit());
  }

  /**
   * The address of `bytes` bytes of memory, of undefined content. Residents leave where there is no other room.
   *
   * @throws {DeviceError} when there is none at all.
   */
  allocate(bytes: number): number {
    const address = this.#find(bytes) ?? this.#makeRoom(bytes);
    if (address === null) throw this.#exhausted(bytes);
    this.#used += this.#free.sizeOf(address);
    return address;
  }

  /**
   * The same for what stays where it is as long as its owner: small blocks lie together in one place, so that what comes
   * and goes finds large ones beside them.
   */
  allocateFixed(bytes: number): number {
    if (bytes > mostFixedBytes) return this.allocate(bytes);
    const known = this.#fixed.take(bytes);
    if (known !== null) return known;
    this.#fixed.add(this.allocate(fixedRoomBytes), fixedRoomBytes);
    return this.#fixed.take(bytes) ?? this.allocate(bytes);
  }

  /** Gives a block back. */
  free(address: number): void {
    if (this.#fixed.sizeOf(address) > 0) return this.#fixed.give(address);
    this.#used -= this.#free.sizeOf(address);
    this.#free.give(address);
  }

  /** Frees a block when its owner is no longer reachable. */
  freeWith(owner: object, address: number): void {
    this.#finalizer.register(owner, { address, isFreed: false });
  }

  /** A block for a resident, freed when that is no longer reachable, or by the function that is returned. */
  admit(resident: Resident, bytes: number): { readonly address: number; readonly release: () => void } {
    const block = { address: this.allocate(bytes), isFreed: false };
    this.#finalizer.register(resident, block, block);
    this.#residents.set(block, new WeakRef(resident));
    const release = (): void => {
      this.#finalizer.unregister(block);
      this.#freeOwned(block);
    };
    return { address: block.address, release };
  }

  /** Makes these stay where they are, instead of those that had to stay before. */
  hold(owners: readonly object[]): void {
    this.#held = owners;
  }

  /** Lets all residents leave, but those that have to stay. */
  clear(): void {
    for (const [block, resident] of this.#residents) this.#dismiss(block, resident);
  }

  #freeOwned(block: OwnedBlock): void {
    if (block.isFreed) return;
    block.isFreed = true;
    this.#residents.delete(block);
    this.free(block.address);
  }

  /** Frees the block of a resident that is gone, or can leave; whether it did. */
  #dismiss(block: OwnedBlock, resident: WeakRef<Resident>): boolean {
    const owner = resident.deref();
    if (owner !== undefined && this.#held.includes(owner)) return false;
    if (owner === undefined) this.#freeOwned(block);
    else owner.leave();
    return true;
  }

  #makeRoom(bytes: number): number | null {
    for (const [block, resident] of this.#residents) {
      const address = this.#dismiss(block, resident) ? this.#find(bytes) : null;
      if (address !== null) return address;
    }
    return null;
  }

  #find(bytes: number): number | null {
    return this.#free.take(bytes) ?? (this.#grow(bytes) ? this.#free.take(bytes) : null);
  }

  /** A view of memory; it becomes useless when the memory grows. */
  view(dtype: DType, address: number, size: number): TypedArray {
    return viewOf<DType>(dtype, this.#memory.buffer, address, size);
  }

  /** A copy of memory. */
  read(dtype: DType, address: number, size: number): TypedArray {
    const copy = allocateArray<DType>(dtype, size);
    this.#copy(copy, this.view(dtype, address, size));
    return copy;
  }

  /** Copies an array of the dtype into memory. */
  write(address: number, dtype: DType, data: TypedArray): void {
    this.#copy(this.view(dtype, address, data.length), data);
  }

  #copy(target: TypedArray, source: TypedArray): void {
    if (this.#shared && source.byteLength >= leastShared) copyShared(target, source);
    else copyInto(target, source);
  }

  /** Whether the memory could grow by what is missing for a block. */
  #grow(bytes: number): boolean {
    const total = this.totalBytes;
    // What is free at the end counts. Some more than needed, so that many small blocks do not mean many growths.
    const missing = bytes + slackBytes - this.#free.tailBytes(total - slackBytes);
    const least = Math.ceil(missing / pageBytes);
    const available = Math.floor((this.limitBytes - total) / pageBytes);
    const pages = Math.min(
      Math.max(least, Math.ceil(Math.min(total / 4, mostSpareBytes) / pageBytes)),
      available,
    );
    if (pages < least) return false;
    try {
      this.#memory.grow(pages);
    } catch {
      return false;
    }
    this.#free.add(total - slackBytes, pages * pageBytes);
    return true;
  }

  #exhausted(bytes: number): DeviceError {
    return new DeviceError(
      `wasm backend: expected ${megabytes(bytes)} more memory, but ${megabytes(this.#used)} are in use and at most ` +
        `${megabytes(this.limitBytes)} can be. Use a smaller batch or a smaller model.`,
    );
  }
}

/** `target.set(source)` for arrays of one dtype, whose types TypeScript cannot relate. */
function copyInto(target: TypedArray, source: TypedArray): void {
  // SAFETY: both are arrays of one dtype, so both hold numbers or both hold bigints.
  (target as Float64Array).set(source as Float64Array);
}
