// Antler. Arguments: the number of threads; the module to measure, from the project's root.
import { convData, gemmData, modelBatch, takeRows } from "../support/data.mjs";
import { antlerModels } from "../support/antler-models.mjs";
import { parseRow, sizesOf } from "../support/rows.mjs";
import { comparison, giving, training } from "../support/runners.mjs";
import { serve } from "../support/serve.mjs";

const source = process.argv[3] ?? "dist/index.js";
const antler = await import(new URL(`../../${source}`, import.meta.url).href);
const { config, ops } = antler;
config.setThreads(Number(process.argv[2] ?? 1));
const { give, model: modelOf, batch: batchOf } = antlerModels(antler);

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
  const sizes = sizesOf(row);
  const [model, compilation] = modelOf(workload, sizes);
  if (action === "predict" || action === "resize") {
    const given = modelBatch(workload).x;
    // A size that differs from one that has been predicted already.
    if (action === "resize") await model.predictOnBatch(give(takeRows(given, numbers[0] + 1)));
    const x = give(takeRows(given, numbers[0]));
    return giving(async () => (await model.predictOnBatch(x)).data());
  }
  model.compile(compilation);
  const [x, y] = batchOf(workload, sizes, model);
  const step = async () => {
    const result = await model.trainOnBatch(x, y);
    const loss = Array.isArray(result) ? result[0] : result;
    return typeof loss === "number" ? loss : Number((await loss.data())[0]);
  };
  return { ...training(step, comparison(workload)), parameters: model.countParams() };
}

/** Time and work of each kernel of a row's step. */
async function profile(row, seconds) {
  const { step } = await prepare(row);
  const stepUntil = async (end) => {
    let count = 0;
    do await step();
    while (++count < 3 || performance.now() < end);
    return count;
  };
  let steps = 0;
  let elapsed = 0;
  const kernels = await config.profile(
    async () => {
      const from = performance.now();
      steps = await stepUntil(from + seconds * 1000);
      elapsed = performance.now() - from;
    },
    { warmUp: () => stepUntil(performance.now() + seconds * 500) },
  );
  return { kernels, steps, elapsed };
}

await serve({ antler: source }, prepare, { profile });
