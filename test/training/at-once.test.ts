import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useBackend } from "../../src/backend/index.ts";
import { WasmBackend } from "../../src/backend/wasm/backend.ts";
import { setThreadCount } from "../../src/backend/wasm/threads/settings.ts";
import { Conv2D, Dense, Dropout, Flatten, Input, LSTM } from "../../src/layers/index.ts";
import { Model, type ModelClass } from "../../src/models/model.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { setGlobalSeed } from "../../src/util/seed.ts";

/** Whether the calling thread is one that may block; the main thread of a page may not. */
const place = vi.hoisted(() => ({ canBlock: true }));
vi.mock(import("../../src/util/platform/workers.ts"), async (original) => ({
  ...(await original()),
  canBlock: () => place.canBlock,
}));

const count = 40;
const numbers = (size: number, seed: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(i * 0.7 + seed));

/** Models that differ, each with data for it. */
function makeModels(): { readonly model: ModelClass; readonly x: unknown; readonly y: unknown }[] {
  setGlobalSeed(3);
  const flat = Input({ shape: [96] });
  const dense = Model({
    inputs: flat,
    outputs: Dense(3)(Dropout(0.2)(Dense(256, { activation: "relu" })(Dense(256)(flat)))),
  });
  const image = Input({ shape: [8, 8, 3] });
  const conv = Model({
    inputs: image,
    outputs: Dense(3)(Dense(96)(Flatten()(Conv2D(16, 3, { activation: "relu", padding: "same" })(image)))),
  });
  const text = Input({ shape: [6, 16] });
  const lstm = Model({ inputs: text, outputs: Dense(3)(LSTM(128)(text)) });
  const y = { data: numbers(count * 3, 9), shape: [count, 3] };
  return [
    { model: dense, x: { data: numbers(count * 96, 1), shape: [count, 96] }, y },
    { model: conv, x: { data: numbers(count * 192, 2), shape: [count, 8, 8, 3] }, y },
    { model: lstm, x: { data: numbers(count * 96, 3), shape: [count, 6, 16] }, y },
  ];
}

interface Outcome {
  readonly losses: unknown;
  readonly outputs: unknown;
  readonly weights: unknown;
}

async function trainOne({ model, x, y }: ReturnType<typeof makeModels>[number]): Promise<Outcome> {
  model.compile({ optimizer: "adam", loss: "mse", metrics: ["mae"] });
  const { history } = await model.fit(x, y, { batchSize: 16, epochs: 3, verbose: 0, validationSplit: 0.2 });
  // SAFETY: models of one output.
  const outputs = (await model.predict(x, { batchSize: 24, verbose: 0 })) as Tensor;
  const evaluation = await model.evaluate(x, y, { verbose: 0 });
  return {
    losses: [history, evaluation],
    outputs: outputs.dataSync(),
    weights: model.weights.map((weight) => weight.dataSync()),
  };
}

let backend: WasmBackend;

function begin(memoryBytes: number): void {
  backend = new WasmBackend({ memoryBytes, shareAll: true });
  useBackend(backend);
}

beforeEach(() => setThreadCount(2));
afterEach(() => {
  backend.engine.close();
  useBackend(new WasmBackend());
  setThreadCount(null);
  place.canBlock = true;
});

describe("models that are trained at once", () => {
  const mebibyte = 2 ** 20;
  it.each([
    ["in a memory for all", 256 * mebibyte],
    ["in a memory for any one of them", 2.9 * mebibyte],
  ])("give the same as one after the other, %s", async (_name, memoryBytes) => {
    begin(256 * mebibyte);
    const expected: Outcome[] = [];
    for (const one of makeModels()) expected.push(await trainOne(one));
    backend.engine.close();
    place.canBlock = false;
    begin(memoryBytes);
    const models = makeModels();
    // The order in which fits draw their seeds is that of the calls.
    const outcomes = await Promise.all(models.map(trainOne));
    expect(outcomes).toEqual(expected);
    expect(backend.engine.threadedRuns).toBeGreaterThan(20);
    const bytes = models
      .flatMap(({ model }) => [...model.weights, ...(model.optimizer?.variables ?? [])])
      .reduce((sum, { size }) => sum + size * 4, 0);
    expect(bytes > memoryBytes).toBe(memoryBytes < 10 * mebibyte);
    expect(backend.engine.heap.totalBytes).toBeLessThanOrEqual(memoryBytes);
  });

  it("are different ones: a second fit of the same model is refused until the first has ended", async () => {
    begin(256 * mebibyte);
    const [one] = makeModels();
    if (one === undefined) return;
    const { model, x, y } = one;
    model.compile({ loss: "mse" });
    const options = { batchSize: 16, verbose: 0 } as const;
    const first = model.fit(x, y, options);
    await expect(model.fit(x, y, options)).rejects.toThrow(/one fit of a model at a time/);
    // What a callback does with the model in between is as good as ever.
    expect(await model.predict(x, { verbose: 0 })).toBeDefined();
    await first;
    const failing = model.fit([[]], y, options);
    await expect(failing).rejects.toThrow();
    expect((await model.fit(x, y, options)).epoch).toEqual([0]);
  });
});
