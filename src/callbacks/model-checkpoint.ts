import { callable } from "../util/callable.ts";
import { OptionError, warnOnce } from "../util/errors.ts";
import { didYouMean } from "../util/options.ts";
import { bindParameters, type ParameterTable, required } from "../util/parameters.ts";
import { directoryOf, makeDirectory, terminal } from "../util/platform/index.ts";
import { BatchCounter } from "./batch-counter.ts";
import type { CallbackConstructor, Hook, InOrder } from "./callback.ts";
import { formatPath } from "./format-path.ts";
import type { Logs } from "./logs.ts";
import { MonitorBase, type MonitorMode } from "./monitor.ts";
import { listOf, numberOf, recordOf } from "./state-values.ts";
import type { StateTree } from "./training-run.ts";

export interface ModelCheckpointOptions {
  /** With placeholders: `model-{epoch:02d}-{val_loss:.2f}.keras`. */
  readonly filepath: string;
  /** What `saveBestOnly` watches. Default `"val_loss"`. */
  readonly monitor?: string | undefined;
  /** 1: say what is saved. Default 0. */
  readonly verbose?: 0 | 1 | undefined;
  /** Save only when the watched number is better than ever. Default false. */
  readonly saveBestOnly?: boolean | undefined;
  /** Save weights alone, to `….weights.h5`. Default false. */
  readonly saveWeightsOnly?: boolean | undefined;
  /** Default `"auto"`. */
  readonly mode?: MonitorMode | undefined;
  /** `"epoch"`, or a number of batches. Default `"epoch"`. */
  readonly saveFreq?: "epoch" | number | undefined;
  /** What the watched number must beat at first. Default none. */
  readonly initialValueThreshold?: number | null | undefined;
}

class ModelCheckpointCallback extends MonitorBase {
  static readonly parameters: ParameterTable = {
    filepath: required,
    monitor: "val_loss",
    verbose: 0,
    saveBestOnly: false,
    saveWeightsOnly: false,
    mode: "auto",
    saveFreq: "epoch",
    initialValueThreshold: null,
  };

  /** With placeholders: `model-{epoch:02d}-{val_loss:.2f}.keras`. */
  readonly filepath: string;
  readonly verbose: number;
  readonly saveBestOnly: boolean;
  readonly saveWeightsOnly: boolean;
  readonly saveFreq: "epoch" | number;
  readonly #counter: BatchCounter;
  #epoch = 0;

  constructor(...args: readonly unknown[]) {
    const options = bindParameters<ModelCheckpointOptions>(
      "ModelCheckpoint",
      ModelCheckpointCallback.parameters,
      args,
      [],
    );
    const { filepath } = options;
    super(
      "ModelCheckpoint",
      options.monitor ?? "val_loss",
      options.mode ?? "auto",
      0,
      options.initialValueThreshold ?? null,
    );
    this.filepath = filepath;
    this.verbose = options.verbose ?? 0;
    this.saveBestOnly = options.saveBestOnly ?? false;
    this.saveWeightsOnly = options.saveWeightsOnly ?? false;
    this.saveFreq = options.saveFreq ?? "epoch";
    if (this.saveFreq !== "epoch" && !(Number.isInteger(this.saveFreq) && this.saveFreq > 0)) {
      throw new OptionError(
        `ModelCheckpoint: expected \`saveFreq\` to be "epoch" or a number of batches, received ${JSON.stringify(this.saveFreq)}.`,
      );
    }
    const endings = this.saveWeightsOnly ? [".weights.h5"] : [".keras"];
    if (typeof filepath !== "string" || !endings.some((ending) => filepath.endsWith(ending))) {
      throw new OptionError(
        `ModelCheckpoint: expected a path that ends in ${endings.join(" or ")}, received ${JSON.stringify(filepath)}.`,
      );
    }
    this.#counter = new BatchCounter(this.saveFreq);
  }

  override trainingState(): { readonly [key: string]: StateTree } {
    return { ...super.trainingState(), counter: this.#counter.state };
  }

  override restoreTrainingState(state: StateTree): void {
    super.restoreTrainingState(state);
    this.#counter.restore(listOf(recordOf(state)["counter"]).map((value) => numberOf(value)));
  }

  override onTrainBegin(): void {
    this.#counter.restart();
  }

  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  override onTrainBatchEnd(batch: number, logs: Logs): Hook {
    if (this.#counter.isDue(batch)) return this.#save(logs, batch);
  }

  override onEpochEnd(_epoch: number, logs: Logs): Hook {
    this.#counter.restart();
    if (this.saveFreq === "epoch") return this.#save(logs, null);
  }

  async #save(logs: Logs, batch: number | null): Promise<void> {
    const path = formatPath(this.filepath, {
      epoch: this.#epoch + 1,
      ...(batch === null ? {} : { batch: batch + 1 }),
      ...logs,
    });
    if (!this.#isWanted(logs, path)) return;
    const directory = directoryOf(path);
    if (directory !== "") await makeDirectory(directory);
    await (this.saveWeightsOnly ? this.model.saveWeights(path) : this.model.save(path));
    this.#say(`finished saving model to ${path}`);
  }

  #isWanted(logs: Logs, path: string): boolean {
    const current = this.saveBestOnly ? logs[this.monitor] : null;
    if (!this.saveBestOnly) {
      this.#say(`saving model to ${path}`);
      return true;
    }
    if (typeof current !== "number") {
      warnOnce(
        `ModelCheckpoint: \`${this.monitor}\` is not a number in the logs, so every model is saved. There are: ${Object.keys(logs).join(", ")}.${didYouMean(this.monitor, Object.keys(logs), "`")}`,
      );
      return true;
    }
    const before = this.best === null ? "None" : this.best.toFixed(5);
    if (!this.isImprovement(current, this.best)) {
      this.#say(`${this.monitor} did not improve from ${before}`);
      return false;
    }
    this.#say(`${this.monitor} improved from ${before} to ${current.toFixed(5)}, saving model to ${path}`);
    this.best = current;
    return true;
  }

  #say(text: string): void {
    if (this.verbose > 0) terminal().write(`\nEpoch ${this.#epoch + 1}: ${text}\n`);
  }
}

export type ModelCheckpoint = ModelCheckpointCallback;
type Arguments = InOrder<
  ModelCheckpointOptions,
  [
    "filepath",
    "monitor",
    "verbose",
    "saveBestOnly",
    "saveWeightsOnly",
    "mode",
    "saveFreq",
    "initialValueThreshold",
  ]
>;

/** Saves the model, or its weights, as it is trained. @see Keras `callbacks/model_checkpoint.py` */
export const ModelCheckpoint: CallbackConstructor<Arguments, ModelCheckpoint> = callable<
  typeof ModelCheckpointCallback,
  CallbackConstructor<Arguments, ModelCheckpoint>
>(ModelCheckpointCallback);
