/** Residual connections: a graph that no Sequential can express. */
import { readFile } from "node:fs/promises";
import {
  Input,
  layers,
  losses,
  Model,
  optimizers,
  random,
  setRandomSeed,
  type Tensor,
  tensor,
  utils,
} from "antler";
import { check, integers } from "./support.ts";

setRandomSeed(13);
const inputs = Input({ shape: [32, 32, 3], name: "img" });
let x;
x = layers.Conv2D(32, 3, { activation: "relu" })(inputs);
x = layers.Conv2D(64, 3, { activation: "relu" })(x);
const block1 = layers.MaxPooling2D(3)(x);
x = layers.Conv2D(64, 3, { activation: "relu", padding: "same" })(block1);
x = layers.Conv2D(64, 3, { activation: "relu", padding: "same" })(x);
const block2 = layers.add([x, block1]);
x = layers.Conv2D(64, 3, { activation: "relu", padding: "same" })(block2);
x = layers.Conv2D(64, 3, { activation: "relu", padding: "same" })(x);
const block3 = layers.add([x, block2]);
x = layers.Conv2D(64, 3, { activation: "relu" })(block3);
x = layers.GlobalAveragePooling2D()(x);
x = layers.Dense(256, { activation: "relu" })(x);
x = layers.Dropout(0.5)(x);
const model = Model(inputs, layers.Dense(10)(x), { name: "toy_resnet" });
model.summary();
await utils.plotModel(model, "mini_resnet.svg", { showShapes: true });
check(model.countParams() === 223_242, "the model has 223,242 parameters");

const { images, labels } = await cifar(1000);
model.compile({
  optimizer: optimizers.RMSprop(1e-3),
  loss: losses.CategoricalCrossentropy({ fromLogits: true }),
  metrics: ["acc"],
});
const history = await model.fit(images, utils.toCategorical(labels, 10), {
  batchSize: 64,
  epochs: 2,
  validationSplit: 0.2,
  verbose: 2,
});
const loss = history.history["loss"] ?? [];
check((loss.at(-1) ?? 9) < (loss[0] ?? 0), "the loss falls");
check("val_acc" in history.history, "the metric keeps the name it was given");

/** CIFAR-10 images from a file of records (`CIFAR10_FILE`), else random ones. */
async function cifar(count: number): Promise<{ images: Tensor; labels: Tensor }> {
  const file = process.env["CIFAR10_FILE"];
  if (file === undefined)
    return { images: random.uniform([count, 32, 32, 3], { seed: 1 }), labels: integers([count], 10, 2) };
  const bytes = await readFile(file);
  const pixels = new Float32Array(count * 3072);
  const labels = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = bytes[i * 3073] ?? 0;
    for (let k = 0; k < 3072; k++)
      pixels[i * 3072 + (k % 1024) * 3 + Math.floor(k / 1024)] = (bytes[i * 3073 + 1 + k] ?? 0) / 255;
  }
  return { images: tensor(pixels, { shape: [count, 32, 32, 3] }), labels: tensor(labels) };
}
