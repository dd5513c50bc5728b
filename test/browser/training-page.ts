// Runs in a page: trains a classifier of two moons, and tells what a user of the page would notice.
import { Input, layers, losses, Model, optimizers, setRandomSeed, tensor } from "../../src/index.ts";

export interface TrainingResult {
  readonly firstLoss: number;
  readonly lastLoss: number;
  readonly accuracy: number;
  /** How long training took, and the longest time for which no timer of the page could run. */
  readonly elapsedMs: number;
  readonly longestBlockMs: number;
  /** Predictions for the first four points, to compare with those of another engine. */
  readonly predictions: readonly number[];
}

/** Two interleaved half circles, deterministic. */
function moons(count: number): { x: Float32Array; y: Int32Array } {
  const x = new Float32Array(count * 2);
  const y = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const angle = (Math.PI * (i >> 1)) / (count / 2);
    const upper = i % 2 === 0;
    const noise = 0.05 * Math.sin(12.9898 * i);
    x[2 * i] = (upper ? Math.cos(angle) : 1 - Math.cos(angle)) + noise;
    x[2 * i + 1] = (upper ? Math.sin(angle) : 0.5 - Math.sin(angle)) - noise;
    y[i] = upper ? 0 : 1;
  }
  return { x, y };
}

export async function run(): Promise<TrainingResult> {
  setRandomSeed(7);
  const count = 512;
  const { x, y } = moons(count);
  const inputs = Input({ shape: [2] });
  const hidden = layers.Dense(32, { activation: "tanh" })(layers.Dense(32, { activation: "relu" })(inputs));
  const model = Model({ inputs, outputs: layers.Dense(2)(hidden) });
  model.compile({
    optimizer: optimizers.Adam(0.01),
    loss: losses.SparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: ["accuracy"],
  });
  const started = performance.now();
  let [last, longestBlockMs] = [started, 0];
  const look = (): void => {
    const now = performance.now();
    longestBlockMs = Math.max(longestBlockMs, now - last);
    last = now;
  };
  const timer = setInterval(look, 1);
  const points = tensor(x, { shape: [count, 2] });
  const labels = tensor(y, { shape: [count] });
  const { history } = await model.fit(points, labels, { batchSize: 32, epochs: 200, verbose: 0 });
  clearInterval(timer);
  look();
  const predicted = await model.predict(points, { verbose: 0 });
  return {
    firstLoss: history["loss"]?.[0] ?? Number.NaN,
    lastLoss: history["loss"]?.at(-1) ?? Number.NaN,
    accuracy: history["accuracy"]?.at(-1) ?? Number.NaN,
    elapsedMs: last - started,
    longestBlockMs,
    predictions: Array.from(await predicted.data(), Number).slice(0, 8),
  };
}
