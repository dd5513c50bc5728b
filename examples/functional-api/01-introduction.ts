/** A graph of three Dense layers: built, described, drawn. */
import { Input, layers, Model, utils } from "antler";
import { check } from "./support.ts";

const inputs = Input({ shape: [784] });
console.log(inputs.shape, inputs.dtype); // [ null, 784 ] float32

const dense = layers.Dense(64, { activation: "relu" });
let x = dense(inputs);
x = layers.Dense(64, { activation: "relu" })(x);
const outputs = layers.Dense(10)(x);

const model = Model({ inputs, outputs, name: "mnist_model" });
model.summary();
await utils.plotModel(model, "my_first_model.svg");
await utils.plotModel(model, "my_first_model_with_shape_info.svg", { showShapes: true });

check(model.countParams() === 55_050, "the model has 55,050 parameters");
check(outputs.shape.join() === ",10", "the output is [null, 10]");
