import { toLogs } from "../callbacks/logs.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { checkOptions } from "../util/options.ts";
import type { Tree } from "../util/tree.ts";
import { batchOf } from "./data/batch.ts";
import { type GivenData, toArrayData } from "./data/sources.ts";
import { DataError } from "../util/errors.ts";
import { type Evaluation, inOrder } from "./evaluate.ts";
import type { Trainer } from "./trainer.ts";

export interface TestOnBatchOptions {
  readonly sampleWeight?: unknown;
  /** Give an object by name rather than an array. Default false. */
  readonly returnDict?: boolean | undefined;
}

export interface TrainOnBatchOptions extends TestOnBatchOptions {
  /** Weight of each class by its index. */
  readonly classWeight?: Readonly<Record<string, number>> | null | undefined;
}

/** One training step: loss and metrics of this batch. @see Keras `Trainer.train_on_batch` */
export function trainOnBatch(
  trainer: Trainer,
  x: unknown,
  y: unknown,
  options: TrainOnBatchOptions,
): Promise<Evaluation> {
  checkOptions(`${trainer.model.where}: trainOnBatch`, options, [
    "sampleWeight",
    "classWeight",
    "returnDict",
  ]);
  const { sampleWeight, classWeight, returnDict = false } = options;
  return step(trainer, "train", { x, y, sampleWeight, classWeight }, returnDict);
}

/** Loss and metrics of one batch. @see Keras `Trainer.test_on_batch` */
export function testOnBatch(
  trainer: Trainer,
  x: unknown,
  y: unknown,
  options: TestOnBatchOptions,
): Promise<Evaluation> {
  checkOptions(`${trainer.model.where}: testOnBatch`, options, ["sampleWeight", "returnDict"]);
  const { sampleWeight, returnDict = false } = options;
  return step(trainer, "test", { x, y, sampleWeight }, returnDict);
}

/** The model's outputs for one batch. @see Keras `Trainer.predict_on_batch` */
export async function predictOnBatch(trainer: Trainer, x: unknown): Promise<Tree<Tensor>> {
  return trainer.run("predict", { x: arrays(trainer, "predictOnBatch", { x }).x });
}

async function step(
  trainer: Trainer,
  mode: "train" | "test",
  given: GivenData,
  returnDict: boolean,
): Promise<Evaluation> {
  const name = `${mode}OnBatch`;
  trainer.compiled(name);
  const { x, y, sampleWeight } = arrays(trainer, name, given);
  trainer.resetMetrics();
  const logs = toLogs(await trainer.run(mode, { ...batchOf(x, y, sampleWeight) }));
  return returnDict ? (logs as Record<string, number>) : inOrder(trainer, logs); // SAFETY: numbers as a rule, and typed so
}

function arrays(
  trainer: Trainer,
  name: string,
  given: GivenData,
): NonNullable<ReturnType<typeof toArrayData>> {
  const where = `${trainer.model.where}: ${name}`;
  const data = toArrayData(given, { where, graph: trainer.model.graph });
  if (data === null) throw new DataError(`${where}: expected one batch of arrays, received an iterable.`);
  return data;
}
