import { CallbackList } from "../callbacks/callback-list.ts";
import type { CallbackModel } from "../callbacks/callback.ts";
import { allocate, type TypedArray } from "../ir/dtypes.ts";
import { sizeOf } from "../ir/shape.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { DataError } from "../util/errors.ts";
import { flatten, packLike, type Tree } from "../util/tree.ts";
import { sourceOf } from "./data/sources.ts";
import { Breather, runBatches } from "./loop.ts";
import { checkRunOptions, optionNames, type PredictOptions } from "./options.ts";
import type { Trainer } from "./trainer.ts";

/** A model's outputs for data, batch by batch, joined. @see Keras `Trainer.predict` */
export async function predict(
  trainer: Trainer,
  model: CallbackModel,
  x: unknown,
  options: PredictOptions,
): Promise<Tree<Tensor>> {
  const where = `${trainer.model.where}: predict`;
  checkRunOptions(where, options, optionNames.predict);
  const { batchSize = null, steps = null, signal, verbose = "auto" } = options;
  const source = await sourceOf(
    { x },
    { where, graph: trainer.model.graph, batchSize, steps, shuffle: false },
  );
  const callbacks = new CallbackList(options.callbacks ?? null, {
    addProgbar: verbose !== 0,
    verbose,
    epochs: 1,
    steps: source.numBatches,
    model,
  });
  const outputs: Tree<Tensor>[] = [];
  try {
    await callbacks.onPredictBegin();
    await runBatches({
      source,
      stepsPerExecution: trainer.compilation?.stepsPerExecution ?? 1,
      breather: new Breather(signal),
      // What targets a batch brings is not needed.
      run: ({ x: inputs }) => trainer.run("predict", { x: inputs }),
      prepare: ({ x: inputs }) => trainer.prepareAhead("predict", { x: inputs }),
      onBegin: (step) => callbacks.onPredictBatchBegin(step),
      onEnd: (step, results) => {
        outputs.push(...results);
        return callbacks.onPredictBatchEnd(step, {
          outputs: results.length === 1 ? results[0] : joinBatches(where, results),
        });
      },
      isStopped: () => false,
    });
    await callbacks.onPredictEnd();
  } finally {
    await source.close?.();
  }
  return joinBatches(where, outputs);
}

/** Nested outputs of several batches joined along the first axis. */
function joinBatches(where: string, batches: readonly Tree<Tensor>[]): Tree<Tensor> {
  const [first] = batches;
  if (first === undefined) throw new DataError(`${where}: expected at least one batch, received none.`);
  if (batches.length === 1) return first;
  const leaves = batches.map((batch) => flatten<Tensor>(batch));
  return packLike(
    first,
    flatten<Tensor>(first).map((_, i) =>
      join(
        where,
        leaves.map((leaf) => leaf[i]),
      ),
    ),
  );
}

function join(where: string, parts: readonly (Tensor | undefined)[]): Tensor {
  const tensors = parts.filter((part): part is Tensor => part !== undefined);
  const [first] = tensors;
  if (first === undefined || first.dims.length === 0)
    throw new DataError(`${where}: outputs without a batch axis cannot be joined over batches.`);
  const row = first.dims.slice(1);
  if (tensors.some(({ dims }) => dims.slice(1).join() !== row.join())) {
    throw new DataError(
      `${where}: outputs of batches differ in shape: ${tensors
        .map(({ dims }) => `[${dims.join(", ")}]`)
        .slice(0, 4)
        .join(", ")}. Predict one batch at a time.`,
    );
  }
  const count = tensors.reduce((sum, { dims }) => sum + (dims[0] ?? 0), 0);
  const data: TypedArray = allocate(first.dtype, count * sizeOf(row));
  let at = 0;
  for (const tensor of tensors) {
    (data as Float32Array).set(tensor.storedSync() as Float32Array, at); // SAFETY: arrays of one dtype
    at += tensor.size;
  }
  return Tensor.fromData(data, [count, ...row], first.dtype);
}
