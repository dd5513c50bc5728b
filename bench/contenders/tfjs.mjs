// TensorFlow.js. Argument: its backend, "wasm" or "cpu". Its WASM backend runs on one thread in Node, and has no kernel
// for the gradients of convolutions and embeddings; its CPU backend is plain JavaScript.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { convData, gemmData, modelBatch, modelWeights, takeRows } from "../support/data.mjs";
import { parseRow } from "../support/rows.mjs";
import { comparison, giving, training } from "../support/runners.mjs";
import { serve } from "../support/serve.mjs";

const backend = process.argv[2] ?? "wasm";
setWasmPaths(`${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`);
if (!(await tf.setBackend(backend))) throw new Error(`tfjs has no backend ${backend}`);
await tf.ready();

const give = ({ values, shape, dtype }) => tf.tensor(values, shape, dtype);
// tfjs has no cross-entropy from logits for sparse labels among its layers' losses: one-hot ones instead.
const crossentropy = (labels, logits) =>
  tf.tidy(() => tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), -1)));

const builders = {
  mlp: () => {
    const inputs = tf.input({ shape: [784] });
    const hidden = [1, 2].reduce((x) => tf.layers.dense({ units: 64, activation: "relu" }).apply(x), inputs);
    return tf.model({ inputs, outputs: tf.layers.dense({ units: 10 }).apply(hidden) });
  },
  resnet: () => {
    const conv = (x, filters, padding) =>
      tf.layers.conv2d({ filters, kernelSize: 3, activation: "relu", padding }).apply(x);
    const inputs = tf.input({ shape: [32, 32, 3] });
    const block1 = tf.layers
      .maxPooling2d({ poolSize: 3 })
      .apply(conv(conv(inputs, 32, "valid"), 64, "valid"));
    const residual = (x) => tf.layers.add().apply([conv(conv(x, 64, "same"), 64, "same"), x]);
    const last = conv(residual(residual(block1)), 64, "valid");
    const pooled = tf.layers.globalAveragePooling2d({ dataFormat: "channelsLast" }).apply(last);
    const hidden = tf.layers.dense({ units: 256, activation: "relu" }).apply(pooled);
    const dropped = tf.layers.dropout({ rate: 0.5 }).apply(hidden);
    return tf.model({ inputs, outputs: tf.layers.dense({ units: 10 }).apply(dropped) });
  },
};

function setWeights(model, name) {
  const given = modelWeights(name);
  const values = model.weights.map(({ shape }) => {
    const at = given.findIndex((one) => one.shape.join() === shape.join());
    return give(given.splice(at, 1)[0]);
  });
  model.setWeights(values);
}

/** The numbers of a result, which is freed. */
async function take(result) {
  const values = await result.data();
  result.dispose();
  return values;
}

async function prepare(row) {
  const { workload, action, numbers } = parseRow(row);
  // Plain JavaScript does less than a GFLOP/s: rows on which it would take minutes are not for it.
  if (backend === "cpu" && workload !== "mlp" && row !== "gemm 64x64x784") return null;
  if (workload === "gemm") {
    const { a, b } = gemmData(numbers);
    const [x, y] = [give(a), give(b)];
    return giving(() => take(tf.matMul(x, y)));
  }
  if (workload === "conv") {
    const { x, kernel } = convData();
    const [images, filters] = [give(x), give(kernel)];
    return giving(() => take(tf.conv2d(images, filters, 1, "same")));
  }
  const build = builders[workload];
  if (
    action === "resize" ||
    build === undefined ||
    (action !== "predict" && workload !== "mlp" && backend === "wasm")
  )
    return null;
  const model = build();
  setWeights(model, workload);
  if (action === "predict") {
    const x = give(takeRows(modelBatch(workload).x, numbers[0]));
    return giving(() => take(model.predictOnBatch(x)));
  }
  model.compile({ optimizer: tf.train.rmsprop(1e-3, 0.9, 0, 1e-7), loss: crossentropy });
  const { x, oneHot } = modelBatch(workload);
  const batch = [give(x), give(oneHot)];
  return training(() => model.trainOnBatch(...batch), comparison(workload));
}

await serve({ tfjs: tf.version.tfjs }, prepare);
