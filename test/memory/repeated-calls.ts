// Run with --expose-gc: repeats fit, predict and eager calls, and prints what memory was in use after each third.
import { Input, layers, Model, ops, tensor } from "../../src/index.ts";

const repeats = Number(process.argv[2] ?? 200);

const inputs = Input({ shape: [32] });
const hidden = layers.Dense(64, { activation: "relu" })(inputs);
const model = Model({ inputs, outputs: layers.Dense(4)(layers.Dropout(0.2)(hidden)) });
model.compile({ optimizer: "adam", loss: "mse", metrics: ["mae"] });
const numbers = (size: number): Float32Array => Float32Array.from({ length: size }, (_, i) => Math.sin(i));
const x = tensor(numbers(64 * 32), { shape: [64, 32] });
const y = tensor(numbers(64 * 4), { shape: [64, 4] });

async function round(): Promise<void> {
  await model.fit(x, y, { batchSize: 32, epochs: 1, verbose: 0 });
  await model.evaluate(x, y, { verbose: 0 });
  await model.predict(x, { batchSize: 32, verbose: 0 });
  const product = ops.matmul(x, ops.transpose(x));
  await ops.sum(ops.exp(ops.multiply(product, 0.01))).data();
}

interface Usage {
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly rssBytes: number;
}

async function usage(): Promise<Usage> {
  // Finalizers run between turns of the event loop, and what they free is freed by the next collection.
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  return { heapBytes: heapUsed, externalBytes: external + arrayBuffers, rssBytes: rss };
}

const history: Usage[] = [];
for (let third = 0; third < 3; third++) {
  for (let i = 0; i < repeats / 2; i++) await round();
  history.push(await usage());
}
console.log(JSON.stringify(history));
