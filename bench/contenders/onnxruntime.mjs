// ONNX Runtime's native library in Node; inference only. Argument: the number of threads.
import { InferenceSession, Tensor } from "onnxruntime-node";
import { readFileSync } from "node:fs";
import { convData, gemmData, modelBatch, modelWeights, takeRows } from "../support/data.mjs";
import { convModel, gemmModel, mlpModel, resnetModel } from "../support/onnx.mjs";
import { parseRow } from "../support/rows.mjs";
import { giving } from "../support/runners.mjs";
import { serve } from "../support/serve.mjs";

const threads = Number(process.argv[2] ?? 1);

/** Axes of a rank-4 array in another order. */
function permute({ shape, values }, order) {
  const to = order.map((axis) => shape[axis]);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const out = new Float32Array(values.length);
  let at = 0;
  for (let a = 0; a < to[0]; a++)
    for (let b = 0; b < to[1]; b++)
      for (let c = 0; c < to[2]; c++)
        for (let d = 0; d < to[3]; d++)
          out[at++] =
            values[
              a * strides[order[0]] + b * strides[order[1]] + c * strides[order[2]] + d * strides[order[3]]
            ];
  return { shape: to, values: out };
}
const nchw = (x) => permute(x, [0, 3, 1, 2]);
const oihw = (kernel) => permute(kernel, [3, 2, 0, 1]);
const give = ({ shape, values }) => new Tensor("float32", values, shape);

async function session(model) {
  const options = { executionProviders: ["cpu"], intraOpNumThreads: threads, interOpNumThreads: 1 };
  return InferenceSession.create(model, options);
}

async function prepare(row) {
  const { workload, action, numbers } = parseRow(row);
  if (action !== "forward" && action !== "predict" && workload !== "gemm") return null;
  if (workload === "gemm") {
    const { a, b } = gemmData(numbers);
    const [run, feeds] = [await session(gemmModel(numbers)), { a: give(a), b: give(b) }];
    return giving(async () => (await run.run(feeds)).y.data);
  }
  if (workload === "conv") {
    const { x, kernel } = convData();
    const [images, filters] = [nchw(x), oihw(kernel)];
    const run = await session(convModel(images.shape, filters.shape));
    const feeds = { x: give(images), k: give(filters) };
    const step = async () => (await run.run(feeds)).y;
    // The first pixel's first sixteen channels, as the others give them.
    return {
      step,
      check: async () =>
        Array.from(
          { length: 16 },
          (
            (data) => (_, i) =>
              data[i * 1024]
          )((await step()).data),
        ),
    };
  }
  const x = takeRows(modelBatch(workload).x, numbers[0]);
  const weights = modelWeights(workload).map((one) =>
    one.shape.length === 4 ? { ...one, ...oihw(one) } : one,
  );
  const model = workload === "mlp" ? mlpModel(weights, numbers[0]) : resnetModel(weights, numbers[0]);
  const [run, feeds] = [await session(model), { x: give(x.shape.length === 4 ? nchw(x) : x) }];
  return giving(async () => (await run.run(feeds)).y.data);
}

const manifest = new URL("../node_modules/onnxruntime-node/package.json", import.meta.url);
await serve({ "onnxruntime-node": JSON.parse(readFileSync(manifest, "utf8")).version }, prepare);
