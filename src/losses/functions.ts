import type { LossFunction } from "./define.ts";
import { binaryCrossentropy } from "./binary-crossentropy.ts";
import { binaryFocalCrossentropy } from "./binary-focal-crossentropy.ts";
import { categoricalCrossentropy } from "./categorical-crossentropy.ts";
import { categoricalHinge } from "./categorical-hinge.ts";
import { circle } from "./circle.ts";
import { cosineSimilarity } from "./cosine-similarity.ts";
import { ctc } from "./ctc.ts";
import { dice } from "./dice.ts";
import { hinge } from "./hinge.ts";
import { huber } from "./huber.ts";
import { klDivergence } from "./kl-divergence.ts";
import { logCosh } from "./log-cosh.ts";
import { meanAbsoluteError } from "./mean-absolute-error.ts";
import { meanSquaredError } from "./mean-squared-error.ts";
import { poisson } from "./poisson.ts";
import { squaredHinge } from "./squared-hinge.ts";
import { tversky } from "./tversky.ts";
import { categoricalFocalCrossentropy } from "./categorical-focal-crossentropy.ts";
import { categoricalGeneralizedCrossEntropy } from "./categorical-generalized-cross-entropy.ts";
import { meanAbsolutePercentageError } from "./mean-absolute-percentage-error.ts";
import { meanSquaredLogarithmicError } from "./mean-squared-logarithmic-error.ts";
import { sparseCategoricalCrossentropy } from "./sparse-categorical-crossentropy.ts";

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

/** The names of built-in functions, short ones included. */
export const functionNames: readonly string[] = [...functionsByName.keys(), ...Object.keys(aliases)];

/** Keras's name for what a name stands for: short ones, also in capitals, are spelled out. */
function spelledOut(name: string): string {
  return aliases[name] ?? (name === name.toUpperCase() ? aliases[name.toLowerCase()] : undefined) ?? name;
}

/** The built-in function of a name, or null. */
export function functionNamed(name: string): LossFunction<never> | null {
  return functionsByName.get(spelledOut(name)) ?? null;
}
