import { bytesOf, type DType, type TypedArray } from "../../../ir/dtypes.ts";
import type { Aval } from "../../../ir/program.ts";
import { formatShape, sizeOf, type Dims } from "../../../ir/shape.ts";
import { DataError } from "../../../util/errors.ts";
import type { DeviceBuffer } from "../../contract.ts";
import type { Heap } from "./heap.ts";

/** The value of a variable in the backend's memory; the memory is freed with the object. */
export class WasmBuffer implements DeviceBuffer {
  readonly shape: Dims;
  readonly dtype: DType;
  readonly byteLength: number;
  readonly address: number;
  readonly #heap: Heap;

  constructor(heap: Heap, { shape, dtype }: Aval, data?: TypedArray) {
    this.shape = shape;
    this.dtype = dtype;
    this.byteLength = sizeOf(shape) * bytesOf(dtype);
    this.#heap = heap;
    this.address = heap.allocate(this.byteLength);
    heap.freeWith(this, this.address);
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
