// Writes the models in test/fixtures/tfjs anew, with TensorFlow.js from bench/node_modules.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tfCases } from "../test/support/tensorflow-js-models.ts";
import {
  artifactsOf,
  loadTensorFlowJs,
  sampleInputs,
  scatterWeights,
} from "../test/support/tensorflow-js.ts";

const folder = join(import.meta.dirname, "../test/fixtures/tfjs");
const tf = loadTensorFlowJs();

for (const name of [
  "mlp",
  "images",
  "maskedLstm",
  "bidirectional",
  "stackedCells",
  "states",
  "nested",
  "activations",
]) {
  const item = tfCases[name];
  if (item === undefined) throw new Error(`there is no model ${name}`);
  const model = item.make(tf);
  scatterWeights(tf, model);
  const inputs = sampleInputs(model.inputs, item.vocabulary);
  const tensors = inputs.map(({ data, shape }) => tf.tensor(data, shape));
  const [first] = tensors;
  if (first === undefined) throw new Error("a model without inputs");
  const outputs = [model.predict(tensors.length === 1 ? first : tensors)].flat();
  const { weightData, weightSpecs, modelTopology } = await artifactsOf(tf, model);
  const fixture = {
    modelTopology,
    weightSpecs,
    weightData: Buffer.from(weightData).toString("base64"),
    inputs: inputs.map(({ data, shape }) => ({ shape, data: [...data] })),
    outputs: outputs.map((output) => ({ shape: output.shape, data: Array.from(output.dataSync()) })),
  };
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(fixture)}\n`);
}
