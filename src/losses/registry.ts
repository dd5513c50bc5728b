import { OptionError } from "../util/errors.ts";
import { nearest } from "../util/options.ts";
import type { LossFunction } from "./define.ts";
import type { Loss } from "./loss.ts";
import { LossBase, type LossConstructor } from "./loss.ts";
import { LossFunctionWrapper, type LossLike } from "./loss-function-wrapper.ts";
import { BinaryCrossentropy, binaryCrossentropy } from "./binary-crossentropy.ts";
import { BinaryFocalCrossentropy, binaryFocalCrossentropy } from "./binary-focal-crossentropy.ts";
import { CategoricalCrossentropy, categoricalCrossentropy } from "./categorical-crossentropy.ts";
import {
  CategoricalFocalCrossentropy,
  categoricalFocalCrossentropy,
} from "./categorical-focal-crossentropy.ts";
import {
  CategoricalGeneralizedCrossEntropy,
  categoricalGeneralizedCrossEntropy,
} from "./categorical-generalized-cross-entropy.ts";
import { CategoricalHinge, categoricalHinge } from "./categorical-hinge.ts";
import { Circle, circle } from "./circle.ts";
import { CosineSimilarity, cosineSimilarity } from "./cosine-similarity.ts";
import { CTC, ctc } from "./ctc.ts";
import { Dice, dice } from "./dice.ts";
import { Hinge, hinge } from "./hinge.ts";
import { Huber, huber } from "./huber.ts";
import { KLDivergence, klDivergence } from "./kl-divergence.ts";
import { LogCosh, logCosh } from "./log-cosh.ts";
import { MeanAbsoluteError, meanAbsoluteError } from "./mean-absolute-error.ts";
import {
  MeanAbsolutePercentageError,
  meanAbsolutePercentageError,
} from "./mean-absolute-percentage-error.ts";
import { MeanSquaredError, meanSquaredError } from "./mean-squared-error.ts";
import {
  MeanSquaredLogarithmicError,
  meanSquaredLogarithmicError,
} from "./mean-squared-logarithmic-error.ts";
import { Poisson, poisson } from "./poisson.ts";
import {
  SparseCategoricalCrossentropy,
  sparseCategoricalCrossentropy,
} from "./sparse-categorical-crossentropy.ts";
import { SquaredHinge, squaredHinge } from "./squared-hinge.ts";
import { Tversky, tversky } from "./tversky.ts";

/** Built-in losses as functions, by Keras's names. */
const functions: readonly LossFunction<never>[] = [
  binaryCrossentropy,
  binaryFocalCrossentropy,
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  categoricalGeneralizedCrossEntropy,
  categoricalHinge,
  circle,
  cosineSimilarity,
  ctc,
  dice,
  hinge,
  huber,
  klDivergence,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
  sparseCategoricalCrossentropy,
  squaredHinge,
  tversky,
];

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

/** Short names, also in capitals, and what they stand for. */
const aliases: Readonly<Record<string, string>> = {
  bce: "binary_crossentropy",
  kld: "kl_divergence",
  mae: "mean_absolute_error",
  mse: "mean_squared_error",
  mape: "mean_absolute_percentage_error",
  msle: "mean_squared_logarithmic_error",
};

const functionsByName: ReadonlyMap<string, LossFunction<never>> = new Map(
  functions.map((f) => [f.identifier, f]),
);

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
  if (typeof identifier !== "string") return identifier as LossLike | Loss; // SAFETY: losses are callable
  const name =
    aliases[identifier] ??
    (identifier === identifier.toUpperCase() ? aliases[identifier.toLowerCase()] : undefined) ??
    identifier;
  const found = functionsByName.get(name);
  if (found !== undefined) return found;
  const cls = lossClasses.get(name);
  if (cls !== undefined) return Reflect.construct(cls, []) as Loss; // SAFETY: the classes make losses
  const known = [...functionsByName.keys(), ...lossClasses.keys(), ...Object.keys(aliases)];
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
