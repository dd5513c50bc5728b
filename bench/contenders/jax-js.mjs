// jax-js on its WebAssembly backend; one thread in Node. Arrays are consumed by use: `.ref` keeps one alive.
import { readFileSync } from "node:fs";
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";
import { gemmData, mlpData, mlpRows } from "../support/data.mjs";
import { gemmSize } from "../support/rows.mjs";
import { serve } from "../support/serve.mjs";

await init("wasm");
defaultDevice("wasm");

const array = (values, shape) => np.array(values, { shape });

const forward = (p, x) => {
  const dense = (h, i) => np.dot(h, p[`w${i}`]).add(p[`b${i}`]);
  return dense(nn.relu(dense(nn.relu(dense(x, 0)), 1)), 2);
};

const lossOf = (p, x, labels) =>
  nn
    .logSoftmax(forward(p, x), -1)
    .mul(labels)
    .sum()
    .mul(-1 / 64);

/** One step of RMSprop with Keras's defaults: v ← 0.9 v + 0.1 g²; p ← p − 0.001 g / √(v + 1e-7). */
const trainStep = jit((params, moments, x, labels) => {
  const [loss, grads] = valueAndGrad(lossOf)(tree.ref(params), x, labels);
  const [nextParams, nextMoments] = [{}, {}];
  for (const name of Object.keys(params)) {
    nextMoments[name] = moments[name].mul(0.9).add(np.square(grads[name].ref).mul(0.1));
    nextParams[name] = params[name].sub(grads[name].mul(1e-3).div(np.sqrt(nextMoments[name].ref.add(1e-7))));
  }
  return [loss, nextParams, nextMoments];
});

function mlpParams() {
  const { kernels, biases } = mlpData();
  return Object.fromEntries([
    ...kernels.map(({ shape, values }, i) => [`w${i}`, array(values, shape)]),
    ...biases.map(({ shape, values }, i) => [`b${i}`, array(values, shape)]),
  ]);
}

async function prepare(row) {
  if (row.startsWith("gemm")) {
    const [m, n, k] = gemmSize(row);
    const { a, b } = gemmData([m, n, k]);
    const [x, y] = [array(a, [m, k]), array(b, [k, n])];
    const matmul = jit((u, v) => np.matmul(u, v));
    const product = () => matmul(x.ref, y.ref).data();
    return { step: product, check: async () => Array.from((await product()).slice(0, 16)) };
  }
  let params = mlpParams();
  if (row === "mlp train b64") {
    const { x, oneHot } = mlpData();
    let moments = Object.fromEntries(
      Object.entries(params).map(([name, { shape }]) => [name, np.zeros(shape)]),
    );
    const [inputs, labels] = [array(x, [64, 784]), array(oneHot, [64, 10])];
    const step = async () => {
      let loss;
      [loss, params, moments] = trainStep(params, moments, inputs.ref, labels.ref);
      await blockUntilReady(params);
      return (await loss.data())[0];
    };
    const check = async () => {
      const losses = [];
      for (let i = 0; i < 20; i++) losses.push(await step());
      return losses;
    };
    return { step, check };
  }
  const rows = Number(row.match(/b(\d+)$/)[1]);
  const x = array(mlpRows(rows), [rows, 784]);
  const compiled = jit(forward);
  const predict = () => compiled(tree.ref(params), x.ref).data();
  return { step: predict, check: async () => Array.from((await predict()).slice(0, 10)) };
}

const manifest = new URL("../node_modules/@jax-js/jax/package.json", import.meta.url);
await serve({ "jax-js": JSON.parse(readFileSync(manifest, "utf8")).version }, prepare);
