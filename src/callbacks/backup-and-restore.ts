import { callable } from "../util/callable.ts";
import { AntlerError, FormatError, OptionError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
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
import { captureTraining, resumeTraining } from "./resume.ts";
import { listOf, numberOf } from "./state-values.ts";
import type { StateTree, TrainingPlace } from "./training-run.ts";

export interface BackupAndRestoreOptions {
  /** Directory for the backup; it holds nothing else. */
  readonly backupDir: string;
  /** `"epoch"`, or a number of batches. Default `"epoch"`. */
  readonly saveFreq?: "epoch" | number | undefined;
  /** Keep the backup before the last as well, for when the last cannot be read. Default false. */
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
  override readonly comesLast = true;
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
    this.#counter.restart();
    const { model } = this;
    if (!model.built)
      throw new AntlerError(
        `BackupAndRestore: the model ${model.name} is not built yet. Call it on data, or give it an Input, before fit.`,
      );
    const [latest, previous] = await this.#backups();
    if (latest === undefined) return;
    model.optimizer?.ensureBuilt(model.trainableVariables);
    try {
      await this.#restore(latest);
    } catch (error) {
      if (previous === undefined || !(error instanceof FormatError)) throw error;
      await this.#restore(previous);
    }
  }

  /** Backups that exist, the latest first; it is missing for a moment when two are kept. */
  async #backups(): Promise<string[]> {
    const paths = [this.#weights, `${this.#weights}.bkp`];
    const kinds = await Promise.all(paths.map((path) => pathKind(path)));
    return paths.filter((_, i) => kinds[i] !== "missing");
  }

  async #restore(path: string): Promise<void> {
    const state = await this.model.readBackup(path);
    if (state !== null) return resumeTraining(this.model, state, path);
    // Keras keeps the epoch in a file of its own.
    const metadata = path === this.#weights ? this.#metadata : `${this.#metadata}.bkp`;
    if ((await pathKind(metadata)) !== "missing") this.model.restoredEpoch = await epochIn(metadata);
  }

  override trainingState(): StateTree {
    return this.#counter.state;
  }

  override restoreTrainingState(state: StateTree): void {
    this.#counter.restore(listOf(state).map((value) => numberOf(value)));
  }

  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  override onTrainBatchEnd(batch: number): Hook {
    if (this.#counter.isDue(batch)) return this.#save({ epoch: this.#epoch, batch: batch + 1 });
  }

  override onEpochEnd(epoch: number): Hook {
    this.#counter.restart();
    if (this.saveFreq === "epoch") return this.#save({ epoch: epoch + 1, batch: 0 });
  }

  override async onTrainEnd(): Promise<void> {
    if (this.deleteCheckpoint) await removePath(this.backupDir);
  }

  async #save(place: TrainingPlace): Promise<void> {
    await makeDirectory(this.backupDir);
    if (this.doubleCheckpoint) {
      for (const path of [this.#weights, this.#metadata]) {
        if ((await pathKind(path)) !== "missing") await renamePath(path, `${path}.bkp`);
      }
    }
    await this.model.writeBackup(this.#weights, captureTraining(this.model, place));
    // For Keras, which counts the batch that was last.
    const metadata = { epoch: place.epoch, batch: Math.max(0, place.batch - 1) };
    await writeFileAtomic(this.#metadata, JSON.stringify(metadata));
  }
}

/** The epoch to begin with, as Keras's metadata has it. */
async function epochIn(path: string): Promise<number> {
  let metadata: unknown;
  try {
    metadata = JSON.parse(new TextDecoder().decode(await readFile(path)));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new FormatError(`${path}: it is not JSON (${error.message}).`, { cause: error });
  }
  const epoch = isPlainObject(metadata) ? metadata["epoch"] : undefined;
  if (typeof epoch === "number" && Number.isInteger(epoch) && epoch >= 0) return epoch;
  throw new FormatError(`${path}: it does not say at which epoch to begin.`);
}

export type BackupAndRestore = BackupAndRestoreCallback;
type Arguments = InOrder<
  BackupAndRestoreOptions,
  ["backupDir", "saveFreq", "doubleCheckpoint", "deleteCheckpoint"]
>;

/**
 * Keeps a backup of training, and goes on from it when `fit` was interrupted, as if it never had been: weights, the
 * optimizer's state, random seeds, the order of the data, metrics, and the state of the other callbacks. Run the same
 * program again: the same model, compiled alike, and the same data.
 *
 * `saveFreq: n` resumes within an epoch. Data that `fit` takes as arrays is put in the order it had, whatever the seed; of
 * an iterable, batches that are done are taken once more and left.
 *
 * @throws {AntlerError} in `fit`, when the model is not built.
 * @throws {FormatError} in `fit`, when the backup is damaged or of another model.
 * @see Keras `callbacks/backup_and_restore.py`
 */
export const BackupAndRestore: CallbackConstructor<Arguments, BackupAndRestore> = callable<
  typeof BackupAndRestoreCallback,
  CallbackConstructor<Arguments, BackupAndRestore>
>(BackupAndRestoreCallback);
