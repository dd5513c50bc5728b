import { afterEach, expect, it, vi } from "vitest";
import { randomNumbers } from "../../../../test/primitives/sample-data.ts";
import { randomProgram } from "../../../../test/support/random-program.ts";
import type { TypedArray } from "../../../ir/dtypes.ts";
import { sizeOf } from "../../../ir/shape.ts";
import { WasmBackend } from "../backend.ts";
import { setThreadCount } from "./settings.ts";

const numRuns = Number(globalThis.process.env["FUZZ_RUNS"] ?? 150);

afterEach(() => setThreadCount(null));

/** Results and new state of a random program, which includes loops and branches. */
function runRandom(backend: WasmBackend, seed: number): readonly TypedArray[] {
  const random = randomNumbers(seed);
  const program = randomProgram((bound) => Math.floor(random() * bound), 1 + (seed % 24));
  const fill = (shape: readonly number[]): Float32Array =>
    Float32Array.from({ length: sizeOf(shape) }, () => random() * 2 - 1);
  const inputs = program.inputs.map(({ shape }) => fill(shape));
  const state = program.state.map((value) => backend.allocate(value, fill(value.shape)));
  const outputs = backend.compile(program).run(inputs, state);
  return [...outputs, ...state.map((buffer) => buffer.read())];
}

it("several threads share random programs as one thread runs them", async () => {
  const seeds = Array.from({ length: numRuns }, (_, i) => 7919 * (i + 1));
  setThreadCount(1);
  const single = new WasmBackend();
  const expected = seeds.map((seed) => runRandom(single, seed));
  setThreadCount(3);
  const several = new WasmBackend({ shareAll: true });
  await vi.waitUntil(() => runRandom(several, 7919).length > 0 && several.engine.threadedRuns > 0);
  seeds.forEach((seed, i) => expect(runRandom(several, seed), `seed ${seed}`).toEqual(expected[i]));
  expect(several.engine.threadedRuns).toBeGreaterThan(numRuns / 2);
  several.engine.close();
});
