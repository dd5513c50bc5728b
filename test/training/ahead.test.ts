import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { useBackend } from "../../src/backend/index.ts";
import { WasmBackend } from "../../src/backend/wasm/backend.ts";
import { setThreadCount } from "../../src/backend/wasm/threads/settings.ts";
import { LambdaCallback } from "../../src/callbacks/index.ts";
import { Dense, Input } from "../../src/layers/index.ts";
import { Model, type ModelClass } from "../../src/models/model.ts";
import { SGD } from "../../src/optimizers/index.ts";
import { setGlobalSeed } from "../../src/util/seed.ts";
import { PyDataset } from "../../src/data/py-dataset.ts";

/** Whether the calling thread is one that may block; the main thread of a page may not. */
const place = vi.hoisted(() => ({ canBlock: true }));
vi.mock(import("../../src/util/platform/workers.ts"), async (original) => ({
  ...(await original()),
  canBlock: () => place.canBlock,
}));

let backend = new WasmBackend();

function linear(): ModelClass {
  setGlobalSeed(1);
  const inputs = Input({ shape: [3] });
  const model = Model({ inputs, outputs: Dense(1)(inputs) });
  model.compile({ optimizer: new SGD(0.05), loss: "mse" });
  return model;
}

type Pair = readonly [{ data: Float32Array; shape: number[] }, { data: Float32Array; shape: number[] }];

/** Batch `i` of four samples, written over `into` where it is given. */
function batch(i: number, into: Pair | null = null): Pair {
  const [x, y] = into ?? [
    { data: new Float32Array(12), shape: [4, 3] },
    { data: new Float32Array(4), shape: [4, 1] },
  ];
  x.data.forEach((_, k, all) => (all[k] = Math.sin(i * 12 + k)));
  y.data.forEach((_, k, all) => (all[k] = Math.cos(i * 4 + k)));
  return [x, y];
}

const plain = { verbose: 0 } as const;

/** What training on these batches, held in memory, gives. */
async function expected(batches: number, options: object = {}): Promise<unknown> {
  const model = linear();
  const data = Array.from({ length: batches }, (_, i) => batch(i));
  const { history } = await model.fit(data, { ...plain, ...options });
  return [history, model.weights.map((weight) => weight.dataSync())];
}

/** What happens during training, in order: batches are asked for, steps begin and end. */
function recorder(): { readonly events: string[]; readonly callback: LambdaCallback } {
  const events: string[] = [];
  const callback = LambdaCallback({
    onTrainBatchBegin: (step: number) => void events.push(`begin ${step}`),
    onTrainBatchEnd: (step: number) => void events.push(`end ${step}`),
  });
  return { events, callback };
}

/** Ends training after a step. */
const stopAfter = (model: ModelClass, last: number): LambdaCallback =>
  LambdaCallback({ onTrainBatchEnd: (step: number) => void (model.stopTraining = step === last) });

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

const unheard: unknown[] = [];
const hear = (error: unknown): void => void unheard.push(error);

// In a mode the setup has imported what is mocked here, too early for it; and the suite chooses its threads itself.
describe.skipIf(process.env["ANTLER_MODE"] !== undefined).each([
  ["on the calling thread", true],
  ["elsewhere", false],
] as const)("the next batch, while a step runs %s,", (_name, canBlock) => {
  beforeEach(() => {
    place.canBlock = canBlock;
    setThreadCount(canBlock ? 1 : 2);
    backend = new WasmBackend({ shareAll: true });
    useBackend(backend);
    unheard.length = 0;
    process.on("unhandledRejection", hear);
  });

  afterEach(async () => {
    await later();
    process.off("unhandledRejection", hear);
    expect(unheard).toEqual([]);
    expect(backend.engine.threadedRuns > 0).toBe(!canBlock);
    backend.engine.close();
    useBackend(new WasmBackend());
    setThreadCount(null);
    place.canBlock = true;
  });

  it("is asked of what waits, one ahead, and no further than the epoch goes", async () => {
    const { events, callback } = recorder();
    async function* generate(): AsyncGenerator<Pair> {
      for (let i = 0; ; i++) {
        events.push(`ask ${i}`);
        await later();
        yield batch(i);
      }
    }
    await linear().fit(generate, { ...plain, epochs: 2, stepsPerEpoch: 3, callbacks: [callback] });
    const asked = events.filter((event) => event.startsWith("ask"));
    expect(asked).toEqual([0, 1, 2, 3, 4, 5].map((i) => `ask ${i}`));
    for (const i of [1, 2, 4, 5])
      expect(events.indexOf(`ask ${i}`)).toBeLessThan(
        events.indexOf(`end ${(i - 1) % 3}`, i < 3 ? 0 : events.indexOf("ask 3")),
      );
    // The first of an epoch is asked for when the epoch has begun.
    expect(events.indexOf("ask 3")).toBeGreaterThan(events.indexOf("end 2"));
  });

  it("is asked of what computes only where that costs the step nothing", async () => {
    const { events, callback } = recorder();
    function* generate(): Generator<Pair> {
      for (let i = 0; i < 6; i++) {
        events.push(`ask ${i}`);
        yield batch(i);
      }
    }
    await linear().fit(generate, { ...plain, callbacks: [callback] });
    expect(events.filter((event) => event.startsWith("ask"))).toHaveLength(6);
    // Whether steps run elsewhere shows at the first.
    for (const i of [2, 3, 4, 5])
      expect(events.indexOf(`ask ${i}`) < events.indexOf(`end ${i - 1}`)).toBe(!canBlock);
  });

  it("stays in an iterator of the user's own, who may go on with it", async () => {
    async function* generate(): AsyncGenerator<Pair> {
      for (let i = 0; ; i++) yield batch(i);
    }
    const generator = generate();
    // Without `return`, which fit calls: a generator would be ended by it.
    const own = { next: () => generator.next(), [Symbol.asyncIterator]: () => own };
    const model = linear();
    await model.fit(own, { ...plain, stepsPerEpoch: 3, epochs: 5, callbacks: [stopAfter(model, 1)] });
    expect((await generator.next()).value).toEqual(batch(2));
  });

  it("does not disturb the batch in use, where both are made in the same arrays", async () => {
    const generators = {
      async *waiting(): AsyncGenerator<Pair> {
        const own = batch(0);
        for (let i = 0; i < 7; i++) yield batch(i, own);
      },
      *computing(): Generator<Pair> {
        const own = batch(0);
        for (let i = 0; i < 7; i++) yield batch(i, own);
      },
    };
    const wanted = await expected(7, { epochs: 2 });
    for (const generate of Object.values(generators)) {
      const model = linear();
      const { history } = await model.fit(generate, { ...plain, epochs: 2 });
      expect([history, model.weights.map((weight) => weight.dataSync())]).toEqual(wanted);
    }
  });

  it("fails when its turn has come, not before", async () => {
    const { events, callback } = recorder();
    async function* generate(): AsyncGenerator<Pair> {
      for (let i = 0; i < 3; i++) yield batch(i);
      throw new Error("the disk is gone");
    }
    await expect(linear().fit(generate, { ...plain, callbacks: [callback] })).rejects.toThrow(/disk is gone/);
    expect(events.at(-1)).toBe("end 2");
    // Nor at all where it is not wanted any more.
    const model = linear();
    await model.fit(generate, { ...plain, callbacks: [stopAfter(model, 2)] });
  });

  it("is let go when training ends before it: at once, and what made it is told", async () => {
    let isClosed = false;
    async function* generate(): AsyncGenerator<Pair> {
      try {
        for (let i = 0; i < 10; i++) {
          yield batch(i);
          if (i === 1) await later();
        }
      } finally {
        isClosed = true;
      }
    }
    const model = linear();
    await model.fit(generate, { ...plain, callbacks: [stopAfter(model, 1)] });
    await vi.waitUntil(() => isClosed, { timeout: 20_000 });
    // One that never comes does not hold up who has stopped waiting for it.
    async function* endless(): AsyncGenerator<Pair> {
      yield batch(0);
      await new Promise(() => undefined);
    }
    await model.fit(endless, { ...plain, callbacks: [stopAfter(model, 0)] });
    // Nor an abort.
    const abort = new AbortController();
    const aborting = LambdaCallback({ onTrainBatchBegin: () => abort.abort() });
    await expect(
      model.fit(endless, { ...plain, signal: abort.signal, callbacks: [aborting] }),
    ).rejects.toThrow(/abort/i);
  });

  it("has its program, when it is a smaller one, where that costs the step before nothing", async () => {
    const { events, callback } = recorder();
    const compile = backend.compile.bind(backend);
    vi.spyOn(backend, "compile").mockImplementation((program) => {
      const [size] = program.inputs[0]?.shape ?? [];
      if (program.inputs.length === 2) events.push(`compile for ${size}`);
      return compile(program);
    });
    const [x, y] = [new Float32Array(40 * 3).fill(0.5), new Float32Array(40).fill(1)];
    const data = { data: y, shape: [40, 1] };
    await linear().fit(x, data, { ...plain, epochs: 2, batchSize: 16, callbacks: [callback] });
    expect(events.filter((event) => event.startsWith("compile"))).toEqual([
      "compile for 16",
      "compile for 8",
    ]);
    expect(events.indexOf("compile for 8") < events.indexOf("end 1")).toBe(!canBlock);
  });

  it("of a data set that makes batches by number comes before the epoch's end is told", async () => {
    const { events, callback } = recorder();
    class Pages extends PyDataset<Pair> {
      override get numBatches(): number {
        return 3;
      }
      override async getItem(index: number): Promise<Pair> {
        events.push(`ask ${index}`);
        await later();
        return batch(index);
      }
      override onEpochEnd(): void {
        events.push("over");
      }
    }
    const model = linear();
    const { history } = await model.fit(new Pages(), {
      ...plain,
      epochs: 2,
      shuffle: false,
      callbacks: [callback],
    });
    expect([history, model.weights.map((weight) => weight.dataSync())]).toEqual(
      await expected(3, { epochs: 2 }),
    );
    const once = events.slice(0, events.indexOf("over") + 1);
    expect(once.slice(-2)).toEqual(["end 2", "over"]);
    expect(once.indexOf("ask 2")).toBeLessThan(once.indexOf("end 1"));
    expect(events.slice(events.indexOf("over") + 1).filter((event) => event.startsWith("ask"))).toHaveLength(
      3,
    );
  });
});
