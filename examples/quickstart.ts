/**
 * The main job in one file: build, look at, train, evaluate, draw, save and load the guide's MNIST classifier.
 *
 * Reads MNIST from Keras's cache, or downloads it; where neither is possible it trains on digits that it draws itself.
 */
import {
  datasets,
  Input,
  layers,
  losses,
  Model,
  models,
  ops,
  optimizers,
  setRandomSeed,
  type Tensor,
  utils,
} from "antler";

const { inputs, targets } = await loadDigits();
const [xTrain, xTest] = inputs.map((images) => ops.reshape(images, [-1, 784]).cast("float32").divide(255));
const [yTrain, yTest] = targets;

setRandomSeed(1);
const images = Input({ shape: [784], name: "img" });
let x = layers.Dense(64, { activation: "relu" })(images);
x = layers.Dense(64, { activation: "relu" })(x);
const logits = layers.Dense(10)(x);
const model = Model({ inputs: images, outputs: logits, name: "mnist_model" });
model.summary();

model.compile({
  loss: losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  optimizer: optimizers.RMSprop(),
  metrics: ["accuracy"],
});
await model.fit(xTrain, yTrain, { batchSize: 64, epochs: 2, validationSplit: 0.2 });
const { loss = NaN, accuracy = NaN } = await model.evaluate(xTest, yTest, { verbose: 2, returnDict: true });
console.log(`Test loss: ${loss.toFixed(4)}`);
console.log(`Test accuracy: ${accuracy.toFixed(4)}`);

await utils.plotModel(model, "mnist_mlp.png", { showShapes: true });
await model.save("mnist_mlp.keras");
console.log("Wrote mnist_mlp.png and mnist_mlp.keras");

const loaded = await models.loadModel("mnist_mlp.keras");
const before = await model.predict(xTest, { verbose: 0 });
const after = await loaded.predict(xTest, { verbose: 0 });
const difference = ops.max(ops.abs(ops.subtract(before, after))).item();
if (difference !== 0) throw new Error(`the loaded model's predictions differ by ${difference}`);
console.log("The loaded model predicts the same, bit for bit.");

async function loadDigits(): Promise<{ inputs: [Tensor, Tensor]; targets: [Tensor, Tensor] }> {
  try {
    const [[x0, y0], [x1, y1]] = await datasets.mnist.loadData();
    return { inputs: [x0, x1], targets: [y0, y1] };
  } catch (error) {
    console.log(`MNIST is not at hand (${error instanceof Error ? error.message : String(error)}).`);
    console.log("Training on drawn digits instead.\n");
    const [[x0, y0], [x1, y1]] = await datasets.digits.loadData({ train: 12_000, test: 2_000, seed: 1 });
    return { inputs: [x0, x1], targets: [y0, y1] };
  }
}
