import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  callbacks,
  Dataset,
  Input,
  layers,
  Model,
  ops,
  optimizers,
  setRandomSeed,
  type Tensor,
  utils,
} from "../../src/index.ts";
import type { Callback } from "../../src/callbacks/callback.ts";
import { optimizerClasses } from "../../src/optimizers/registry.ts";
import {
  bitsOf,
  data,
  makeModel,
  optimizersByName,
  PowerCut,
  stepsPerEpoch,
  train,
} from "../support/resumable.ts";

const {
  BackupAndRestore,
  CSVLogger,
  EarlyStopping,
  LearningRateScheduler,
  ModelCheckpoint,
  ReduceLROnPlateau,
} = callbacks;

let folder = "";
let count = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "antler-resume-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const place = (): string => join(folder, String(count++));

interface Outcome {
  readonly bits: readonly string[];
  readonly history: Readonly<Record<string, readonly number[]>>;
}

interface Case {
  readonly optimizer: () => ReturnType<(typeof optimizersByName)[string]>;
  readonly saveFreq: "epoch" | number;
  /** Steps after which the run is interrupted, each counted from where it was begun or resumed. */
  readonly cuts: readonly number[];
  readonly callbacks?: () => readonly Callback[];
  readonly options?: Readonly<Record<string, unknown>>;
  readonly doubleCheckpoint?: boolean;
}

async function whole({ optimizer, callbacks: others = () => [], options = {} }: Case): Promise<Outcome> {
  const model = makeModel(optimizer());
  const history = await train(model, others(), options);
  return { bits: bitsOf(model), history: history ?? {} };
}

/** Runs the program once for each interruption, and once to the end. */
async function interrupted(given: Case): Promise<Outcome> {
  const { optimizer, saveFreq, cuts, callbacks: others = () => [], options = {}, doubleCheckpoint } = given;
  const backupDir = place();
  for (const cut of [...cuts, Infinity]) {
    const model = makeModel(optimizer());
    const backup = new BackupAndRestore({ backupDir, saveFreq, doubleCheckpoint });
    const history = await train(model, [backup, ...others(), new PowerCut(cut)], options);
    if (history === null) continue;
    expect(cut, "the run ended before it could be interrupted").toBe(Infinity);
    expect(existsSync(backupDir)).toBe(false);
    return { bits: bitsOf(model), history };
  }
  throw new Error("the last run was interrupted");
}

async function expectSame(given: Case): Promise<void> {
  const [one, other] = [await whole(given), await interrupted(given)];
  expect(other.bits).toEqual(one.bits);
  // What is left of the history is as it was: metrics of an epoch that was cut in two are of both parts.
  for (const [name, values] of Object.entries(one.history))
    expect(other.history[name], name).toEqual(
      values.slice(values.length - (other.history[name]?.length ?? 0)),
    );
}

describe("a run that was interrupted ends with the same bits", () => {
  it("for every optimizer there is", () => {
    expect(Object.keys(optimizersByName).toSorted()).toEqual([...optimizerClasses.keys()].toSorted());
  });

  describe.each(Object.entries(optimizersByName))("%s", (_, optimizer) => {
    it("backed up every epoch", () =>
      expectSame({ optimizer, saveFreq: "epoch", cuts: [stepsPerEpoch + 2] }));
    it("backed up every other batch", () => expectSame({ optimizer, saveFreq: 2, cuts: [5, 9] }));
  });

  const optimizer = optimizersByName["Adam"] ?? expect.unreachable();
  it.each([1, 5, 6, 7, 12, 18])("cut after step %i, backed up every batch", (cut) =>
    expectSame({ optimizer, saveFreq: 1, cuts: [cut] }),
  );

  it("cut again and again, so that each part is one step", () =>
    expectSame({ optimizer, saveFreq: 1, cuts: Array.from({ length: 13 }, () => 2) }));

  it.each([
    ["in the order given", { shuffle: false }],
    ["shuffled within batches", { shuffle: "batch" }],
    ["in epochs of their own", { stepsPerEpoch: 4, epochs: 5 }],
    ["with validation", { validationSplit: 0.3 }],
  ])("with data %s", (_, options) => expectSame({ optimizer, saveFreq: 2, cuts: [3, 8], options }));

  const batches = (): [Tensor, Tensor][] => {
    const { x, y } = data();
    return Array.from({ length: 5 }, (_, i) => [
      x.at(`${4 * i}:${4 * i + 4}`),
      y.at(`${4 * i}:${4 * i + 4}`),
    ]);
  };
  class Numbered extends utils.PyDataset {
    readonly length = 5;
    override getItem(index: number): unknown {
      return batches()[index];
    }
  }
  /** Another order in each epoch. */
  const turning = (): (() => Generator<[Tensor, Tensor]>) => {
    let pass = 0;
    return () => {
      const first = pass++;
      return (function* () {
        const all = batches();
        for (let i = 0; i < all.length; i++) yield all[(first + i) % all.length] ?? expect.unreachable();
      })();
    };
  };
  it.each<[string, () => unknown, Readonly<Record<string, unknown>>]>([
    ["an array of batches", batches, {}],
    ["a function that gives a generator", turning, {}],
    ["a generator without an end", () => endless(batches()), { stepsPerEpoch: 4 }],
    [
      "a shuffled data set",
      () => Dataset.fromTensors(data().x, data().y).shuffle(9).batch(4).prefetch(2),
      {},
    ],
    [
      "a data set that repeats",
      () => Dataset.fromTensors(data().x, data().y).shuffle(30).repeat(2).batch(8),
      {},
    ],
    [
      "a data set without an end",
      () => Dataset.fromTensors(data().x, data().y).shuffle(9).repeat().batch(4),
      { stepsPerEpoch: 4 },
    ],
    ["a data set that makes batches by their number", () => new Numbered(), {}],
    ["the same in epochs of their own", () => new Numbered({ workers: 2 }), { stepsPerEpoch: 3 }],
  ])("with %s", async (_, make, options) => {
    const run = async (cuts: readonly number[]): Promise<readonly string[]> => {
      const backupDir = place();
      for (const cut of [...cuts, Infinity]) {
        const model = makeModel("adam");
        const given = make();
        const backup = new BackupAndRestore({ backupDir, saveFreq: 1 });
        const history = await train(model, [backup, new PowerCut(cut)], options, given);
        if (history !== null) return bitsOf(model);
      }
      return [];
    };
    expect(await run([3, 6])).toEqual(await run([]));
  });

  it("with layers that keep states, and averages in place of the weights", async () => {
    const run = async (cuts: readonly number[]): Promise<readonly string[]> => {
      const backupDir = place();
      for (const cut of [...cuts, Infinity]) {
        setRandomSeed(3);
        const inputs = Input({ batchShape: [4, 3, 1] });
        const hidden = layers.LSTM(3, { stateful: true, dropout: 0.2 })(inputs);
        const model = Model({ inputs, outputs: layers.Dense(2)(hidden) });
        const optimizer = optimizers.Adam({ learningRate: 0.02, useEma: true });
        model.compile({ optimizer, loss: "mse" });
        const { x, y } = data();
        const swap = callbacks.SwapEMAWeights({ swapOnEpoch: true });
        const backup = new BackupAndRestore({ backupDir });
        try {
          await model.fit(ops.reshape(x, [22, 3, 1]).at(":20"), y.at(":20"), {
            batchSize: 4,
            epochs: 3,
            verbose: 0,
            callbacks: [backup, swap, new PowerCut(cut)],
          });
        } catch (error) {
          expect(String(error)).toMatch(/power cut/);
          continue;
        }
        return [...bitsOf(model), ...model.stateVariables.map(({ value }) => value.arraySync().toString())];
      }
      return [];
    };
    expect(await run([7, 2])).toEqual(await run([]));
  });

  it("with several batches between callbacks", async () => {
    const cut = async (cuts: readonly number[]): Promise<readonly string[]> => {
      const backupDir = place();
      for (const steps of [...cuts, Infinity]) {
        const model = makeModel("adam");
        model.compile({ optimizer: "adam", loss: "mse", stepsPerExecution: 4 });
        const backup = new BackupAndRestore({ backupDir, saveFreq: 4 });
        if ((await train(model, [backup, new PowerCut(steps)])) !== null) return bitsOf(model);
      }
      return [];
    };
    expect(await cut([2, 2])).toEqual(await cut([]));
  });

  it("with callbacks that have a state", () => {
    const others = (): readonly Callback[] => [
      EarlyStopping({ monitor: "loss", patience: 2, restoreBestWeights: true, mode: "max" }),
      ReduceLROnPlateau({ monitor: "loss", mode: "max", patience: 1, factor: 0.5, cooldown: 1 }),
      LearningRateScheduler((_epoch, rate) => rate * 0.9),
    ];
    return expectSame({
      optimizer: () => (optimizersByName["RMSprop"] ?? expect.unreachable())(),
      saveFreq: 4,
      cuts: [5, 7, 3],
      callbacks: others,
      options: { epochs: 9 },
    });
  });

  it("when it was cut after early stopping had ended it", async () => {
    const backupDir = place();
    const run = async (last: Callback | null): Promise<readonly string[] | null> => {
      const model = makeModel("adam");
      const stop = EarlyStopping({ monitor: "loss", patience: 1, mode: "max", restoreBestWeights: true });
      const backup = new BackupAndRestore({ backupDir });
      const history = await train(model, [stop, backup, ...(last === null ? [] : [last])], { epochs: 8 });
      return history === null ? null : bitsOf(model);
    };
    const one = await run(null);
    const cut = new callbacks.LambdaCallback({
      onTrainEnd: () => {
        throw new Error("power cut");
      },
    });
    expect(await run(cut)).toBeNull();
    expect(existsSync(join(backupDir, "latest.weights.h5"))).toBe(true);
    expect(await run(null)).toEqual(one);
  });

  it("when the seed of the program is another", async () => {
    const backupDir = place();
    const run = async (seed: number, cut: number): Promise<readonly string[] | null> => {
      const model = makeModel("adam");
      setRandomSeed(seed);
      const backup = new BackupAndRestore({ backupDir, saveFreq: 2 });
      return (await train(model, [backup, new PowerCut(cut)])) === null ? null : bitsOf(model);
    };
    const one = await run(1, Infinity);
    await run(1, 9);
    expect(await run(2, Infinity)).toEqual(one);
  });
});

function* endless<T>(items: readonly T[]): Generator<T> {
  for (;;) yield* items;
}

describe("the backup", () => {
  it("is found when the writer was killed between two backups of a double checkpoint", async () => {
    const backupDir = place();
    const optimizer = optimizersByName["Adam"] ?? expect.unreachable();
    const given: Case = { optimizer, saveFreq: 1, cuts: [7] };
    const run = async (cut: number): Promise<readonly string[] | null> => {
      const model = makeModel(optimizer());
      const backup = new BackupAndRestore({ backupDir, saveFreq: 1, doubleCheckpoint: true });
      return (await train(model, [backup, new PowerCut(cut)])) === null ? null : bitsOf(model);
    };
    await run(7);
    rmSync(join(backupDir, "latest.weights.h5"));
    expect(await run(Infinity)).toEqual((await whole(given)).bits);
    await run(7);
    const latest = join(backupDir, "latest.weights.h5");
    writeFileSync(latest, readFileSync(latest).subarray(0, 1000));
    expect(await run(Infinity)).toEqual((await whole(given)).bits);
  });

  it("is refused when it is damaged and the only one, or of another model", async () => {
    const backupDir = place();
    const run = (metrics: readonly unknown[]): ReturnType<typeof train> =>
      train(makeModel("adam", metrics), [new BackupAndRestore({ backupDir, saveFreq: 1 }), new PowerCut(3)]);
    await run(["mae"]);
    await expect(run(["mae", "mse"])).rejects.toThrow(/other metrics/);
    const path = join(backupDir, "latest.weights.h5");
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.subarray(0, bytes.length / 2));
    await expect(run(["mae"])).rejects.toThrow(/latest\.weights\.h5/);
    writeFileSync(path, bytes);
    await expect(train(makeModel("sgd"), [new BackupAndRestore({ backupDir, saveFreq: 1 })])).rejects.toThrow(
      /latest\.weights\.h5/,
    );
  });

  it("holds weights that can be loaded by themselves, and what Keras looks for", async () => {
    const backupDir = place();
    const model = makeModel("adam");
    await train(model, [new BackupAndRestore({ backupDir, saveFreq: 1 }), new PowerCut(9)]);
    expect(readdirSync(backupDir).toSorted()).toEqual(["latest.weights.h5", "training_metadata.json"]);
    expect(JSON.parse(readFileSync(join(backupDir, "training_metadata.json"), "utf8"))).toEqual({
      epoch: 1,
      batch: 1,
    });
    const other = makeModel("adam");
    other.optimizer?.ensureBuilt(other.trainableVariables);
    await other.loadWeights(join(backupDir, "latest.weights.h5"));
    expect(bitsOf(other)).not.toEqual(bitsOf(makeModel("adam")));
  });

  it("that Keras made begins at its epoch", async () => {
    const backupDir = place();
    const model = makeModel("adam");
    await train(model, [new BackupAndRestore({ backupDir, deleteCheckpoint: false })]);
    await model.saveWeights(join(backupDir, "latest.weights.h5"));
    writeFileSync(join(backupDir, "training_metadata.json"), '{"epoch": 2, "batch": 0}');
    const again = makeModel("adam");
    const { x, y } = (await import("../support/resumable.ts")).data();
    const { epoch } = await again.fit(x, y, {
      epochs: 4,
      verbose: 0,
      callbacks: [new BackupAndRestore({ backupDir })],
    });
    expect(epoch).toEqual([2, 3]);
  });

  it("makes a log go on without a line twice", async () => {
    const [backupDir, log, checkpoint] = [place(), `${place()}.csv`, `${place()}.keras`];
    const run = (cut: Callback | null): ReturnType<typeof train> =>
      train(makeModel("adam"), [
        new CSVLogger(log, { append: true }),
        new ModelCheckpoint(checkpoint, { monitor: "loss", saveBestOnly: true }),
        new BackupAndRestore({ backupDir, saveFreq: 4 }),
        ...(cut === null ? [] : [cut]),
      ]);
    const history = await run(null);
    const whole = readFileSync(log, "utf8");
    rmSync(log);
    // The line of the second epoch is written, and lost with its last batches.
    await run(new PowerCut(2 * stepsPerEpoch + 1));
    await run(null);
    expect(readFileSync(log, "utf8")).toBe(whole);
    expect(whole.trim().split("\r\n").length).toBe(1 + (history?.["loss"]?.length ?? 0));
  });
});
