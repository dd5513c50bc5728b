import { afterEach, expect, it, vi } from "vitest";
import { cases } from "../../../../test/support/cases.ts";
import { randomNumbers } from "../../../../test/primitives/sample-data.ts";
import { randomProgram } from "../../../../test/support/random-program.ts";
import * as p from "../../../ops/core/primitives/index.ts";
import type { TypedArray } from "../../../ir/dtypes.ts";
import { ProgramBuilder, withBuilder } from "../../../ir/program.ts";
import { sizeOf } from "../../../ir/shape.ts";
import { WasmBackend } from "../backend.ts";
import { setThreadCount } from "./settings.ts";

const { numRuns, seed: first } = cases(150);

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
  const seeds = Array.from({ length: numRuns }, (_, i) => 7919 * (i + first));
  setThreadCount(1);
  const single = new WasmBackend();
  const expected = seeds.map((seed) => runRandom(single, seed));
  setThreadCount(3);
  const several = new WasmBackend({ shareAll: true });
  await vi.waitUntil(() => runRandom(several, 7919).length > 0 && several.engine.threadedRuns > 0, {
    timeout: 200_000,
  });
  seeds.forEach((seed, i) => expect(runRandom(several, seed), `seed ${seed}`).toEqual(expected[i]));
  expect(several.engine.threadedRuns).toBeGreaterThan(numRuns / 2);
  several.engine.close();
});

it("a loop's flag stands until all threads have left the loop, although the next kernel writes where it is", async () => {
  const builder = new ProgramBuilder();
  const x = builder.input({ shape: [24], dtype: "float32" });
  const outputs = withBuilder(builder, () => {
    const zero = p.cast(p.reduceMax(p.mul(x, p.fullLike(x, 0)), [0]), "int32");
    const [, y] = p.whileLoop(
      ([i]) => p.lt(i, p.fullLike(i, 1)),
      ([i, v]) => [p.add(i, p.fullLike(i, 1)), p.tanh(p.add(v, x))],
      [zero, x],
    );
    return [p.add(y, p.fullLike(y, 1)), p.neg(p.exp(y)), p.cumSum(p.sin(y), 0)];
  });
  setThreadCount(3);
  const backend = new WasmBackend({ shareAll: true });
  const executable = backend.compile(builder.finish(outputs));
  const run = (): readonly TypedArray[] =>
    executable.run([Float32Array.from({ length: 24 }, (_, i) => i / 24 + 0.1)], []);
  const expected = run();
  await vi.waitUntil(() => run().length > 0 && backend.engine.threadedRuns > 0, { timeout: 200_000 });
  for (let i = 0; i < 5000; i++) expect(run()).toEqual(expected);
  backend.engine.close();
});
