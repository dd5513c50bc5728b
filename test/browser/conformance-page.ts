// Runs in a page: every sample of every primitive, on every backend, against the reference.
import { evaluateProgram } from "../../src/backend/reference/evaluate.ts";
import type { DType } from "../../src/ir/dtypes.ts";
import { toNumbers } from "../../src/ir/numbers.ts";
import { allPrimitives } from "../../src/ir/primitives/all.ts";
import { expectClose, tolerance } from "../support/close.ts";
import { backendsUnderTest } from "../primitives/backends.ts";
import { describeSample, referenceInputs, sampleInputs, sampleProgram } from "../primitives/sample-data.ts";

export interface ConformanceResult {
  readonly checked: number;
  readonly failures: readonly string[];
}

export async function run(): Promise<ConformanceResult> {
  let checked = 0;
  const failures: string[] = [];
  for (const { name, create, skips } of backendsUnderTest) {
    const backend = create();
    for (const primitive of allPrimitives) {
      if (skips[primitive.name] !== undefined) continue;
      primitive.samples().forEach((sample, seed) => {
        // SAFETY: parameters called dtype are dtypes.
        const dtypes = [...sample.inputs, sample.params].map(({ dtype }) => dtype).filter(Boolean) as DType[];
        if (!dtypes.every((dtype) => backend.supports(dtype))) return;
        const what = `${name}: ${primitive.name} ${describeSample(sample)}`;
        try {
          const program = sampleProgram(primitive, sample);
          const expected = evaluateProgram(program, referenceInputs(sample, seed)).outputs;
          const actual = backend.compile(program).run(sampleInputs(sample, seed), []);
          expected.forEach(({ dtype, shape, data }, i) => {
            const numbers = toNumbers(actual[i] ?? new Float32Array(0), dtype);
            expectClose(numbers, { values: data, shape }, tolerance(dtype, "op"), what);
          });
          checked++;
        } catch (error) {
          failures.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
        }
      });
    }
  }
  return { checked, failures };
}
