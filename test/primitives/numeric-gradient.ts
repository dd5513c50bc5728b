import { evaluateProgram } from "../../src/backend/reference/evaluate.ts";
import { gradients } from "../../src/compiler/gradient/gradients.ts";
import { isFloat } from "../../src/ir/dtypes.ts";
import type { Primitive, RefArray, Sample } from "../../src/ir/primitive.ts";
import * as p from "../../src/ops/core/primitives/index.ts";
import { emit, type Program, ProgramBuilder, type Var, withBuilder } from "../../src/ir/program.ts";
import { sizeOf } from "../../src/ir/shape.ts";
import { verify } from "../../src/ir/verify.ts";
import { randomNumbers, referenceInputs } from "./sample-data.ts";

/** Primitives that are defined for symmetric matrices only are differentiated behind `x ↦ (x + xᵀ)/2`. */
const symmetric: ReadonlySet<string> = new Set(["cholesky", "eigh"]);

function prepared({ name }: Primitive, inputs: readonly Var[]): readonly Var[] {
  return symmetric.has(name) ? inputs.map((x) => p.scale(p.add(x, p.swapLastAxes(x)), 0.5)) : inputs;
}

/** What the comparison of rule and differences found for one input. */
export interface GradientCheck {
  /** Which input of the primitive. */
  readonly input: number;
  /** Whether the rule gives this input a cotangent; without one the differences must vanish. */
  readonly flows: boolean;
  /** Largest difference over the largest magnitude of either (1 where both are below 1e-6). */
  readonly error: number;
  /** Largest magnitude of the differences. */
  readonly size: number;
}

/** Relative errors above this are wrong rules; central differences in double precision are some 1e-9 off. */
export const allowedError = 1e-6;

const step = 1e-5;
/** Elements of an input that are moved one by one; a random direction then covers the rest. */
const probes = 24;

/** Compares a primitive's rule with differences at a sample. */
export function checkGradient(primitive: Primitive, sample: Sample, seed: number): GradientCheck[] {
  const apply = (inputs: readonly Var[]): readonly Var[] =>
    emit(primitive, prepared(primitive, inputs), sample.params);
  return checkFunction(apply, referenceInputs(sample, seed), seed, primitive.name);
}

/**
 * Compares the gradient that the compiler builds for a traced function with central differences on the reference.
 *
 * The function differentiated is Σ cotangent · output over all float outputs, with random cotangents.
 */
export function checkFunction(
  f: (inputs: readonly Var[]) => readonly Var[],
  data: readonly RefArray[],
  seed: number,
  name = "function",
): GradientCheck[] {
  const builder = new ProgramBuilder();
  const inputs = data.map(({ shape, dtype }) => builder.input({ shape, dtype }));
  const outputs = withBuilder(builder, () => f(inputs));
  const forward = builder.finish(outputs);
  const plain: Program = { ...forward, equations: [...forward.equations] };
  const floatOutputs = outputs.filter(({ dtype }) => isFloat(dtype));
  const floatInputs = inputs.flatMap(({ dtype, shape }, i) =>
    isFloat(dtype) && sizeOf(shape) > 0 ? [i] : [],
  );
  const given = floatOutputs.map(({ shape, dtype }) => builder.input({ shape, dtype }));
  const wrt = inputs.filter((_, i) => floatInputs.includes(i));
  const found = gradients(builder, floatOutputs, given, wrt);
  const backward = builder.finish(found.filter((value) => value !== null));
  verify(backward, `gradient of ${name}`);

  const random = randomNumbers(seed + 1000);
  const cotangents = floatOutputs.map(({ shape, dtype }): RefArray => {
    return {
      shape,
      dtype,
      data: Float64Array.from({ length: sizeOf(shape) }, () => (random() < 0.5 ? -1 : 1) * (0.5 + random())),
    };
  });
  const loss = (moved: number, change: (data: Float64Array) => Float64Array): number => {
    const results = evaluateProgram(
      plain,
      data.map((x, i) => (i === moved ? { ...x, data: change(x.data) } : x)),
    ).outputs;
    const floats = results.filter(({ dtype }) => isFloat(dtype));
    // Infinite results (neutral elements of empty prefixes) do not move.
    return floats.reduce(
      (sum, { data: y }, k) =>
        sum +
        y.reduce((part, v, j) => part + (Number.isFinite(v) ? v * (cotangents[k]?.data[j] ?? 0) : 0), 0),
      0,
    );
  };
  const analytic = evaluateProgram(backward, [...data, ...cotangents]).outputs;
  let next = 0;
  return floatInputs.map((input, k): GradientCheck => {
    const size = data[input]?.data.length ?? 0;
    const rule =
      found[k] === null ? new Float64Array(size) : (analytic[next++]?.data ?? new Float64Array(size));
    let [worst, largest] = [0, 0];
    const compare = (direction: Float64Array): void => {
      const move = (sign: number) => (values: Float64Array) =>
        values.map((value, i) => value + sign * step * (direction[i] ?? 0));
      const expected = (loss(input, move(1)) - loss(input, move(-1))) / (2 * step);
      const actual = rule.reduce((sum, value, i) => sum + value * (direction[i] ?? 0), 0);
      worst = Math.max(worst, Number.isNaN(actual - expected) ? Infinity : Math.abs(actual - expected));
      largest = Math.max(largest, Math.abs(expected), Math.abs(actual));
    };
    for (let probe = 0; probe < Math.min(probes, size); probe++) {
      const at = size <= probes ? probe : Math.floor(random() * size);
      compare(new Float64Array(size).fill(1, at, at + 1));
    }
    compare(Float64Array.from({ length: size }, () => random() - 0.5));
    return { input, flows: found[k] !== null, error: worst / Math.max(largest, 1e-6), size: largest };
  });
}
