import { allocate, bytesOf, type DType, type TypedArray } from "../../ir/dtypes.ts";
import { fromNumbers, toNumbers } from "../../ir/numbers.ts";
import type { RefArray } from "../../ir/primitive.ts";
import type { Aval, Program } from "../../ir/program.ts";
import { type Dims, sizeOf } from "../../ir/shape.ts";
import { invariant } from "../../util/errors.ts";
import { arrayOf, type Backend, type DeviceBuffer, type Executable, type ProgramInput } from "../contract.ts";
import { evaluateProgram } from "./evaluate.ts";

class HostBuffer implements DeviceBuffer {
  readonly shape: Dims;
  readonly dtype: DType;
  #data: TypedArray;

  constructor({ shape, dtype }: Aval, data: TypedArray | undefined) {
    this.shape = shape;
    this.dtype = dtype;
    this.#data = data?.slice() ?? allocate<DType>(dtype, sizeOf(shape));
  }

  get byteLength(): number {
    return bytesOf(this.dtype) * sizeOf(this.shape);
  }

  read(): TypedArray {
    return this.#data.slice();
  }

  write(data: TypedArray): void {
    invariant(data.length === sizeOf(this.shape), "a buffer keeps its size");
    this.#data = data.slice();
  }
}

/** The interpreter behind the contract of all backends: arrays are rounded to their dtype where they enter and leave. */
export class ReferenceBackend implements Backend {
  readonly name = "reference";

  supports(_dtype: DType): boolean {
    return true;
  }

  allocate(aval: Aval, data?: TypedArray): DeviceBuffer {
    return new HostBuffer(aval, data);
  }

  compile(program: Program): Executable {
    const run = (inputs: readonly ProgramInput[], state: readonly DeviceBuffer[]): TypedArray[] => {
      const { outputs, updates } = evaluateProgram(
        program,
        program.inputs.map((aval, i) => decode(aval, arrayAt(inputs, i))),
        program.state.map((aval, i) => decode(aval, state[i]?.read())),
      );
      updates.forEach((value, i) => {
        if (value !== null) state[i]?.write(fromNumbers(value.data, value.dtype));
      });
      return outputs.map(({ data, dtype }) => fromNumbers(data, dtype));
    };
    return { run, runAsync: run };
  }
}

function arrayAt(inputs: readonly ProgramInput[], i: number): TypedArray | undefined {
  const input = inputs[i];
  return input === undefined ? undefined : arrayOf(input);
}

function decode({ shape, dtype }: Aval, data: TypedArray | undefined): RefArray {
  invariant(data !== undefined, "an array is missing");
  return { shape, dtype, data: Float64Array.from(toNumbers(data, dtype)) };
}
