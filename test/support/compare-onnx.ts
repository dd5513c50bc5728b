import { valuesIn } from "../../src/graph/call-arguments.ts";
import { symbolicIn } from "../../src/graph/node.ts";
import { isFloat } from "../../src/ir/dtypes.ts";
import { toNumbers } from "../../src/ir/numbers.ts";
import { Model, ops } from "../../src/index.ts";
import type { ModelClass } from "../../src/models/model.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import { writeOnnx } from "../../src/saving/onnx/index.ts";
import { randomNumbers } from "../primitives/sample-data.ts";
import { expectClose, tolerance } from "./close.ts";
import { openOnnx, runOnnx } from "./onnx.ts";

/** Weights unlike those that layers begin with: no zeros, no ones. */
export function scramble(model: ModelClass): void {
  const random = randomNumbers(7);
  for (const weight of model.weights) {
    const least = weight.name.includes("variance") ? 0.5 : -0.5;
    if (isFloat(weight.dtype))
      weight.assign(Float32Array.from({ length: weight.size }, () => least + random()));
  }
}

/** The runtime's binding for JavaScript has no tensors of bfloat16: their values as float32. */
function readable(model: ModelClass): ModelClass {
  const outputs = symbolicIn(model.output);
  if (!outputs.some(({ dtype }) => dtype === "bfloat16")) return model;
  return Model({
    inputs: model.input,
    outputs: outputs.map((output) => (output.dtype === "bfloat16" ? ops.cast(output, "float32") : output)),
  });
}

/** What the file of a model computes for inputs, in ONNX Runtime. */
export async function runExported(model: ModelClass, inputs: readonly Tensor[]): Promise<Tensor[]> {
  const session = await openOnnx(writeOnnx(readable(model)));
  const results = await runOnnx(session, inputs);
  await session.release();
  return results;
}

/** Compares what a model and its file compute; half precision is compared as such. */
export async function expectSameInOnnx(model: ModelClass, inputs: readonly Tensor[]): Promise<void> {
  const given = inputs.length === 1 ? inputs[0] : inputs;
  const ours = valuesIn(model.invoke(given, { training: false })) as Tensor[]; // SAFETY: tensors in, tensors out
  const theirs = await runExported(model, inputs);
  if (ours.length !== theirs.length) throw new Error(`${theirs.length} outputs for ${ours.length}`);
  const half = [...model.weights, ...ours].find(({ dtype }) => dtype.endsWith("float16"))?.dtype;
  ours.forEach((tensor, i) => {
    const actual = theirs[i] ?? tensor;
    const wanted = tensor.dtype === "bfloat16" ? "float32" : tensor.dtype;
    if (actual.dtype !== wanted) throw new Error(`output ${i}: ${actual.dtype} for ${wanted}`);
    const numbers = { values: toNumbers(actual.dataSync(), actual.dtype), shape: actual.dims };
    const expected = { values: Array.from(toNumbers(tensor.dataSync(), tensor.dtype)), shape: tensor.dims };
    const coarse = isFloat(tensor.dtype)
      ? (half ?? (tensor.dtype === "float64" ? "float32" : tensor.dtype))
      : tensor.dtype;
    expectClose(numbers, expected, tolerance(coarse, "model"), `output ${i}`);
  });
}
