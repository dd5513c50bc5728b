// Antler, from dist/. Argument: the number of threads.
import * as antler from "antler";
import { gemmData, mlpData, mlpRows } from "../support/data.mjs";
import { gemmSize } from "../support/rows.mjs";
import { serve } from "../support/serve.mjs";

const { Input, Model, config, layers, losses, ops, optimizers, tensor } = antler;
config.setThreads?.(Number(process.argv[2] ?? 1));

function mlp() {
  const { kernels, biases } = mlpData();
  const inputs = Input({ shape: [784] });
  const hidden = [1, 2].reduce((x) => layers.Dense(64, { activation: "relu" })(x), inputs);
  const model = Model({ inputs, outputs: layers.Dense(10)(hidden) });
  model.setWeights(
    kernels.flatMap((kernel, i) => [kernel, biases[i]]).map(({ shape, values }) => tensor(values, { shape })),
  );
  model.compile({
    optimizer: optimizers.RMSprop(1e-3),
    loss: losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  });
  return model;
}

async function prepare(row) {
  if (row.startsWith("gemm")) {
    const [m, n, k] = gemmSize(row);
    const { a, b } = gemmData([m, n, k]);
    const [x, y] = [tensor(a, { shape: [m, k] }), tensor(b, { shape: [k, n] })];
    const product = () => ops.matmul(x, y).data();
    return { step: product, check: async () => Array.from((await product()).slice(0, 16)) };
  }
  const model = mlp();
  if (row === "mlp train b64") {
    const { x, labels } = mlpData();
    const batch = [tensor(x, { shape: [64, 784] }), tensor(labels, { shape: [64] })];
    const step = async () => {
      const loss = await model.trainOnBatch(...batch);
      return typeof loss === "number" ? loss : Number(Array.isArray(loss) ? loss[0] : loss);
    };
    return { step, check: () => manySteps(step) };
  }
  const rows = Number(row.match(/b(\d+)$/)[1]);
  const x = tensor(mlpRows(rows), { shape: [rows, 784] });
  const predict = async () => (await model.predictOnBatch(x)).data();
  return { step: predict, check: async () => Array.from((await predict()).slice(0, 10)) };
}

async function manySteps(step) {
  const losses = [];
  for (let i = 0; i < 20; i++) losses.push(await step());
  return losses;
}

await serve({ antler: "this" }, prepare);
