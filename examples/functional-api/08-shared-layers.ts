/** One layer at two places of the graph: one set of weights, gradients from both. */
import { Input, layers, Model, ops, type Tensor, valueAndGrad } from "antler";
import { check, difference, integers } from "./support.ts";

const sharedEmbedding = layers.Embedding(1000, 128);
const textInputA = Input({ shape: [null], dtype: "int32" });
const textInputB = Input({ shape: [null], dtype: "int32" });
const encodedA = sharedEmbedding(textInputA);
const encodedB = sharedEmbedding(textInputB);
const merged = layers.concatenate([encodedA, encodedB], { axis: 1 });
const model = Model({ inputs: [textInputA, textInputB], outputs: layers.GlobalAveragePooling1D()(merged) });
model.summary();
check(model.weights.length === 1, "the embedding's weights are counted once");

const [a, b] = [integers([2, 5], 1000, 1), integers([2, 7], 1000, 2)];
/** The gradient of the sum of a function's results with respect to the embedding. */
function gradientOf(f: () => Tensor): Tensor {
  const [gradient] = valueAndGrad(() => ops.sum(f()), model.trainableVariables).gradients;
  if (!gradient) throw new Error("the sum does not depend on the embedding");
  return gradient;
}
const both = gradientOf(() => model([a, b]));
const one = gradientOf(() => ops.divide(sharedEmbedding(a), 12));
const other = gradientOf(() => ops.divide(sharedEmbedding(b), 12));
check(difference(both, ops.add(one, other)) < 1e-6, "gradients of both uses add up");
