import { describe, expect, it } from "vitest";
import { needAllKernels } from "../../src/backend/kernels/all.ts";
import { isFloat } from "../../src/ir/dtypes.ts";
import type { Primitive, Sample, VjpRule } from "../../src/ir/primitive.ts";
import { allPrimitives } from "../../src/ir/primitives/all.ts";
import { allowedError, checkGradient, type GradientCheck } from "./numeric-gradient.ts";
import { describeSample } from "./sample-data.ts";

needAllKernels();

/** Control flow has no rule of its own: the gradient transform takes it as a whole. */
const transformed = new Set(["scan", "cond"]);

function checked(primitive: Primitive): readonly Sample[] {
  const { vjp } = primitive;
  if (typeof vjp !== "function" && vjp.gradient === "error" && !transformed.has(primitive.name)) return [];
  return primitive.samples().filter((sample) => {
    const floats = sample.inputs.some(({ dtype }) => isFloat(dtype));
    return (
      floats &&
      sample.differentiate !== false &&
      primitive.infer(sample.inputs, sample.params).some(({ dtype }) => isFloat(dtype))
    );
  });
}

/** The primitive with the cotangent of one input scaled. */
function scaled(primitive: Primitive, rule: VjpRule, input: number, factor: number): Primitive {
  return {
    ...primitive,
    vjp: (cotangents, context) =>
      rule(cotangents, context).map((value, i) =>
        value && i === input ? context.p.scale(value, factor) : value,
      ),
  };
}

const cases = allPrimitives.filter((primitive) => checked(primitive).length > 0);

describe("gradient rules agree with central differences", () => {
  it.each(cases.map((primitive) => [primitive.name, primitive] as const))("%s", (name, primitive) => {
    const sizes = new Map<number, number>();
    checked(primitive).forEach((sample, i) => {
      for (const { input, error, size, flows } of checkGradient(primitive, sample, i)) {
        expect(error, `${name}, input ${input} of ${describeSample(sample)}`).toBeLessThan(allowedError);
        if (flows) sizes.set(input, Math.max(sizes.get(input) ?? 0, size));
      }
    });
    // A rule that is compared only where its gradient vanishes is not tested.
    if (typeof primitive.vjp === "function")
      for (const [input, size] of sizes) expect(size, `input ${input}`).toBeGreaterThan(0.01);
  });
});

describe("a rule that is 1 % off is found", () => {
  it.each(
    cases.flatMap((primitive) =>
      typeof primitive.vjp === "function" ? [[primitive.name, primitive, primitive.vjp] as const] : [],
    ),
  )("%s", (_, primitive, rule) => {
    const samples = checked(primitive);
    const plain = samples.flatMap((sample, i) => checkGradient(primitive, sample, i));
    const inputs = new Set(plain.flatMap(({ input, flows }) => (flows ? [input] : [])));
    expect(inputs.size).toBeGreaterThan(0);
    for (const input of inputs) {
      const checks = samples.flatMap((sample, i): GradientCheck[] =>
        checkGradient(scaled(primitive, rule, input, 1.01), sample, i),
      );
      const found = checks.filter((check) => check.input === input && check.error > allowedError);
      expect(found.length, `a wrong cotangent of input ${input} passes`).toBeGreaterThan(0);
    }
  });
});
