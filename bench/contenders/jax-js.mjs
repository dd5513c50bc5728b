// jax-js on its WebAssembly backend; one thread in Node. Arrays are consumed by use: `.ref` keeps one alive.
// Argument: "as-written" for its own convolution, in its own layout, channels first.
//
// That has a gradient so slow that a step of the ResNet takes half a minute. What is measured without the argument is
// the form an expert would write: a 3×3 convolution as nine shifted matrix products, channels last.
import { readFileSync } from "node:fs";
import {
  blockUntilReady,
  defaultDevice,
  init,
  jit,
  lax,
  nn,
  numpy as np,
  random,
  tree,
  valueAndGrad,
} from "@jax-js/jax";
import { convData, gemmData, hasData, modelBatch, modelWeights, takeRows } from "../support/data.mjs";
import { parseRow } from "../support/rows.mjs";
import { comparison, giving, training } from "../support/runners.mjs";
import { serve } from "../support/serve.mjs";

await init("wasm");
defaultDevice("wasm");

const isAsWritten = process.argv[2] === "as-written";
const axes = isAsWritten ? { channels: 1, height: 2, width: 3 } : { channels: 3, height: 1, width: 2 };

const give = ({ values, shape, dtype }) =>
  np.array(values, { shape, dtype: dtype === "int32" ? np.int32 : np.float32 });

/** Images, in the layout of this form. */
const images = (x) => (isAsWritten ? np.transpose(give(x), [0, 3, 1, 2]) : give(x));

const dense = (p, name, x) => np.dot(x, p[`${name}_kernel`]).add(p[`${name}_bias`]);

/** [batch, h, w, c] * [3, 3, c, f], with `by` zeros on each side. */
function convolve(x, kernel, by = 0) {
  if (isAsWritten) {
    const padding = [
      [by, by],
      [by, by],
    ];
    return lax.conv(x, np.transpose(kernel, [3, 2, 0, 1]), [1, 1], padding);
  }
  return shiftedProducts(by === 0 ? x : pad(x, by), kernel);
}

/** The same without padding, as nine products. */
function shiftedProducts(x, kernel) {
  const [, height, width] = x.shape;
  let sum = null;
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const shifted = x.ref.slice([], [i, height - 2 + i], [j, width - 2 + j], []);
      const term = np.dot(shifted, kernel.ref.slice(i, j));
      sum = sum === null ? term : sum.add(term);
    }
  }
  x.dispose();
  kernel.dispose();
  return sum;
}

const pad = (x, by) =>
  np.pad(x, [
    [0, 0],
    [by, by],
    [by, by],
    [0, 0],
  ]);
const conv = (p, name, x, by = 0) => {
  const bias = p[`${name}_bias`];
  return nn.relu(convolve(x, p[`${name}_kernel`], by).add(isAsWritten ? bias.reshape([1, -1, 1, 1]) : bias));
};

function maxPool3(x) {
  const [batch, height, width, channels] = [0, axes.height, axes.width, axes.channels].map((i) => x.shape[i]);
  const [rows, columns] = [Math.floor(height / 3), Math.floor(width / 3)];
  const [tall, wide] = [
    [0, rows * 3],
    [0, columns * 3],
  ];
  if (isAsWritten) {
    const cut = x.slice([], [], tall, wide);
    return np.max(cut.reshape([batch, channels, rows, 3, columns, 3]), [3, 5]);
  }
  const cut = x.slice([], tall, wide, []);
  return np.max(cut.reshape([batch, rows, 3, columns, 3, channels]), [2, 4]);
}

/** The last state; there is no scan, so the steps are unrolled. */
function lstm(p, name, x, length, units) {
  // [batch, time, features] @ [features, 4 units] for all steps at once
  const projected = np.dot(x, p[`${name}_kernel`]).add(p[`${name}_bias`]);
  const recurrent = p[`${name}_recurrent`];
  let [h, c] = [null, null];
  for (let t = 0; t < length; t++) {
    let z = projected.ref.slice([], t, []);
    if (h !== null) z = z.add(np.dot(h, recurrent.ref));
    const gate = (k) => z.ref.slice([], [k * units, (k + 1) * units]);
    const [input, forget, candidate, output] = [
      nn.sigmoid(gate(0)),
      nn.sigmoid(gate(1)),
      np.tanh(gate(2)),
      nn.sigmoid(gate(3)),
    ];
    z.dispose();
    if (c === null) {
      forget.dispose();
      c = input.mul(candidate);
    } else c = forget.mul(c).add(input.mul(candidate));
    h = output.mul(np.tanh(c.ref));
  }
  c.dispose();
  projected.dispose();
  recurrent.dispose();
  return h;
}

const crossentropy = (logits, labels) =>
  nn
    .logSoftmax(logits, -1)
    .mul(labels)
    .sum()
    .mul(-1 / labels.shape[0]);
const binaryCrossentropy = (z, y) =>
  np
    .maximum(z.ref, 0)
    .sub(z.ref.mul(y))
    .add(np.log1p(np.exp(np.abs(z).neg())))
    .mean();

const forward = {
  mlp: (p, x) => dense(p, "d3", nn.relu(dense(p, "d2", nn.relu(dense(p, "d1", x))))),
  resnet: (p, x, mask) => {
    const block1 = maxPool3(conv(p, "c2", conv(p, "c1", x)));
    const block2 = conv(p, "c4", conv(p, "c3", block1.ref, 1), 1).add(block1);
    const block3 = conv(p, "c6", conv(p, "c5", block2.ref, 1), 1).add(block2);
    const hidden = nn.relu(dense(p, "d1", np.mean(conv(p, "c7", block3), [axes.height, axes.width])));
    return dense(p, "d2", mask === undefined ? hidden : hidden.mul(mask));
  },
  autoencoder: (p, x) => {
    const pooled = maxPool3(conv(p, "c2", conv(p, "c1", x)));
    let h = np.max(conv(p, "c4", conv(p, "c3", pooled)), [axes.height, axes.width]);
    h = h.reshape(isAsWritten ? [-1, 1, 4, 4] : [-1, 4, 4, 1]);
    // A transposed convolution of stride 1 is a padded convolution with the flipped kernel, which is given so.
    h = conv(p, "t2", conv(p, "t1", h, 2), 2);
    h = np.repeat(np.repeat(h, 3, axes.height), 3, axes.width);
    return conv(p, "t4", conv(p, "t3", h, 2), 2);
  },
};

const losses = {
  mlp: (p, x, labels) => crossentropy(forward.mlp(p, x), labels),
  resnet: (p, x, labels, key) => {
    const mask = random.bernoulli(key, 0.5, [64, 256]).astype(np.float32).mul(2);
    return crossentropy(forward.resnet(p, x, mask), labels);
  },
  // The product with a traced 1 puts an array between the gather and its use; without it the gradient fails.
  ticket: (p, title, body, tags, priority, department, one) => {
    const first = lstm(p, "lstm1", p.embedding1.slice(title).mul(one.ref), 10, 128);
    const second = lstm(p, "lstm2", p.embedding2.slice(body).mul(one), 100, 32);
    const x = np.concatenate([first, second, tags], -1);
    const priorityLoss = binaryCrossentropy(dense(p, "d1", x.ref), priority);
    return priorityLoss.add(crossentropy(dense(p, "d2", x), department).mul(0.2));
  },
  autoencoder: (p, x) => np.square(forward.autoencoder(p, x.ref).sub(x)).mean(),
};

const mapEntries = (object, f) => Object.fromEntries(Object.keys(object).map((name) => [name, f(name)]));
const zerosLike = (params) => mapEntries(params, (name) => np.zeros(params[name].shape));

/** RMSprop with Keras's defaults: v ← 0.9 v + 0.1 g²; p ← p − 0.001 g / √(v + 1e-7). */
const rmsprop = {
  init: zerosLike,
  step: (loss) =>
    jit((params, moments, ...batch) => {
      const [value, grads] = valueAndGrad(loss)(tree.ref(params), ...batch);
      const next = mapEntries(params, (name) =>
        moments[name].mul(0.9).add(np.square(grads[name].ref).mul(0.1)),
      );
      const updated = mapEntries(params, (name) =>
        params[name].sub(grads[name].mul(1e-3).div(np.sqrt(next[name].ref.add(1e-7)))),
      );
      return [value, updated, next];
    }),
};

/** Adam with Keras's defaults; βᵗ as exp(t log β). */
const adam = {
  init: (params) => ({ t: np.zeros([]), m: zerosLike(params), v: zerosLike(params) }),
  step: (loss) =>
    jit((params, state, ...batch) => {
      const [value, grads] = valueAndGrad(loss)(tree.ref(params), ...batch);
      const t = state.t.add(1);
      const power = (beta) => np.exp(t.ref.mul(Math.log(beta)));
      const rate = np.sqrt(power(0.999).neg().add(1)).div(power(0.9).neg().add(1)).mul(1e-3);
      const m = mapEntries(params, (name) => state.m[name].mul(0.9).add(grads[name].ref.mul(0.1)));
      const v = mapEntries(params, (name) => state.v[name].mul(0.999).add(np.square(grads[name]).mul(0.001)));
      const updated = mapEntries(params, (name) =>
        params[name].sub(m[name].ref.mul(rate.ref).div(np.sqrt(v[name].ref).add(1e-7))),
      );
      rate.dispose();
      return [value, updated, { t, m, v }];
    }),
};

function parameters(model) {
  const flip = ({ name, shape: [height, width, out, from], values }) => {
    const flipped = new Float32Array(values.length);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let o = 0; o < out; o++)
          for (let i = 0; i < from; i++) {
            const at = ((height - 1 - y) * width + (width - 1 - x)) * from * out + i * out + o;
            flipped[at] = values[((y * width + x) * out + o) * from + i];
          }
    return { name, shape: [height, width, from, out], dtype: "float32", values: flipped };
  };
  const weights = modelWeights(model).map((one) => (/^t\d_kernel/.test(one.name) ? flip(one) : one));
  return Object.fromEntries(weights.map((one) => [one.name, give(one)]));
}

const batchOf = {
  mlp: ({ x, oneHot }) => [x, oneHot].map(give),
  resnet: ({ x, oneHot }) => [images(x), give(oneHot)],
  ticket: ({ title, body, tags, priority, departmentOneHot }) => [
    ...[title, body, tags, priority, departmentOneHot].map(give),
    np.ones([]),
  ],
  autoencoder: ({ x }) => [images(x)],
};

async function prepare(row) {
  const { workload, action, numbers } = parseRow(row);
  if (action === "resize" || !hasData(workload)) return null;
  // Its convolution is what differs, and in training alone does that matter.
  if (isAsWritten && (action !== "train" || !["resnet", "autoencoder"].includes(workload))) return null;
  if (workload === "gemm") {
    const { a, b } = gemmData(numbers);
    const [x, y] = [give(a), give(b)];
    const matmul = jit((u, v) => np.matmul(u, v));
    return giving(() => matmul(x.ref, y.ref).data());
  }
  if (workload === "conv") {
    const { x, kernel } = convData();
    const [images, filters] = [give(x), give(kernel)];
    const same = jit((u, v) => convolve(u, v, 1));
    return giving(() => same(images.ref, filters.ref).data());
  }
  let params = parameters(workload);
  if (action === "predict") {
    const x = give(takeRows(modelBatch(workload).x, numbers[0]));
    const compiled = jit((p, input) => forward[workload](p, input));
    return giving(() => compiled(tree.ref(params), x.ref).data());
  }
  const optimizer = workload === "autoencoder" ? adam : rmsprop;
  const train = optimizer.step(losses[workload]);
  const batch = batchOf[workload](modelBatch(workload));
  let state = optimizer.init(params);
  let count = 0;
  const step = async () => {
    const extra = workload === "resnet" ? [random.key(count++)] : [];
    let loss;
    [loss, params, state] = train(params, state, ...batch.map((one) => one.ref), ...extra);
    await blockUntilReady(params);
    return (await loss.data())[0];
  };
  return training(step, comparison(workload));
}

const manifest = new URL("../node_modules/@jax-js/jax/package.json", import.meta.url);
await serve({ "jax-js": JSON.parse(readFileSync(manifest, "utf8")).version }, prepare);
