import type { DType, TypedArray } from "../ir/dtypes.ts";
import type { Aval, Program } from "../ir/program.ts";

/** Persistent device memory that holds the value of one variable. Freed when nothing refers to it any more. */
export interface DeviceBuffer extends Aval {
  readonly byteLength: number;
  /** A copy of the content. */
  read(): TypedArray;
  /** Replaces the content; `data` has the buffer's dtype and size. */
  write(data: TypedArray): void;
}

/** A compiled program. */
export interface Executable {
  /**
   * Runs on the calling thread and returns when done. State buffers are read, and updated in place.
   *
   * @returns One fresh array for each output of the program, owned by the caller.
   */
  run(inputs: readonly TypedArray[], state: readonly DeviceBuffer[]): TypedArray[];
  /** The same without blocking where the device works elsewhere (threads, a GPU); runs of one backend never overlap. */
  runAsync(inputs: readonly TypedArray[], state: readonly DeviceBuffer[]): Promise<TypedArray[]>;
}

/** What executes programs. Everything above knows backends by this interface alone. */
export interface Backend {
  readonly name: string;
  supports(dtype: DType): boolean;
  /** Zero-filled device memory, or filled with `data`. */
  allocate(aval: Aval, data?: TypedArray): DeviceBuffer;
  compile(program: Program): Executable;
}
