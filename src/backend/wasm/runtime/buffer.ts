import { allocate, bytesOf, type DType, type TypedArray } from "../../../ir/dtypes.ts";
import type { Aval } from "../../../ir/program.ts";
import { formatShape, sizeOf, type Dims } from "../../../ir/shape.ts";
import { DataError, invariant } from "../../../util/errors.ts";
import type { DeviceBuffer } from "../../contract.ts";
import type { Heap, Resident } from "./heap.ts";

/** Memory in use up to which the garbage collector need not hurry. */
const unweightedBytes = 256 * 2 ** 20;

/** Where a buffer lies in the backend's memory. */
interface Stay {
  readonly address: number;
  readonly release: () => void;
  /**
   * As much untouched memory, which costs address space alone: it makes the garbage collector count what this object
   * holds, so that it comes round before the backend's memory is full of what nobody needs any more.
   */
  readonly weight: ArrayBuffer | null;
}

/**
 * The value of a variable: in the backend's memory from the first program on that works with it, until others need
 * the room; before and afterwards on the host, where the garbage collector sees how large it is.
 */
export class WasmBuffer implements DeviceBuffer, Resident {
  readonly shape: Dims;
  readonly dtype: DType;
  readonly byteLength: number;
  readonly #heap: Heap;
  /** The content while it is on the host; null: zeros. */
  #content: TypedArray | null = null;
  #stay: Stay | null = null;
  #version = 0;

  constructor(heap: Heap, { shape, dtype }: Aval, data?: TypedArray) {
    this.shape = shape;
    this.dtype = dtype;
    this.byteLength = sizeOf(shape) * bytesOf(dtype);
    this.#heap = heap;
    if (data !== undefined) this.write(data);
  }

  /** Where it lies in the backend's memory, after `enter`. */
  get address(): number {
    invariant(this.#stay !== null, "a buffer is used that is not in the backend's memory");
    return this.#stay.address;
  }

  /** Moves into the backend's memory, if it is not there. */
  enter(): void {
    this.#stay ??= this.#moveIn();
  }

  #moveIn(): Stay {
    const { memory, usedBytes } = this.#heap;
    const place = this.#heap.admit(this, this.byteLength);
    if (this.#content === null) new Uint8Array(memory.buffer, place.address, this.byteLength).fill(0);
    else this.#heap.write(place.address, this.dtype, this.#content);
    this.#content = null;
    return { ...place, weight: usedBytes > unweightedBytes ? new ArrayBuffer(this.byteLength) : null };
  }

  /** Moves to the host. */
  leave(): void {
    if (this.#stay === null) return;
    this.#content = this.#heap.read(this.dtype, this.#stay.address, sizeOf(this.shape));
    this.#stay.release();
    this.#stay = null;
  }

  read(): TypedArray {
    const size = sizeOf(this.shape);
    if (this.#stay !== null) {
      this.#heap.settle();
      return this.#heap.read(this.dtype, this.#stay.address, size);
    }
    return this.#content?.slice() ?? allocate<DType>(this.dtype, size);
  }

  /** Grows with every change of the content. */
  get version(): number {
    return this.#version;
  }

  /** To be called when a program changes the content. */
  change(): void {
    this.#version++;
  }

  write(data: TypedArray): void {
    if (data.length !== sizeOf(this.shape)) {
      throw new DataError(
        `wasm backend: expected ${sizeOf(this.shape)} elements for a buffer of shape ${formatShape(this.shape)}, ` +
          `received ${data.length}.`,
      );
    }
    this.change();
    if (this.#stay === null) {
      this.#content = data.slice();
      return;
    }
    this.#heap.settle();
    this.#heap.write(this.#stay.address, this.dtype, data);
  }
}
