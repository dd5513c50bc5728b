/** Intermediate activations are tensors of the graph: a model can output them. */
import { applications, Model, random } from "antler";
import { check } from "./support.ts";

const vgg19 = applications.VGG19({ weights: null });
const features = vgg19.layers.map((layer) => layer.output);
const featureExtraction = Model({ inputs: vgg19.input, outputs: features });

const image = random.normal([1, 224, 224, 3], { seed: 1 });
const activations = featureExtraction(image); // one for each output
console.log(activations.map(({ shape }) => shape));
check(activations.length === vgg19.layers.length, "one call gives the activations of all layers");
check(activations.at(-1)?.shape.join() === "1,1000", "the classifier's among them");

const part = Model({ inputs: vgg19.input, outputs: vgg19.getLayer("block1_pool").output });
check(part.weights.length === 4, "a model can be cut at any layer; its weights are the whole model's");
