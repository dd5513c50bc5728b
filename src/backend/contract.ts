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

/** Numbers that lie here and there: they are written where a program reads them, when it is about to. */
export interface ScatteredArray {
  readonly length: number;
  /** All of them as one array, which is made when asked for. */
  readonly data: TypedArray;
  /** Writes them to an array of their dtype and number. */
  writeTo(target: TypedArray): void;
}

/** What a program takes in: in one array or not. */
export type ProgramInput = TypedArray | ScatteredArray;

/** The numbers of an input as one array. */
export function arrayOf(input: ProgramInput): TypedArray {
  return "writeTo" in input ? input.data : input;
}

/** A compiled program. */
export interface Executable {
  /**
   * Runs on the calling thread and returns when done. State buffers are read, and updated in place.
   *
   * @param lasting - Which inputs are arrays that nobody will change, so that a device may keep what it copies of them.
   * @returns One fresh array for each output of the program, owned by the caller.
   */
  run(
    inputs: readonly ProgramInput[],
    state: readonly DeviceBuffer[],
    lasting?: readonly boolean[],
  ): TypedArray[];
  /**
   * The same without blocking where the device works elsewhere (threads, a GPU); runs of one backend never overlap.
   *
   * @returns A promise, of a run that goes on meanwhile, or the arrays of one that is done.
   */
  runAsync(
    inputs: readonly ProgramInput[],
    state: readonly DeviceBuffer[],
    lasting?: readonly boolean[],
  ): TypedArray[] | Promise<TypedArray[]>;
}

/** What executes programs. Everything above knows backends by this interface alone. */
export interface Backend {
  readonly name: string;
  supports(dtype: DType): boolean;
  /** Zero-filled device memory, or filled with `data`. */
  allocate(aval: Aval, data?: TypedArray): DeviceBuffer;
  compile(program: Program): Executable;
}
