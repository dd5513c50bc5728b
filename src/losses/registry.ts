import { OptionError } from "../util/errors.ts";
import { nearest } from "../util/options.ts";
import type { Loss } from "./loss.ts";
import { functionNamed, functionNames } from "./functions.ts";
import { LossBase, type LossConstructor } from "./loss.ts";
import { LossFunctionWrapper, type LossLike } from "./loss-function-wrapper.ts";
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

/** Whether it is a class of losses, given in place of one of its objects. */
function isLossClass(value: unknown): value is LossConstructor<never> {
  return typeof value === "function" && "prototype" in value && value.prototype instanceof LossBase;
}

/** A name, a function of truth and predictions, or a loss object. */
export type LossIdentifier = string | LossLike | LossBase | LossConstructor<never>;

/**
 * The loss an identifier stands for: `"mse"`, `"mean_squared_error"` give functions, `"MeanSquaredError"` an object;
 * functions and objects are themselves.
 *
 * @throws {OptionError} for an unknown name.
 */
export function get(identifier: LossIdentifier): LossLike | Loss;
export function get(identifier: LossIdentifier | null): LossLike | Loss | null;
export function get(identifier: LossIdentifier | null): LossLike | Loss | null {
  if (identifier === null) return null;
  if (isLossClass(identifier)) return Reflect.construct(identifier, []) as Loss; // SAFETY: a loss's class makes losses
  if (typeof identifier === "function") return identifier as LossLike | Loss; // SAFETY: losses are callable
  if (typeof identifier !== "string") {
    throw new OptionError(
      `losses.get: expected a name, a function or a loss, received ${JSON.stringify(identifier)}.`,
    );
  }
  const found = functionNamed(identifier);
  if (found !== null) return found;
  const cls = lossClasses.get(identifier);
  if (cls !== undefined) return Reflect.construct(cls, []) as Loss; // SAFETY: the classes make losses
  const known = [...functionNames, ...lossClasses.keys()];
  const guess = nearest(identifier, known);
  throw new OptionError(
    `losses.get: unknown loss "${identifier}".${guess === undefined ? "" : ` Did you mean "${guess}"?`} Known: ${known.join(", ")}.`,
  );
}

/** Whether predictions of such a shape are of one class, and whether the truth is given as integers. */
export function kindOfTarget(
  yTrue: readonly (number | null)[],
  yPred: readonly (number | null)[],
): "binary" | "sparse" | "categorical" {
  const last = yPred.at(-1);
  if (last === 1) return "binary";
  const isSparse =
    yTrue.length < yPred.length || (yTrue.at(-1) === 1 && last !== null && last !== undefined && last > 1);
  return isSparse ? "sparse" : "categorical";
}

const crossentropies = {
  binary: "binary_crossentropy",
  sparse: "sparse_categorical_crossentropy",
  categorical: "categorical_crossentropy",
} as const;

/**
 * The loss object that `compile` makes of an identifier, for the shapes of truth and predictions: `"crossentropy"` and
 * `"ce"` become the crossentropy that fits, functions become objects of their name.
 *
 * @see Keras `trainers/compile_utils.py` `get_loss`
 */
export function resolveLoss(
  identifier: LossIdentifier,
  yTrue: readonly (number | null)[],
  yPred: readonly (number | null)[],
): Loss {
  const isChoice =
    typeof identifier === "string" && ["crossentropy", "ce"].includes(identifier.toLowerCase());
  const found = get(isChoice ? crossentropies[kindOfTarget(yTrue, yPred)] : identifier);
  if (found instanceof LossBase) return found as Loss; // SAFETY: losses are callable
  return LossFunctionWrapper(found as LossLike, {
    name: typeof identifier === "string" ? identifier : nameOf(found),
  }); // SAFETY: no loss object, hence a function
}

/** Keras's name of a built-in function; a user's function's own name. */
export function nameOf(f: object): string {
  const { identifier, name } = f as { readonly identifier?: unknown; readonly name?: unknown }; // SAFETY: unknown fields of an object
  if (typeof identifier === "string") return identifier;
  return typeof name === "string" && name !== "" ? name : "fn";
}
