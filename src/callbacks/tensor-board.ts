import { toNumbers } from "../ir/numbers.ts";
import { Variable } from "../graph/variable.ts";
import { callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { joinPath, makeDirectory, nowMs, wallClockMs } from "../util/platform/index.ts";
import { CallbackBase, type CallbackConstructor, type CallbackModel, type InOrder } from "./callback.ts";
import { EventFile } from "./event-file.ts";
import { logRates } from "./learning-rates.ts";
import type { Logs } from "./logs.ts";
import { listOf, numberOf } from "./state-values.ts";
import type { StateTree } from "./training-run.ts";

export interface TensorBoardOptions {
  /** Default `"logs"`; training and validation have directories of their own there. */
  readonly logDir?: string | undefined;
  /** Epochs between two histograms of the weights; 0: none. Default 0. */
  readonly histogramFreq?: number | undefined;
  /** Whether the layers of a functional model are written, for the graph that TensorBoard draws. Default true. */
  readonly writeGraph?: boolean | undefined;
  /** Only false is supported. */
  readonly writeImages?: boolean | undefined;
  /** Default false. */
  readonly writeStepsPerSecond?: boolean | undefined;
  /** `"epoch"`, `"batch"`, or batches between two entries. Default `"epoch"`. */
  readonly updateFreq?: "epoch" | "batch" | number | undefined;
  /** Only 0 is supported. */
  readonly profileBatch?: number | undefined;
  /** Only 0 is supported. */
  readonly embeddingsFreq?: number | undefined;
  /** Only null is supported. */
  readonly embeddingsMetadata?: null | undefined;
}

class TensorBoardCallback extends CallbackBase {
  static readonly parameters: ParameterTable = {
    logDir: "logs",
    histogramFreq: 0,
    writeGraph: true,
    writeImages: false,
    writeStepsPerSecond: false,
    updateFreq: "epoch",
    profileBatch: 0,
    embeddingsFreq: 0,
    embeddingsMetadata: null,
  };

  readonly logDir: string;
  readonly histogramFreq: number;
  readonly writeGraph: boolean;
  readonly writeStepsPerSecond: boolean;
  readonly updateFreq: "epoch" | number;
  readonly #files = new Map<string, EventFile>();
  #trainBatch = 0;
  #batchesBefore = 0;
  #epochStart = 0;

  constructor(...args: readonly unknown[]) {
    const options = bindParameters<TensorBoardOptions>(
      "TensorBoard",
      TensorBoardCallback.parameters,
      args,
      [],
    );
    super();
    const refused = ["writeImages", "profileBatch", "embeddingsFreq"].filter((name) => {
      const value: unknown = Reflect.get(options, name);
      return value !== false && value !== 0;
    });
    if (refused.length > 0 || (options.embeddingsMetadata ?? null) !== null) {
      throw new OptionError(
        `TensorBoard: \`${refused[0] ?? "embeddingsMetadata"}\` is not supported: losses, metrics, histograms of weights and the graph of layers are.`,
      );
    }
    this.writeGraph = options.writeGraph ?? true;
    this.logDir = options.logDir ?? "logs";
    this.histogramFreq = options.histogramFreq ?? 0;
    this.writeStepsPerSecond = options.writeStepsPerSecond ?? false;
    const { updateFreq = "epoch" } = options;
    if (
      updateFreq !== "epoch" &&
      updateFreq !== "batch" &&
      !(Number.isInteger(updateFreq) && updateFreq > 0)
    ) {
      throw new OptionError(
        `TensorBoard: expected \`updateFreq\` to be "epoch", "batch" or a number of batches, received ${JSON.stringify(updateFreq)}.`,
      );
    }
    this.updateFreq = updateFreq === "batch" ? 1 : updateFreq;
  }

  override setModel(model: CallbackModel): void {
    super.setModel(model);
    this.#files.clear();
  }

  override async onTrainBegin(): Promise<void> {
    this.#trainBatch = 0;
    this.#batchesBefore = 0;
    if (!this.writeGraph || this.model.graph === null) return;
    const file = await this.#file("train");
    file.kerasModel("keras", this.model.toJson(), 0);
    await file.flush();
  }

  override trainingState(): StateTree {
    return [this.#trainBatch, this.#batchesBefore];
  }

  override restoreTrainingState(state: StateTree): void {
    const [trainBatch, batchesBefore] = listOf(state);
    this.#trainBatch = numberOf(trainBatch);
    this.#batchesBefore = numberOf(batchesBefore);
  }

  override onEpochBegin(): void {
    this.#batchesBefore = this.#trainBatch;
    this.#epochStart = nowMs();
  }

  override async onTrainBatchEnd(_batch: number, logs: Logs): Promise<void> {
    this.#trainBatch++;
    if (this.updateFreq === "epoch" || this.#trainBatch % this.updateFreq !== 0) return;
    await this.#write("train", "batch_", logs, this.#trainBatch);
  }

  override async onTestEnd(logs: Logs): Promise<void> {
    const { optimizer } = this.model;
    if (optimizer === null) return;
    const { iterations } = optimizer;
    const step = (iterations instanceof Variable ? iterations.value : iterations).item();
    const named = Object.fromEntries(
      Object.entries(logs).map(([name, value]) => [`${name}_vs_iterations`, value]),
    );
    await this.#write("validation", "evaluation_", named, step);
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const entries = Object.entries(logs);
    const train: Logs = Object.fromEntries(entries.filter(([name]) => !name.startsWith("val_")));
    if (this.model.optimizer !== null) logRates("TensorBoard", this.model, train);
    if (this.writeStepsPerSecond)
      train["steps_per_second"] =
        ((this.#trainBatch - this.#batchesBefore) * 1000) / Math.max(1e-3, nowMs() - this.#epochStart);
    await this.#write("train", "epoch_", train, epoch);
    const validation = entries
      .filter(([name]) => name.startsWith("val_"))
      .map(([name, value]) => [name.slice(4), value] as const);
    if (validation.length > 0)
      await this.#write("validation", "epoch_", Object.fromEntries(validation), epoch);
    if (this.histogramFreq > 0 && epoch % this.histogramFreq === 0) await this.#writeWeights(epoch);
  }

  async #file(kind: "train" | "validation"): Promise<EventFile> {
    const known = this.#files.get(kind);
    if (known !== undefined) return known;
    const directory = joinPath(this.logDir, kind);
    await makeDirectory(directory);
    const seconds = (): number => wallClockMs() / 1000;
    const file = new EventFile(
      joinPath(directory, `events.out.tfevents.${Math.floor(seconds())}.antler.${Math.floor(nowMs())}.v2`),
      seconds,
    );
    this.#files.set(kind, file);
    return file;
  }

  async #write(kind: "train" | "validation", prefix: string, logs: Logs, step: number): Promise<void> {
    const file = await this.#file(kind);
    for (const [name, value] of Object.entries(logs))
      if (typeof value === "number") file.scalar({ tag: prefix + name, value, step });
    await file.flush();
  }

  async #writeWeights(step: number): Promise<void> {
    const file = await this.#file("train");
    for (const weight of this.model.weights) {
      file.histogram({
        tag: `${weight.path}/histogram`,
        step,
        values: toNumbers(weight.dataSync(), weight.dtype),
      });
    }
    await file.flush();
  }
}

export type TensorBoard = TensorBoardCallback;
type Arguments = InOrder<
  TensorBoardOptions,
  [
    "logDir",
    "histogramFreq",
    "writeGraph",
    "writeImages",
    "writeStepsPerSecond",
    "updateFreq",
    "profileBatch",
    "embeddingsFreq",
    "embeddingsMetadata",
  ]
>;

/** Writes losses, metrics and histograms of weights for TensorBoard. @see Keras `callbacks/tensorboard.py` */
export const TensorBoard: CallbackConstructor<Arguments, TensorBoard> = callable<
  typeof TensorBoardCallback,
  CallbackConstructor<Arguments, TensorBoard>
>(TensorBoardCallback);
