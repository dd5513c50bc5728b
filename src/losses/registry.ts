import { OptionError } from "../util/errors.ts";
import { didYouMean } from "../util/options.ts";
import { getWith, type LossIdentifier } from "./choose.ts";
import { functionNamed, functionNames } from "./functions.ts";
import type { Loss, LossConstructor } from "./loss.ts";
import type { LossLike } from "./loss-function-wrapper.ts";
import { BinaryCrossentropy } from "./binary-crossentropy.ts";
import { BinaryFocalCrossentropy } from "./binary-focal-crossentropy.ts";
import { CategoricalCrossentropy } from "./categorical-crossentropy.ts";
import { CategoricalFocalCrossentropy } from "./categorical-focal-crossentropy.ts";
import { CategoricalGeneralizedCrossEntropy } from "./categorical-generalized-cross-entropy.ts";
import { CategoricalHinge } from "./categorical-hinge.ts";
import { Circle } from "./circle.ts";
import { CosineSimilarity } from "./cosine-similarity.ts";
import { CTC } from "./ctc.ts";
import { Dice } from "./dice.ts";
import { Hinge } from "./hinge.ts";
import { Huber } from "./huber.ts";
import { KLDivergence } from "./kl-divergence.ts";
import { LogCosh } from "./log-cosh.ts";
import { MeanAbsoluteError } from "./mean-absolute-error.ts";
import { MeanAbsolutePercentageError } from "./mean-absolute-percentage-error.ts";
import { MeanSquaredError } from "./mean-squared-error.ts";
import { MeanSquaredLogarithmicError } from "./mean-squared-logarithmic-error.ts";
import { Poisson } from "./poisson.ts";
import { SparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.ts";
import { SquaredHinge } from "./squared-hinge.ts";
import { Tversky } from "./tversky.ts";

/** Built-in losses as classes. */
const classes: readonly LossConstructor<never>[] = [
  BinaryCrossentropy,
  BinaryFocalCrossentropy,
  CategoricalCrossentropy,
  CategoricalFocalCrossentropy,
  CategoricalGeneralizedCrossEntropy,
  CategoricalHinge,
  Circle,
  CosineSimilarity,
  CTC,
  Dice,
  Hinge,
  Huber,
  KLDivergence,
  LogCosh,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  Poisson,
  SparseCategoricalCrossentropy,
  SquaredHinge,
  Tversky,
];

/** The classes by name, for reading files. */
export const lossClasses: ReadonlyMap<string, LossConstructor<never>> = new Map(
  classes.map((cls) => [cls.className, cls]),
);

/**
 * The loss an identifier stands for: `"mse"`, `"mean_squared_error"` give functions, `"MeanSquaredError"` an object;
 * functions and objects are themselves.
 *
 * @throws {OptionError} for an unknown name.
 */
export function get(identifier: LossIdentifier): LossLike | Loss;
export function get(identifier: LossIdentifier | null): LossLike | Loss | null;
export function get(identifier: LossIdentifier | null): LossLike | Loss | null {
  return identifier === null ? null : getWith(identifier, named);
}

function named(name: string): LossLike | Loss {
  const found = functionNamed(name);
  if (found !== null) return found;
  const cls = lossClasses.get(name);
  if (cls !== undefined) return Reflect.construct(cls, []) as Loss; // SAFETY: the classes make losses
  const known = [...functionNames, ...lossClasses.keys()];
  throw new OptionError(
    `losses.get: unknown loss "${name}".${didYouMean(name, known)} Known: ${known.join(", ")}.`,
  );
}
