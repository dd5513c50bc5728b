import { OptionError } from "../util/errors.ts";
import { binaryCrossentropy } from "./binary-crossentropy.ts";
import { categoricalCrossentropy } from "./categorical-crossentropy.ts";
import type { LossFunction } from "./define.ts";
import { type Loss, LossBase, type LossConstructor } from "./loss.ts";
import { LossFunctionWrapper, type LossLike } from "./loss-function-wrapper.ts";
import { meanAbsoluteError } from "./mean-absolute-error.ts";
import { meanSquaredError } from "./mean-squared-error.ts";
import { sparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.ts";

/** A name, a function of truth and predictions, or a loss object. */
export type LossIdentifier = string | LossLike | LossBase | LossConstructor<never>;

/** What a name stands for. */
export type LossLookup = (name: string) => LossLike | Loss;

/** Losses that are at hand without loading the others: what most models are compiled with. */
const common: Readonly<Record<string, LossFunction<never>>> = {
  binary_crossentropy: binaryCrossentropy,
  categorical_crossentropy: categoricalCrossentropy,
  sparse_categorical_crossentropy: sparseCategoricalCrossentropy,
  mean_squared_error: meanSquaredError,
  mse: meanSquaredError,
  mean_absolute_error: meanAbsoluteError,
  mae: meanAbsoluteError,
};

/** The common loss of a name; null for other names, which `losses.get` knows. */
export function commonLoss(name: string): LossLike | null {
  return Object.hasOwn(common, name) ? (common[name] ?? null) : null;
}

/** Whether it is a class of losses, given in place of one of its objects. */
function isLossClass(value: unknown): value is LossConstructor<never> {
  return typeof value === "function" && "prototype" in value && value.prototype instanceof LossBase;
}

/** The loss an identifier stands for; functions and objects are themselves. */
export function getWith(identifier: LossIdentifier, lookup: LossLookup): LossLike | Loss {
  if (isLossClass(identifier)) return Reflect.construct(identifier, []) as Loss; // SAFETY: a loss's class makes losses
  if (typeof identifier === "function") return identifier as LossLike | Loss; // SAFETY: losses are callable
  if (typeof identifier === "string") return lookup(identifier);
  throw new OptionError(
    `losses.get: expected a name, a function or a loss, received ${JSON.stringify(identifier)}.`,
  );
}

/** Whether the name leaves the kind of crossentropy to the shapes. */
export function isCrossentropyChoice(name: string): boolean {
  return ["crossentropy", "ce"].includes(name.toLowerCase());
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
 * `"ce"` become the crossentropy that fits, functions become objects of their name. `lookup` knows what names stand for.
 *
 * @see Keras `trainers/compile_utils.py` `get_loss`
 */
export function resolveLoss(
  identifier: LossIdentifier,
  yTrue: readonly (number | null)[],
  yPred: readonly (number | null)[],
  lookup: LossLookup,
): Loss {
  const isChoice = typeof identifier === "string" && isCrossentropyChoice(identifier);
  const found = getWith(isChoice ? crossentropies[kindOfTarget(yTrue, yPred)] : identifier, lookup);
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
