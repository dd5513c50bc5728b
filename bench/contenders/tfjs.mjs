// TensorFlow.js. Argument: its backend, "wasm" or "cpu". Its WASM backend runs on one thread in Node.
import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { gemmData, mlpData, mlpRows, mlpUnits } from "../support/data.mjs";
import { gemmSize } from "../support/rows.mjs";
import { serve } from "../support/serve.mjs";

const backend = process.argv[2] ?? "wasm";
setWasmPaths(`${dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm"))}/`);
if (!(await tf.setBackend(backend))) throw new Error(`tfjs has no backend ${backend}`);
await tf.ready();

// tfjs has no cross-entropy from logits for sparse labels among its layers' losses: one-hot ones instead.
const crossentropy = (labels, logits) =>
  tf.tidy(() => tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), -1)));

function mlp() {
  const { kernels, biases } = mlpData();
  const inputs = tf.input({ shape: [mlpUnits[0]] });
  const hidden = [1, 2].reduce((x) => tf.layers.dense({ units: 64, activation: "relu" }).apply(x), inputs);
  const model = tf.model({ inputs, outputs: tf.layers.dense({ units: 10 }).apply(hidden) });
  model.setWeights(
    kernels.flatMap((kernel, i) => [kernel, biases[i]]).map(({ shape, values }) => tf.tensor(values, shape)),
  );
  model.compile({ optimizer: tf.train.rmsprop(1e-3, 0.9, 0, 1e-7), loss: crossentropy });
  return model;
}

async function prepare(row) {
  if (row.startsWith("gemm")) {
    const [m, n, k] = gemmSize(row);
    const { a, b } = gemmData([m, n, k]);
    const [x, y] = [tf.tensor(a, [m, k]), tf.tensor(b, [k, n])];
    const product = async () => {
      const c = tf.matMul(x, y);
      const values = await c.data();
      c.dispose();
      return values;
    };
    return { step: product, check: async () => Array.from((await product()).slice(0, 16)) };
  }
  const model = mlp();
  if (row === "mlp train b64") {
    const { x, oneHot } = mlpData();
    const batch = [tf.tensor(x, [64, 784]), tf.tensor(oneHot, [64, 10])];
    const step = () => model.trainOnBatch(...batch);
    const check = async () => {
      const losses = [];
      for (let i = 0; i < 20; i++) losses.push(await step());
      return losses;
    };
    return { step, check };
  }
  const rows = Number(row.match(/b(\d+)$/)[1]);
  const x = tf.tensor(mlpRows(rows), [rows, 784]);
  const predict = async () => {
    const y = model.predictOnBatch(x);
    const values = await y.data();
    y.dispose();
    return values;
  };
  return { step: predict, check: async () => Array.from((await predict()).slice(0, 10)) };
}

await serve({ tfjs: tf.version.tfjs }, prepare);
