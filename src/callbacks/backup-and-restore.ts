import { callable } from "../util/callable.ts";
import { AntlerError, OptionError } from "../util/errors.ts";
import { bindParameters, type ParameterTable, required } from "../util/parameters.ts";
import {
  joinPath,
  makeDirectory,
  pathKind,
  readFile,
  removePath,
  renamePath,
  writeFileAtomic,
} from "../util/platform/index.ts";
import { BatchCounter } from "./batch-counter.ts";
import { CallbackBase, type CallbackConstructor, type Hook, type InOrder } from "./callback.ts";

export interface BackupAndRestoreOptions {
  /** Directory for the backup; it holds nothing else. */
  readonly backupDir: string;
  /** `"epoch"`, or a number of batches. Default `"epoch"`. */
  readonly saveFreq?: "epoch" | number | undefined;
  /** Keep the backup before the last as well. Default false. */
  readonly doubleCheckpoint?: boolean | undefined;
  /** Remove the backup when training has ended well. Default true. */
  readonly deleteCheckpoint?: boolean | undefined;
}

class BackupAndRestoreCallback extends CallbackBase {
  static readonly parameters: ParameterTable = {
    backupDir: required,
    saveFreq: "epoch",
    doubleCheckpoint: false,
    deleteCheckpoint: true,
  };

  readonly backupDir: string;
  readonly saveFreq: "epoch" | number;
  readonly doubleCheckpoint: boolean;
  readonly deleteCheckpoint: boolean;
  readonly #counter: BatchCounter;
  #epoch = 0;

  constructor(...args: readonly unknown[]) {
    const options = bindParameters<BackupAndRestoreOptions>(
      "BackupAndRestore",
      BackupAndRestoreCallback.parameters,
      args,
      [],
    );
    const { backupDir } = options;
    super();
    if (typeof backupDir !== "string" || backupDir === "")
      throw new OptionError(
        `BackupAndRestore: expected the path of a directory, received ${JSON.stringify(backupDir)}.`,
      );
    this.backupDir = backupDir;
    this.saveFreq = options.saveFreq ?? "epoch";
    if (this.saveFreq !== "epoch" && !(Number.isInteger(this.saveFreq) && this.saveFreq > 0)) {
      throw new OptionError(
        `BackupAndRestore: expected \`saveFreq\` to be "epoch" or a number of batches, received ${JSON.stringify(this.saveFreq)}.`,
      );
    }
    this.doubleCheckpoint = options.doubleCheckpoint ?? false;
    this.deleteCheckpoint = options.deleteCheckpoint ?? true;
    this.#counter = new BatchCounter(this.saveFreq);
  }

  get #weights(): string {
    return joinPath(this.backupDir, "latest.weights.h5");
  }

  get #metadata(): string {
    return joinPath(this.backupDir, "training_metadata.json");
  }

  override async onTrainBegin(): Promise<void> {
    const { model } = this;
    if (!model.built)
      throw new AntlerError(
        `BackupAndRestore: the model ${model.name} is not built yet. Call it on data, or give it an Input, before fit.`,
      );
    if ((await pathKind(this.#weights)) === "missing") return;
    model.optimizer?.ensureBuilt(model.trainableVariables);
    try {
      await model.loadWeights(this.#weights);
    } catch (error) {
      const previous = `${this.#weights}.bkp`;
      if ((await pathKind(previous)) === "missing") throw error;
      await renamePath(previous, this.#weights);
      await model.loadWeights(this.#weights);
      if ((await pathKind(`${this.#metadata}.bkp`)) !== "missing")
        await renamePath(`${this.#metadata}.bkp`, this.#metadata);
    }
    if ((await pathKind(this.#metadata)) === "missing") return;
    // SAFETY: the callback writes this file itself; anything else in it is refused next.
    const { epoch } = JSON.parse(new TextDecoder().decode(await readFile(this.#metadata))) as {
      readonly epoch?: unknown;
    };
    if (typeof epoch !== "number" || !Number.isInteger(epoch))
      throw new OptionError(`BackupAndRestore: ${this.#metadata} does not say at which epoch to begin.`);
    model.restoredEpoch = epoch;
    this.#epoch = epoch;
  }

  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
    this.#counter.restart();
  }

  override onTrainBatchEnd(batch: number): Hook {
    if (this.#counter.isDue(batch)) return this.#save(batch);
  }

  override onEpochEnd(epoch: number): Hook {
    this.#epoch = epoch + 1;
    if (this.saveFreq === "epoch") return this.#save(0);
  }

  override async onTrainEnd(): Promise<void> {
    if (this.deleteCheckpoint) await removePath(this.backupDir);
  }

  async #save(batch: number): Promise<void> {
    await makeDirectory(this.backupDir);
    if (this.doubleCheckpoint) {
      for (const path of [this.#weights, this.#metadata]) {
        if ((await pathKind(path)) !== "missing") await renamePath(path, `${path}.bkp`);
      }
    }
    await this.model.saveWeights(this.#weights);
    await writeFileAtomic(this.#metadata, JSON.stringify({ epoch: this.#epoch, batch }));
  }
}

export type BackupAndRestore = BackupAndRestoreCallback;
type Arguments = InOrder<
  BackupAndRestoreOptions,
  ["backupDir", "saveFreq", "doubleCheckpoint", "deleteCheckpoint"]
>;

/** Keeps a backup of training, and goes on from it when `fit` was interrupted. @see Keras `callbacks/backup_and_restore.py` */
export const BackupAndRestore: CallbackConstructor<Arguments, BackupAndRestore> = callable<
  typeof BackupAndRestoreCallback,
  CallbackConstructor<Arguments, BackupAndRestore>
>(BackupAndRestoreCallback);
