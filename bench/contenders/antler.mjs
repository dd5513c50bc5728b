// Antler, from dist/. Argument: the number of threads.
import * as antler from "../../dist/index.js";
import { convData, gemmData, modelBatch, modelWeights, takeRows } from "../support/data.mjs";
import { parseRow } from "../support/rows.mjs";
import { comparison, giving, training } from "../support/runners.mjs";
import { serve } from "../support/serve.mjs";

const { Input, Model, config, layers, losses, ops, optimizers, tensor } = antler;
const threads = Number(process.argv[2] ?? 1);
if (config.setThreads !== undefined) config.setThreads(threads);
else if (threads !== 1) throw new Error("this version has no threads");

const give = ({ values, shape, dtype }) => tensor(values, { shape, dtype });
const { Conv2D, Conv2DTranspose, Dense } = layers;
const relu = { activation: "relu" };
const same = { activation: "relu", padding: "same" };
const sparse = () => losses.SparseCategoricalCrossentropy({ fromLogits: true });

const builders = {
  mlp: () => {
    const inputs = Input({ shape: [784] });
    const outputs = Dense(10)(Dense(64, relu)(Dense(64, relu)(inputs)));
    return [Model({ inputs, outputs }), { optimizer: optimizers.RMSprop(1e-3), loss: sparse() }];
  },
  resnet: () => {
    const inputs = Input({ shape: [32, 32, 3] });
    const block1 = layers.MaxPooling2D(3)(Conv2D(64, 3, relu)(Conv2D(32, 3, relu)(inputs)));
    const block2 = layers.add([Conv2D(64, 3, same)(Conv2D(64, 3, same)(block1)), block1]);
    const block3 = layers.add([Conv2D(64, 3, same)(Conv2D(64, 3, same)(block2)), block2]);
    const pooled = layers.GlobalAveragePooling2D()(Conv2D(64, 3, relu)(block3));
    const outputs = Dense(10)(layers.Dropout(0.5)(Dense(256, relu)(pooled)));
    return [Model({ inputs, outputs }), { optimizer: optimizers.RMSprop(1e-3), loss: sparse() }];
  },
  ticket: () => {
    const title = Input({ shape: [10], dtype: "int32" });
    const body = Input({ shape: [100], dtype: "int32" });
    const tags = Input({ shape: [12] });
    const [e1, e2] = [layers.Embedding(10_000, 64)(title), layers.Embedding(10_000, 64)(body)];
    const x = layers.concatenate([layers.LSTM(128)(e1), layers.LSTM(32)(e2), tags]);
    const model = Model({ inputs: [title, body, tags], outputs: [Dense(1)(x), Dense(4)(x)] });
    const loss = [losses.BinaryCrossentropy({ fromLogits: true }), sparse()];
    return [model, { optimizer: optimizers.RMSprop(1e-3), loss, lossWeights: [1, 0.2] }];
  },
  autoencoder: () => {
    const inputs = Input({ shape: [28, 28, 1] });
    let x = layers.MaxPooling2D(3)(Conv2D(32, 3, relu)(Conv2D(16, 3, relu)(inputs)));
    x = layers.GlobalMaxPooling2D()(Conv2D(16, 3, relu)(Conv2D(32, 3, relu)(x)));
    x = Conv2DTranspose(32, 3, relu)(Conv2DTranspose(16, 3, relu)(layers.Reshape([4, 4, 1])(x)));
    x = Conv2DTranspose(16, 3, relu)(layers.UpSampling2D(3)(x));
    const outputs = Conv2DTranspose(1, 3, relu)(x);
    return [Model({ inputs, outputs }), { optimizer: optimizers.Adam(1e-3), loss: "mean_squared_error" }];
  },
};

/** Weights go to the variables of their shape, in order: layers of several branches may be listed in another order. */
function setWeights(model, name) {
  const given = modelWeights(name);
  const values = model.weights.map(({ shape }) => {
    const at = given.findIndex((one) => one.shape.join() === shape.join());
    if (at === -1) throw new Error(`${name}: no weight of shape ${shape}`);
    return give(given.splice(at, 1)[0]);
  });
  model.setWeights(values);
}

const batchOf = {
  mlp: ({ x, labels }) => [give(x), give(labels)],
  resnet: ({ x, labels }) => [give(x), give(labels)],
  ticket: ({ title, body, tags, priority, department }) => [
    [give(title), give(body), give(tags)],
    [give(priority), give(department)],
  ],
  autoencoder: ({ x }) => [give(x), give(x)],
};

async function prepare(row) {
  const { workload, action, numbers } = parseRow(row);
  if (workload === "gemm") {
    const { a, b } = gemmData(numbers);
    const [x, y] = [give(a), give(b)];
    return giving(() => ops.matmul(x, y).data());
  }
  if (workload === "conv") {
    const { x, kernel } = convData();
    const [images, filters] = [give(x), give(kernel)];
    return giving(() => ops.conv(images, filters, { strides: 1, padding: "same" }).data());
  }
  const [model, compilation] = builders[workload]();
  setWeights(model, workload);
  if (action === "predict") {
    const x = give(takeRows(modelBatch(workload).x, numbers[0]));
    return giving(async () => (await model.predictOnBatch(x)).data());
  }
  model.compile(compilation);
  const [x, y] = batchOf[workload](modelBatch(workload));
  const step = async () => {
    const result = await model.trainOnBatch(x, y);
    const loss = Array.isArray(result) ? result[0] : result;
    return typeof loss === "number" ? loss : Number((await loss.data())[0]);
  };
  return training(step, comparison(workload));
}

await serve({ antler: "working tree" }, prepare);
