/** Training, evaluation and inference with the built-in loops. */
import { Input, layers, losses, Model, ops, optimizers, setRandomSeed } from "antler";
import { check, digits } from "./support.ts";

setRandomSeed(7);
const inputs = Input({ shape: [784] });
let x = layers.Dense(64, { activation: "relu" })(inputs);
x = layers.Dense(64, { activation: "relu" })(x);
const model = Model({ inputs, outputs: layers.Dense(10)(x), name: "mnist_model" });

const data = await digits(12_000, 2_000);
const xTrain = ops.reshape(data.xTrain, [-1, 784]);
const xTest = ops.reshape(data.xTest, [-1, 784]);

model.compile({
  loss: losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  optimizer: optimizers.RMSprop(),
  metrics: ["accuracy"],
});
const history = await model.fit(xTrain, data.yTrain, { batchSize: 64, epochs: 2, validationSplit: 0.2 });
const scores = await model.evaluate(xTest, data.yTest, { verbose: 2, returnDict: true });
console.log("Test loss:", scores["loss"]);
console.log("Test accuracy:", scores["accuracy"]);

const [first = 0, last = 0] = history.history["loss"] ?? [];
check(last < first, "the loss falls");
check((scores["accuracy"] ?? 0) >= 0.9, "nine of ten digits are recognised");
