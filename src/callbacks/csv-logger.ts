import type { NestedNumbers } from "../ops/core/tensor.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable, required } from "../util/parameters.ts";
import { appendToFile, cutFile, pathKind, readFile, writeFileAtomic } from "../util/platform/index.ts";
import { CallbackBase, type CallbackConstructor, type Hook, type InOrder } from "./callback.ts";
import type { Logs } from "./logs.ts";
import { numberOrNull } from "./state-values.ts";
import type { StateTree } from "./training-run.ts";

export interface CSVLoggerOptions {
  /** Path of the file. */
  readonly filename: string;
  /** Default `","`. */
  readonly separator?: string | undefined;
  /** Whether an existing file goes on. Default false: it begins anew. */
  readonly append?: boolean | undefined;
}

class CSVLoggerCallback extends CallbackBase {
  static readonly parameters: ParameterTable = {
    filename: required,
    separator: ",",
    append: false,
  };

  readonly filename: string;
  readonly separator: string;
  readonly append: boolean;
  #keys: readonly string[] | null = null;
  #hasHeader = false;
  /** Bytes in the file. */
  #length = 0;

  constructor(...args: readonly unknown[]) {
    const options = bindParameters<CSVLoggerOptions>("CSVLogger", CSVLoggerCallback.parameters, args, []);
    const { filename } = options;
    super();
    this.filename = filename;
    this.separator = options.separator ?? ",";
    this.append = options.append ?? false;
  }

  override async onTrainBegin(): Promise<void> {
    this.#keys = null;
    const goesOn = this.append && (await pathKind(this.filename)) === "file";
    const old = goesOn ? await readFile(this.filename) : new Uint8Array();
    this.#length = old.length;
    this.#hasHeader = old.length > 0;
    if (!goesOn) await writeFileAtomic(this.filename, "");
    // Whoever wrote the last line may have been killed before its end: ours begins on a line of its own.
    else if (old.length > 0 && old.at(-1) !== 0x0a) await this.#append("\r\n");
  }

  override trainingState(): StateTree {
    return this.append ? this.#length : null;
  }

  /** Lines of epochs that are run once more are taken back. */
  override restoreTrainingState(state: StateTree): Hook {
    const length = numberOrNull(state);
    if (this.append && length !== null && length < this.#length) return this.#cut(length);
  }

  async #cut(length: number): Promise<void> {
    await cutFile(this.filename, length);
    this.#length = length;
    this.#hasHeader = length > 0;
  }

  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (this.#keys === null) {
      const keys = Object.keys(logs).sort();
      // Validation may come in a later epoch; its columns are there from the first.
      this.#keys = keys.some((key) => key.startsWith("val_"))
        ? keys
        : [...keys, ...keys.map((key) => `val_${key}`)];
      if (!this.#hasHeader) await this.#write(["epoch", ...this.#keys]);
    }
    const cells = this.#keys.map((key) => {
      const value = logs[key];
      return value === undefined ? "NA" : formatCell(value);
    });
    await this.#write([String(epoch), ...cells]);
  }

  #write(cells: readonly string[]): Promise<void> {
    const quote = (cell: string): string =>
      cell.includes(this.separator) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
    return this.#append(`${cells.map(quote).join(this.separator)}\r\n`);
  }

  async #append(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    await appendToFile(this.filename, bytes);
    this.#length += bytes.length;
  }
}

/** Numbers as Python prints floats. */
function formatCell(value: NestedNumbers): string {
  if (typeof value !== "number") return `"[${value.map((x) => formatCell(x)).join(", ")}]"`;
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const text = String(value).replace(/e([+-])(\d)$/, "e$10$2");
  return /[.e]/.test(text) ? text : `${text}.0`;
}

export type CSVLogger = CSVLoggerCallback;
type Arguments = InOrder<CSVLoggerOptions, ["filename", "separator", "append"]>;

/** Writes losses and metrics to a CSV file, a line for each epoch. @see Keras `callbacks/csv_logger.py` */
export const CSVLogger: CallbackConstructor<Arguments, CSVLogger> = callable<
  typeof CSVLoggerCallback,
  CallbackConstructor<Arguments, CSVLogger>
>(CSVLoggerCallback);
