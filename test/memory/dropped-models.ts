// Builds models of 100 MB, uses each once and drops it: without giving the event loop a turn, and then with.
import { Input, layers, Model, tensor } from "../../src/index.ts";

const models = Number(process.argv[2] ?? 60);
const width = 5000;
const x = tensor(new Float32Array(width).fill(1), { shape: [1, width] });

function build(value: number): Model {
  const inputs = Input({ shape: [width] });
  const dense = layers.Dense(width, { kernelInitializer: "zeros", biasInitializer: "zeros" });
  const model = Model({ inputs, outputs: dense(inputs) });
  dense.weights[1]?.assign(new Float32Array(width).fill(value));
  return model;
}

for (let i = 0; i < models / 2; i++) {
  const y = build(i)(x) as { dataSync(): ArrayLike<number> }; // SAFETY: a model called with a tensor gives one
  if (y.dataSync()[7] !== i) throw new Error(`model ${i} gives ${y.dataSync()[7]}`);
}
for (let i = 0; i < models / 2; i++) {
  const y = await build(i).predict(x, { verbose: 0 });
  const [first] = (await (y as { data(): Promise<ArrayLike<number>> }).data()) as Float32Array; // SAFETY: one output
  if (first !== i) throw new Error(`model ${i} predicts ${first}`);
}
console.log(`${models} models; ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MiB in use at the end`);
