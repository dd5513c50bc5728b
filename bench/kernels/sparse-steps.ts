/**
 * Training steps that cost what the batch needs, on one thread: `npx node bench/kernels/sparse-steps.ts`. CPU time of a step
 * by the length of padded sequences, and by the number of rows of an embedding: the least of several rounds, by turns in one
 * process.
 */
import { config, Input, layers, Model, optimizers, tensor, type Tensor } from "../../src/index.ts";

const rounds = 9;

interface Step {
  readonly name: string;
  readonly run: () => Promise<unknown>;
  /** Runs in a row, so that a round takes a while. */
  readonly repeats: number;
}

function ids(batch: number, steps: number, live: number, rows: number): Tensor {
  const value = (at: number): number => (at % steps < live ? 1 + ((at * 7919) % (rows - 1)) : 0);
  return tensor(
    Int32Array.from({ length: batch * steps }, (_, at) => value(at)),
    {
      shape: [batch, steps],
      dtype: "int32",
    },
  );
}

function targets(batch: number): Tensor {
  return tensor(
    Float32Array.from({ length: batch }, (_, at) => Math.sin(at)),
    { shape: [batch, 1] },
  );
}

/** Prints the least CPU time of each step, and how it compares with the first one's. */
async function compare(title: string, steps: readonly Step[]): Promise<void> {
  const least = steps.map(() => Number.POSITIVE_INFINITY);
  for (const { run } of steps) for (let i = 0; i < 4; i++) await run();
  for (let round = 0; round < rounds; round++) {
    for (const [i, { run, repeats }] of steps.entries()) {
      const before = process.cpuUsage();
      for (let n = 0; n < repeats; n++) await run();
      const { user, system } = process.cpuUsage(before);
      least[i] = Math.min(least[i] ?? 0, (user + system) / 1000 / repeats);
    }
  }
  console.log(title);
  for (const [i, { name }] of steps.entries()) {
    const [ms = 0, first = 0] = [least[i], least[0]];
    console.log(
      `  ${name.padEnd(36)}${ms.toFixed(3).padStart(9)} ms ${(first / ms).toFixed(2).padStart(8)}×`,
    );
  }
}

config.setThreads(1);

const batch = 32;
const sequences = (length: number, units: number, live: number, maskZero: boolean): Step => {
  const inputs = Input({ shape: [length], dtype: "int32" });
  const embedded = layers.Embedding(1000, 64, { maskZero })(inputs);
  const model = Model({ inputs, outputs: layers.Dense(1)(layers.LSTM(units)(embedded)) });
  model.compile({ optimizer: optimizers.SGD(0.01), loss: "mean_squared_error" });
  const [x, y] = [ids(batch, length, live, 1000), targets(batch)];
  const name = maskZero ? `${live} of ${length} steps alive` : "no mask";
  return { name, run: () => model.trainOnBatch(x, y), repeats: Math.ceil(200 / length) };
};
for (const [length, units] of [
  [200, 128],
  [37, 64],
  [10, 128],
] as const) {
  await compare(`LSTM(${units}) over [${batch}, ${length}, 64]`, [
    sequences(length, units, length, false),
    ...[1, 0.5, 0.25, 0.1].map((share) => sequences(length, units, Math.ceil(share * length), true)),
  ]);
}

const rows = (count: number, optimizer: "SGD" | "Adagrad" | "Adam"): Step => {
  const inputs = Input({ shape: [20], dtype: "int32" });
  const table = layers.Embedding(count, 32, { embeddingsInitializer: "ones" });
  const model = Model({ inputs, outputs: layers.Dense(1)(layers.GlobalAveragePooling1D()(table(inputs))) });
  model.compile({ optimizer: optimizers[optimizer](0.01), loss: "mean_squared_error" });
  const [x, y] = [ids(batch, 20, 20, count), targets(batch)];
  return { name: `${count.toLocaleString("en")} rows`, run: () => model.trainOnBatch(x, y), repeats: 4 };
};
for (const optimizer of ["SGD", "Adagrad", "Adam"] as const) {
  await compare(
    `${optimizer} on Embedding(rows, 32), 32 × 20 of them in a batch`,
    [10_000, 100_000, 1_000_000].map((count) => rows(count, optimizer)),
  );
}
