import { afterEach, expect, it, vi } from "vitest";
import { randomNumbers } from "../../../../test/primitives/sample-data.ts";
import { expectClose } from "../../../../test/support/close.ts";
import { randomLoop } from "../../../../test/support/random-loop.ts";
import type { TypedArray } from "../../../ir/dtypes.ts";
import type { Program } from "../../../ir/program.ts";
import { sizeOf } from "../../../ir/shape.ts";
import { evaluateProgram } from "../../reference/evaluate.ts";
import { WasmBackend } from "../backend.ts";
import { setThreadCount } from "./settings.ts";

const numRuns = Number(globalThis.process.env["FUZZ_RUNS"] ?? 100);

afterEach(() => setThreadCount(null));

/** A recurrent network with loops inside each other, whose turns are partly known at run time alone, and its inputs. */
function sample(seed: number): { readonly program: Program; readonly inputs: readonly Float32Array[] } {
  const random = randomNumbers(seed);
  const program = randomLoop((bound) => Math.floor(random() * bound));
  const inputs = program.inputs.map(({ shape }) =>
    Float32Array.from({ length: sizeOf(shape) }, () => random() * 2 - 1),
  );
  return { program, inputs };
}

it("loops give what they mean, and the same on several threads", async () => {
  const samples = Array.from({ length: numRuns }, (_, i) => sample(104_729 * (i + 1)));
  const runAll = (backend: WasmBackend): TypedArray[][] =>
    samples.map(({ program, inputs }) => backend.compile(program).run(inputs, []));
  setThreadCount(1);
  const expected = runAll(new WasmBackend());
  samples.forEach(({ program, inputs }, n) => {
    const arrays = program.inputs.map(({ shape, dtype }, i) => {
      return { shape, dtype, data: Float64Array.from(inputs[i] ?? []) };
    });
    evaluateProgram(program, arrays).outputs.forEach(({ data }, i) =>
      expectClose(expected[n]?.[i] ?? [], data, { rtol: 2e-3, atol: 2e-3 }, `program ${n}, result ${i}`),
    );
  });
  setThreadCount(3);
  const several = new WasmBackend({ shareAll: true });
  await vi.waitUntil(() => runAll(several).length > 0 && several.engine.threadedRuns > 0, {
    timeout: 200_000,
  });
  runAll(several).forEach((results, n) => expect(results, `program ${n}`).toEqual(expected[n]));
  expect(several.engine.threadedRuns).toBeGreaterThan(numRuns / 2);
  several.engine.close();
});
