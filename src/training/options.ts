import type { CallbackBase, CallbackParams } from "../callbacks/callback.ts";
import { OptionError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";

/** How much is printed: 0 nothing, 1 a progress bar, 2 a line for each epoch; `"auto"`: 1 on a terminal, else 2. */
export type Verbose = CallbackParams["verbose"];

/** Options of `fit`, `evaluate` and `predict`. */
export interface RunOptions {
  /** Samples in a batch. Default 32. Not for iterables, which make their own batches. */
  readonly batchSize?: number | null | undefined;
  /** Default `"auto"`. */
  readonly verbose?: Verbose | undefined;
  readonly callbacks?: CallbackBase | readonly CallbackBase[] | null | undefined;
  /** Ends the run: its promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | null | undefined;
}

export interface PredictOptions extends RunOptions {
  /** Batches to take. Default: all. */
  readonly steps?: number | null | undefined;
}

export interface EvaluateOptions extends PredictOptions {
  /** One weight for each sample, or nested as the targets are. */
  readonly sampleWeight?: unknown;
  /** Give an object by name rather than an array. Default false. */
  readonly returnDict?: boolean | undefined;
}

export interface FitOptions extends RunOptions {
  /** Default 1. */
  readonly epochs?: number | undefined;
  /** Part of the data, the last, that is kept for validation. Default 0. */
  readonly validationSplit?: number | undefined;
  /** `[x, y]` or `[x, y, sampleWeight]`, or an iterable of batches. */
  readonly validationData?: unknown;
  /** Whether samples come in a new random order in each epoch; `"batch"`: only within batches. Default true. */
  readonly shuffle?: boolean | "batch" | undefined;
  /** Weight of each class by its index. */
  readonly classWeight?: Readonly<Record<string, number>> | null | undefined;
  readonly sampleWeight?: unknown;
  /** Number of the first epoch. Default 0. */
  readonly initialEpoch?: number | undefined;
  /** Default: as many as the data has. */
  readonly stepsPerEpoch?: number | null | undefined;
  readonly validationSteps?: number | null | undefined;
  /** Default: `batchSize`. */
  readonly validationBatchSize?: number | null | undefined;
  /** Epochs between two validations, or the epochs (from 1) after which to validate. Default 1. */
  readonly validationFreq?: number | readonly number[] | undefined;
}

const runNames: readonly string[] = ["batchSize", "verbose", "callbacks", "signal"];

/** The names that each method knows. */
export const optionNames: Readonly<Record<"predict" | "evaluate" | "fit", readonly string[]>> = {
  predict: [...runNames, "steps"],
  evaluate: [...runNames, "steps", "sampleWeight", "returnDict"],
  fit: [
    ...runNames, "epochs", "validationSplit", "validationData", "shuffle", "classWeight", "sampleWeight", "initialEpoch", "stepsPerEpoch",
    "validationSteps", "validationBatchSize", "validationFreq",
  ],
}; // prettier-ignore

/** Refuses unknown options, and values that cannot be meant. */
export function checkRunOptions(where: string, options: RunOptions, known: readonly string[]): void {
  checkOptions(where, options, known);
  for (const name of [
    "batchSize",
    "steps",
    "stepsPerEpoch",
    "validationSteps",
    "validationBatchSize",
  ] as const) {
    const value = (options as FitOptions & EvaluateOptions)[name]; // SAFETY: only names that the method knows are present
    if (value === null || value === undefined || (Number.isInteger(value) && value > 0)) continue;
    throw new OptionError(
      `${where}: expected \`${name}\` to be a positive integer, received ${JSON.stringify(value)}.`,
    );
  }
  for (const name of ["epochs", "initialEpoch"] as const) {
    const value = (options as FitOptions)[name]; // SAFETY: as above
    if (value === undefined || (Number.isInteger(value) && value >= 0)) continue;
    throw new OptionError(
      `${where}: expected \`${name}\` to be an integer >= 0, received ${JSON.stringify(value)}.`,
    );
  }
  const { verbose } = options;
  if (verbose !== undefined && verbose !== "auto" && ![0, 1, 2].includes(verbose)) {
    throw new OptionError(
      `${where}: expected \`verbose\` to be 0, 1, 2 or "auto", received ${JSON.stringify(verbose)}.`,
    );
  }
}
