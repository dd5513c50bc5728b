/** Intermediate activations are tensors of the graph: a model can output them. */
import { Input, layers, Model, random } from "antler";
import { check } from "./support.ts";

const inputs = Input({ shape: [32, 32, 3] });
let x;
x = layers.Conv2D(8, 3, { activation: "relu", name: "block1" })(inputs);
x = layers.MaxPooling2D(2, { name: "pool1" })(x);
x = layers.Conv2D(16, 3, { activation: "relu", name: "block2" })(x);
const backbone = Model(inputs, layers.GlobalAveragePooling2D({ name: "features" })(x), { name: "backbone" });

const featureExtraction = Model({
  inputs: backbone.input,
  outputs: backbone.layers.map((layer) => layer.output),
});
const image = random.normal([1, 32, 32, 3], { seed: 1 });
const activations = featureExtraction(image);
check(
  Array.isArray(activations) && activations.length === backbone.layers.length,
  "one call gives every layer's activations",
);

const part = Model({ inputs: backbone.input, outputs: backbone.getLayer("pool1").output });
check(part(image).shape.join() === "1,15,15,8", "a model can be cut at any layer");
