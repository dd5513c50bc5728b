import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  BackupAndRestore,
  CSVLogger,
  LambdaCallback,
  ModelCheckpoint,
  RemoteMonitor,
  SwapEMAWeights,
  TensorBoard,
  TerminateOnNaN,
} from "../../src/callbacks/index.ts";
import { tfRecord } from "../../src/callbacks/event-file.ts";
import { formatPath } from "../../src/callbacks/format-path.ts";
import { Dense, Input } from "../../src/layers/index.ts";
import { Model, type ModelClass } from "../../src/models/model.ts";
import { makeTensor } from "../../src/ops/core/convert.ts";
import { Adam, SGD } from "../../src/optimizers/index.ts";
import { loadModel } from "../../src/saving/index.ts";
import { setGlobalSeed } from "../../src/util/seed.ts";

const x = makeTensor(Array.from({ length: 16 }, (_, i) => [Math.sin(i), Math.cos(i * 2)]));
const y = makeTensor(Array.from({ length: 16 }, (_, i) => [Math.sin(i) - Math.cos(i * 2)]));
const options = { batchSize: 8, shuffle: false, verbose: 0 } as const;
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "antler-callbacks-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function model(optimizer: Adam | SGD = new Adam(0.05)): ModelClass {
  setGlobalSeed(1);
  const inputs = Input({ shape: [2] });
  const made = Model({ inputs, outputs: Dense(1)(Dense(4, { activation: "tanh" })(inputs)), name: "small" });
  made.compile({ optimizer, loss: "mse", metrics: ["mae"] });
  return made;
}

const valuesOf = (made: ModelClass): unknown[] => made.getWeights().map((weight) => weight.arraySync());

describe("ModelCheckpoint", () => {
  it("saves each epoch's model under its name", async () => {
    const made = model();
    const path = join(folder, "checkpoints", "m-{epoch:02d}-{loss:.3f}.keras");
    const { history } = await made.fit(x, y, {
      ...options,
      epochs: 2,
      callbacks: [new ModelCheckpoint(path)],
    });
    const names = (await readdir(join(folder, "checkpoints"))).sort();
    expect(names).toEqual(history["loss"]?.map((loss, i) => `m-0${i + 1}-${loss.toFixed(3)}.keras`));
    const loaded = await loadModel(join(folder, "checkpoints", names[1] ?? ""));
    expect(loaded.getWeights().map((weight) => weight.arraySync())).toEqual(valuesOf(made));
  });

  it("saves the best weights alone", async () => {
    const made = model(new SGD(1.2));
    const path = join(folder, "best.weights.h5");
    const saved: number[] = [];
    const mark = new LambdaCallback({
      onEpochEnd: async () => void saved.push((await stat(path).catch(() => null))?.mtimeMs ?? 0),
    });
    const checkpoint = new ModelCheckpoint(path, {
      monitor: "loss",
      saveBestOnly: true,
      saveWeightsOnly: true,
    });
    const { history } = await made.fit(x, y, { ...options, epochs: 8, callbacks: [checkpoint, mark] });
    const losses = history["loss"] ?? [];
    expect(checkpoint.best).toBe(Math.min(...losses));
    const other = model();
    await other.loadWeights(path);
    expect(valuesOf(other)).not.toEqual(valuesOf(model()));
    expect(saved[0]).toBeGreaterThan(0);
  });

  it("refuses what it cannot do", () => {
    expect(() => new ModelCheckpoint("m.h5")).toThrow(/ends in .keras/);
    expect(() => new ModelCheckpoint("m.keras", { saveWeightsOnly: true })).toThrow(/ends in .weights.h5/);
    expect(() => new ModelCheckpoint("m.keras", { saveFreq: 0 })).toThrow(/`saveFreq`/);
    expect(() => formatPath("{nope}.keras", { epoch: 1 })).toThrow(/no number `nope`/);
    expect(formatPath("{epoch:03d}-{a:.2f}-{b}-{c:.1e}", { epoch: 7, a: 1.239, b: 5, c: 0.00012 })).toBe(
      "007-1.24-5-1.2e-04",
    );
  });
});

describe("CSVLogger", () => {
  it("writes a line for each epoch, and goes on with an old file", async () => {
    const path = join(folder, "log.csv");
    const made = model();
    const { history } = await made.fit(x, y, { ...options, epochs: 2, callbacks: [new CSVLogger(path)] });
    await made.fit(x, y, { ...options, epochs: 1, callbacks: [new CSVLogger(path, { append: true })] });
    const lines = (await readFile(path, "utf8")).split("\r\n");
    expect(lines[0]).toBe("epoch,loss,mae,val_loss,val_mae");
    expect(lines[1]).toBe(`0,${history["loss"]?.[0]},${history["mae"]?.[0]},NA,NA`);
    expect(lines.length).toBe(5);
    expect(lines[3]?.startsWith("0,")).toBe(true);
  });
});

describe("BackupAndRestore", () => {
  it("goes on where an interrupted run was, with the optimizer's state", async () => {
    const whole = model();
    const expected = await whole.fit(x, y, { ...options, epochs: 4 });
    const backup = (): BackupAndRestore => new BackupAndRestore(join(folder, "backup"));
    const crash = new LambdaCallback({
      onEpochBegin: (epoch) => {
        if (epoch === 2) throw new Error("power cut");
      },
    });
    await expect(model().fit(x, y, { ...options, epochs: 4, callbacks: [backup(), crash] })).rejects.toThrow(
      "power cut",
    );
    const again = model();
    again.setWeights(
      again.getWeights().map((weight) => makeTensor(new Float32Array(weight.size), { shape: weight.dims })),
    );
    const { history, epoch } = await again.fit(x, y, { ...options, epochs: 4, callbacks: [backup()] });
    expect(epoch).toEqual([2, 3]);
    history["loss"]?.forEach((loss, i) =>
      expect(loss).toBeCloseTo(expected.history["loss"]?.[i + 2] ?? 0, 6),
    );
    await expect(stat(join(folder, "backup"))).rejects.toThrow();
  });
});

describe("TensorBoard", () => {
  it("checks records by CRC-32C", () => {
    // The check value of CRC-32C is e3069283 (RFC 3720, B.4); TFRecord rotates and offsets it.
    const record = tfRecord(new TextEncoder().encode("123456789"));
    const masked = (((0xe3069283 >>> 15) | (0xe3069283 << 17)) + 0xa282ead8) >>> 0;
    expect(new DataView(record.buffer).getUint32(12 + 9, true)).toBe(masked);
  });

  it("writes event files", async () => {
    const logDir = join(folder, "logs");
    const made = model();
    const board = new TensorBoard({ logDir, histogramFreq: 1, updateFreq: 1 });
    await made.fit(x, y, { ...options, epochs: 2, validationData: [x, y], callbacks: [board] });
    for (const [kind, tags] of [
      ["train", ["epoch_loss", "epoch_mae", "epoch_learning_rate", "batch_loss", "/kernel/histogram"]],
      ["validation", ["epoch_loss", "evaluation_loss_vs_iterations"]],
    ] as const) {
      const [name = ""] = await readdir(join(logDir, kind));
      const bytes = await readFile(join(logDir, kind, name));
      const records: Buffer[] = [];
      for (let at = 0; at < bytes.length;) {
        const length = Number(bytes.readBigUInt64LE(at));
        records.push(bytes.subarray(at + 12, at + 12 + length));
        at += 16 + length;
      }
      expect(records[0]?.includes("brain.Event:2")).toBe(true);
      for (const tag of tags)
        expect(
          records.some((record) => record.includes(tag)),
          tag,
        ).toBe(true);
    }
  });
});

describe("SwapEMAWeights", () => {
  it("evaluates with the averages, and gives the weights back", async () => {
    const made = model(new Adam({ learningRate: 0.1, useEma: true, emaMomentum: 0.9 }));
    const seen: unknown[][] = [];
    const look = new LambdaCallback({ onTestBatchEnd: () => void seen.push(valuesOf(made)) });
    await made.fit(x, y, { ...options, epochs: 1 });
    made.optimizer?.averages.forEach((average) => average.assignAdd(1));
    const before = valuesOf(made);
    await made.evaluate(x, y, { verbose: 0, callbacks: [new SwapEMAWeights(), look] });
    expect(seen[0]).toEqual(made.optimizer?.averages.map((average) => average.value.arraySync()));
    expect(seen[0]).not.toEqual(before);
    expect(valuesOf(made)).toEqual(before);
    const plain = model();
    await expect(plain.evaluate(x, y, { verbose: 0, callbacks: [new SwapEMAWeights()] })).rejects.toThrow(
      /useEma: true/,
    );
  });
});

describe("RemoteMonitor", () => {
  it("sends the logs", async () => {
    const received: string[] = [];
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (part) => (body += String(part)));
      request.on("end", () => {
        received.push(`${request.url} ${body}`);
        response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    try {
      await model().fit(x, y, {
        ...options,
        callbacks: [new RemoteMonitor({ root: `http://127.0.0.1:${port}`, sendAsJson: true })],
      });
    } finally {
      server.close();
    }
    expect(received.length).toBe(1);
    expect(received[0]).toMatch(/^\/publish\/epoch\/end\/ \{"epoch":0,"loss":/);
  });
});

describe("TerminateOnNaN", () => {
  it("ends training, or throws", async () => {
    const bad = makeTensor(Array.from({ length: 16 }, () => [Number.NaN]));
    const { epoch } = await model().fit(x, bad, { ...options, epochs: 3, callbacks: [new TerminateOnNaN()] });
    expect(epoch).toEqual([0]);
    await expect(
      model().fit(x, bad, { ...options, callbacks: [new TerminateOnNaN({ raiseError: true })] }),
    ).rejects.toThrow(/loss is NaN at batch 0/);
  });
});
