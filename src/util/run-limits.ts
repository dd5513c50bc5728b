import { OptionError } from "./errors.ts";

let epochLimit: number | null = null;
let stepLimit: number | null = null;

/** The most epochs that any `fit` trains for; null: no limit. @see Keras `config.max_epochs` */
export function maxEpochs(): number | null {
  return epochLimit;
}

/**
 * Limits the epochs of every `fit`, to try a program out quickly. Null, the default, lifts the limit.
 *
 * @throws {OptionError} unless it is a positive integer or null.
 * @see Keras `config.set_max_epochs`
 */
export function setMaxEpochs(maxEpochs: number | null): void {
  epochLimit = checkLimit("setMaxEpochs", "maxEpochs", maxEpochs);
}

/** The most batches of an epoch of `fit`, `evaluate` or `predict`; null: no limit. @see Keras `config.max_steps_per_epoch` */
export function maxStepsPerEpoch(): number | null {
  return stepLimit;
}

/**
 * Limits the batches that `fit` (training and validation), `evaluate` and `predict` take, to try a program out quickly.
 * Null, the default, lifts the limit.
 *
 * @throws {OptionError} unless it is a positive integer or null.
 * @see Keras `config.set_max_steps_per_epoch`
 */
export function setMaxStepsPerEpoch(maxStepsPerEpoch: number | null): void {
  stepLimit = checkLimit("setMaxStepsPerEpoch", "maxStepsPerEpoch", maxStepsPerEpoch);
}

function checkLimit(where: string, name: string, value: number | null): number | null {
  if (value === null || (Number.isInteger(value) && value > 0)) return value;
  throw new OptionError(
    `config.${where}: expected \`${name}\` to be a positive integer or null, received ${JSON.stringify(value)}.`,
  );
}
