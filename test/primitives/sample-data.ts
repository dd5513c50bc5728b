import { needAllKernels } from "../../src/backend/kernels/all.ts";
import { isFloat, type TypedArray } from "../../src/ir/dtypes.ts";
import { fromNumbers, toNumbers } from "../../src/ir/numbers.ts";
import type { Params, Primitive, RefArray, Sample } from "../../src/ir/primitive.ts";
import { type Program, ProgramBuilder } from "../../src/ir/program.ts";
import { sizeOf } from "../../src/ir/shape.ts";

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The inputs of a sample, as their dtype holds them. */
export function sampleInputs(sample: Sample, seed: number): TypedArray[] {
  const random = randomNumbers(seed);
  return sample.inputs.map(({ shape, dtype, low, high, values }) => {
    const [from, to] =
      dtype === "bool" ? [0, 2] : [low ?? (isFloat(dtype) ? -2 : 0), high ?? (isFloat(dtype) ? 2 : 10)];
    const draw = (): number => from + (to - from) * random();
    const numbers =
      values ?? Array.from({ length: sizeOf(shape) }, isFloat(dtype) ? draw : () => Math.floor(draw()));
    return fromNumbers(numbers, dtype);
  });
}

/** The same as arrays of the reference. */
export function referenceInputs(sample: Sample, seed: number): RefArray[] {
  const data = sampleInputs(sample, seed);
  return sample.inputs.map(({ shape, dtype }, i) => ({
    shape,
    dtype,
    data: Float64Array.from(toNumbers(data[i] ?? new Float32Array(0), dtype)),
  }));
}

/** A program of one equation. */
export function sampleProgram<P extends Params>(primitive: Primitive<P>, sample: Sample<P>): Program {
  needAllKernels();
  const builder = new ProgramBuilder();
  const inputs = sample.inputs.map(({ shape, dtype }) => builder.input({ shape, dtype }));
  return builder.finish(builder.emit(primitive, inputs, sample.params));
}

/** `[3,4] float32, [] int32 { axes: [0] }`, for the names of tests. */
export function describeSample(sample: Sample): string {
  const inputs = sample.inputs.map(({ shape, dtype }) => `[${shape.join()}] ${dtype}`).join(", ");
  const params = JSON.stringify(sample.params, (_, value: unknown) =>
    isProgramLike(value) ? "program" : ArrayBuffer.isView(value) ? "data" : value,
  );
  return `${inputs} ${params}`;
}

function isProgramLike(value: unknown): boolean {
  return typeof value === "object" && value !== null && "equations" in value;
}
