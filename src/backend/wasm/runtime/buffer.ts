import { bytesOf, type DType, type TypedArray } from "../../../ir/dtypes.ts";
import type { Aval } from "../../../ir/program.ts";
import { formatShape, sizeOf, type Dims } from "../../../ir/shape.ts";
import { DataError } from "../../../util/errors.ts";
import type { DeviceBuffer } from "../../contract.ts";
import type { Heap } from "./heap.ts";

/** Memory in use up to which the garbage collector need not hurry. */
const unweightedBytes = 256 * 2 ** 20;

/** The value of a variable in the backend's memory; the memory is freed with the object. */
export class WasmBuffer implements DeviceBuffer {
  readonly shape: Dims;
  readonly dtype: DType;
  readonly byteLength: number;
  readonly address: number;
  readonly #heap: Heap;
  /**
   * As much untouched memory, which costs address space alone: it makes the garbage collector count what this object
   * holds, so that it comes round before the backend's memory is full of what nobody needs any more.
   */
  readonly weight: ArrayBuffer | null;

  constructor(heap: Heap, { shape, dtype }: Aval, data?: TypedArray) {
    this.shape = shape;
    this.dtype = dtype;
    this.byteLength = sizeOf(shape) * bytesOf(dtype);
    this.#heap = heap;
    this.address = heap.allocate(this.byteLength);
    heap.freeWith(this, this.address);
    this.weight = heap.usedBytes > unweightedBytes ? new ArrayBuffer(this.byteLength) : null;
    if (data !== undefined) this.write(data);
    else new Uint8Array(heap.memory.buffer, this.address, this.byteLength).fill(0);
  }

  read(): TypedArray {
    return this.#heap.read(this.dtype, this.address, sizeOf(this.shape));
  }

  write(data: TypedArray): void {
    if (data.length !== sizeOf(this.shape)) {
      throw new DataError(
        `wasm backend: expected ${sizeOf(this.shape)} elements for a buffer of shape ${formatShape(this.shape)}, ` +
          `received ${data.length}.`,
      );
    }
    this.#heap.write(this.address, this.dtype, data);
  }
}
