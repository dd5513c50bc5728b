import { describe, expect, it } from "vitest";
import { evaluateProgram } from "../../src/backend/reference/evaluate.ts";
import { expandComposites } from "../../src/compiler/expand-composites.ts";
import { isFloat, kindOf } from "../../src/ir/dtypes.ts";
import { highest, lowest } from "../../src/ir/dtype-range.ts";
import { toNumbers } from "../../src/ir/numbers.ts";
import type { Primitive, Sample } from "../../src/ir/primitive.ts";
import { allPrimitives } from "../../src/ir/primitives/all.ts";
import { verify } from "../../src/ir/verify.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { type BackendUnderTest, backendsUnderTest } from "./backends.ts";
import { describeSample, referenceInputs, sampleInputs, sampleProgram } from "./sample-data.ts";

describe("every primitive", () => {
  it("has a name of its own", () => {
    expect(new Set(allPrimitives.map(({ name }) => name)).size).toBe(allPrimitives.length);
  });

  it.each(
    allPrimitives
      .filter(({ name }) => name !== "customGradient")
      .map((primitive) => [primitive.name, primitive] as const),
  )("%s has samples, on which infer and evaluate agree", (_, primitive) => {
    const samples = primitive.samples();
    expect(samples.length).toBeGreaterThan(0);
    samples.forEach((sample, i) => {
      const program = sampleProgram(primitive, sample);
      verify(program, primitive.name);
      for (const { dtype, data } of evaluateProgram(program, referenceInputs(sample, i)).outputs) {
        if (isFloat(dtype)) continue;
        const proper = data.every(
          (value) => Number.isInteger(value) && value >= lowest(dtype) && value <= highest(dtype),
        );
        expect(proper, `${kindOf(dtype)} results of ${describeSample(sample)}`).toBe(true);
      }
    });
  });
});

/** Runs a sample on a backend and compares it with the reference. */
function conform(
  backend: ReturnType<BackendUnderTest["create"]>,
  primitive: Primitive,
  sample: Sample,
  seed: number,
): void {
  const program = sampleProgram(primitive, sample);
  const expected = evaluateProgram(program, referenceInputs(sample, seed)).outputs;
  const actual = backend.compile(program).run(sampleInputs(sample, seed), []);
  expected.forEach(({ dtype, shape, data }, i) => {
    const numbers = toNumbers(actual[i] ?? new Float32Array(0), dtype);
    expectClose(
      numbers,
      { values: data, shape },
      tolerance(dtype, "op"),
      `${primitive.name} ${describeSample(sample)}`,
    );
  });
}

describe.each(backendsUnderTest)("backend $name", ({ create, skips }) => {
  const backend = create();
  it.each(allPrimitives.map((primitive) => [primitive.name, primitive] as const))("%s", (name, primitive) => {
    const samples = primitive
      .samples()
      .filter(({ inputs, params }) =>
        [...inputs, params].every(
          ({ dtype }) => typeof dtype !== "string" || backend.supports(dtype as never),
        ),
      ); // SAFETY: dtypes of samples
    const run = (): void => samples.forEach((sample, i) => conform(backend, primitive, sample, i));
    if (skips[name] === undefined) run();
    else expect(run, `${name} works: take it off the list of skips`).toThrow();
  });
});

describe("a composite primitive means what its expansion means", () => {
  const composites = allPrimitives.filter(({ lowering }) => lowering.kind === "composite");
  it.each(composites.map((primitive) => [primitive.name, primitive] as const))("%s", (name, primitive) => {
    primitive.samples().forEach((given, seed) => {
      // In double precision, where constants of the expansion are not rounded.
      const sample = {
        ...given,
        inputs: given.inputs.map((input) => ({ ...input, dtype: "float64" as const })),
      };
      const inputs = referenceInputs(sample, seed);
      const program = sampleProgram(primitive, sample);
      const expanded = expandComposites(program);
      verify(expanded, `expansion of ${name}`);
      const actual = evaluateProgram(expanded, inputs).outputs;
      evaluateProgram(program, inputs).outputs.forEach(({ data, shape, dtype }, i) => {
        const within = isFloat(dtype) ? { rtol: 1e-9, atol: 1e-9 } : tolerance(dtype, "exact");
        expectClose(
          actual[i]?.data ?? [],
          { values: data, shape },
          within,
          `${name} ${describeSample(sample)}`,
        );
      });
    });
  });
});
