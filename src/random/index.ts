import type { DType } from "../ir/dtypes.ts";
import { currentBuilder } from "../ir/program.ts";
import { multiply } from "../ops/arithmetic.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { greaterEqual } from "../ops/comparison.ts";
import { zerosLike } from "../ops/creation.ts";
import { where } from "../ops/indexing.ts";
import { keyedNormal, keyedTruncatedNormal, keyedUniform, keyOf } from "../ops/random.ts";
import {
  keyedBeta,
  keyedBinomial,
  keyedCategorical,
  keyedGamma,
  keyedRandint,
  keyedShuffle,
} from "../ops/random-distributions.ts";
import { max } from "../ops/reductions.ts";
import { AntlerError, OptionError } from "../util/errors.ts";
import type { More, Tail, Values } from "../util/argument-types.ts";
import { bindParameters, required } from "../util/parameters.ts";
import { nextSeed } from "../util/seed.ts";

/** A seed that moves on with every draw, as `SeedGenerator` does. */
export interface KeySource {
  /** The key for the next draw (uint32 `[2]`). */
  next(): Tensor;
}

/** A number: the same draw every time. A `SeedGenerator`: the next draw. Null: a fresh draw, as `setRandomSeed` orders it. */
export type Seed = number | KeySource | null | undefined;

interface Common {
  readonly dtype?: DType | null | undefined;
  readonly seed?: Seed;
}

/** Options O, of which any number come by position, in the order P. */
type InOrder<O, P extends readonly (keyof O)[]> = Tail<Values<P, O>, O> | readonly [options?: O];

/** The required N in the order P, then options in their order; or those at the end of N, or all, by name. */
type Following<N, P extends readonly (keyof N)[]> =
  | readonly [...Values<P, N>, ...More<[dtype: Common["dtype"], seed: Seed], Common>]
  | readonly [options: N & Common]
  | (P extends readonly [infer F extends keyof N, keyof N]
      ? readonly [N[F], options: Omit<N, F> & Common]
      : never);

function keyFor(where: string, seed: Seed): Tensor {
  if (typeof seed === "number") return keyOf(seed);
  if (seed !== null && seed !== undefined) return seed.next();
  if (currentBuilder() !== null) {
    throw new AntlerError(
      `random.${where}: expected a seed inside a compiled step, where a fresh one would be fixed once and for all. Keep a SeedGenerator in a field of the layer, and give it as \`seed\`.`,
    );
  }
  return keyOf(nextSeed());
}

function bound<T>(name: string, table: Readonly<Record<string, unknown>>, args: readonly unknown[]): T {
  return bindParameters<T>(`random.${name}`, table, args, []);
}

interface Normal extends Common {
  /** Default 0. */
  readonly mean?: TensorInput | undefined;
  /** Default 1. */
  readonly stddev?: TensorInput | undefined;
}
type NormalArguments = InOrder<Normal, ["mean", "stddev", "dtype", "seed"]>;
type BoundNormal = Required<Normal> & { readonly shape: readonly number[] };

const normalTable = { shape: required, mean: 0, stddev: 1, dtype: null, seed: null };

/** Draws from a normal distribution. @see Keras `random.normal` */
export function normal(shape: readonly number[], ...rest: NormalArguments): Tensor {
  const given = bound<BoundNormal>("normal", normalTable, [shape, ...rest]);
  return keyedNormal(
    keyFor("normal", given.seed),
    given.shape,
    given.mean,
    given.stddev,
    given.dtype ?? "float32",
  );
}

/** Draws from a normal distribution cut to two standard deviations. @see Keras `random.truncated_normal` */
export function truncatedNormal(shape: readonly number[], ...rest: NormalArguments): Tensor {
  const given = bound<BoundNormal>("truncatedNormal", normalTable, [shape, ...rest]);
  return keyedTruncatedNormal(
    keyFor("truncatedNormal", given.seed),
    given.shape,
    given.mean,
    given.stddev,
    given.dtype ?? "float32",
  );
}

interface Uniform extends Common {
  /** Default 0. */
  readonly minval?: TensorInput | undefined;
  /** Default 1. */
  readonly maxval?: TensorInput | undefined;
}

/** Draws uniformly from `[minval, maxval)`. @see Keras `random.uniform` */
export function uniform(
  shape: readonly number[],
  ...rest: InOrder<Uniform, ["minval", "maxval", "dtype", "seed"]>
): Tensor {
  const table = { shape: required, minval: 0, maxval: 1, dtype: null, seed: null };
  const given = bound<Required<Uniform> & { readonly shape: readonly number[] }>("uniform", table, [
    shape,
    ...rest,
  ]);
  return keyedUniform(
    keyFor("uniform", given.seed),
    given.shape,
    given.minval,
    given.maxval,
    given.dtype ?? "float32",
  );
}

interface Bounds {
  readonly minval: TensorInput;
  readonly maxval: TensorInput;
}

/** Draws whole numbers uniformly from `[minval, maxval)`; int32 by default. @see Keras `random.randint` */
export function randint(shape: readonly number[], ...rest: Following<Bounds, ["minval", "maxval"]>): Tensor {
  const table = { shape: required, minval: required, maxval: required, dtype: "int32", seed: null };
  const given = bound<Bounds & { readonly dtype: DType; readonly seed: Seed }>("randint", table, [
    shape,
    ...rest,
  ]);
  const { minval, maxval, dtype, seed } = given;
  if (typeof minval === "number" && typeof maxval === "number" && minval >= maxval) {
    throw new OptionError(`random.randint: expected minval < maxval, received ${minval} and ${maxval}.`);
  }
  return keyedRandint(keyFor("randint", seed), shape, minval, maxval, dtype);
}

/**
 * Draws class numbers `[batch, numSamples]` with the probabilities that logits `[batch, classes]` stand for.
 *
 * @throws {ShapeError} when the logits are not of rank 2.
 * @see Keras `random.categorical`
 */
export function categorical(
  logits: TensorInput,
  ...rest: Following<{ readonly numSamples: number }, ["numSamples"]>
): Tensor {
  const table = { logits: required, numSamples: required, dtype: "int32", seed: null };
  const { numSamples, dtype, seed } = bound<{
    readonly numSamples: number;
    readonly dtype: DType;
    readonly seed: Seed;
  }>("categorical", table, [logits, ...rest]);
  return keyedCategorical(keyFor("categorical", seed), logits, numSamples, dtype);
}

/** Draws from a gamma distribution of scale 1. @see Keras `random.gamma` */
export function gamma(
  shape: readonly number[],
  ...rest: Following<{ readonly alpha: TensorInput }, ["alpha"]>
): Tensor {
  const table = { shape: required, alpha: required, dtype: null, seed: null };
  const given = bound<Common & { readonly alpha: TensorInput }>("gamma", table, [shape, ...rest]);
  const { alpha, dtype, seed } = given;
  return keyedGamma(keyFor("gamma", seed), shape, alpha, 0, dtype ?? "float32");
}

interface BetaParameters {
  readonly alpha: TensorInput;
  readonly beta: TensorInput;
}

/** Draws from a beta distribution. @see Keras `random.beta` */
export function beta(
  shape: readonly number[],
  ...rest: Following<BetaParameters, ["alpha", "beta"]>
): Tensor {
  const table = { shape: required, alpha: required, beta: required, dtype: null, seed: null };
  const given = bound<Common & BetaParameters>("beta", table, [shape, ...rest]);
  const { dtype, seed } = given;
  return keyedBeta(keyFor("beta", seed), shape, given.alpha, given.beta, dtype ?? "float32");
}

interface Trials {
  readonly counts: TensorInput;
  readonly probabilities: TensorInput;
}

/** Draws numbers of successes in `counts` trials. @see Keras `random.binomial` */
export function binomial(
  shape: readonly number[],
  ...rest: Following<Trials, ["counts", "probabilities"]>
): Tensor {
  const table = { shape: required, counts: required, probabilities: required, dtype: null, seed: null };
  const given = bound<Common & Trials>("binomial", table, [shape, ...rest]);
  const { counts, probabilities, dtype, seed } = given;
  const value = toValue(counts) as Tensor; // SAFETY: symbolic counts are refused by the op
  // In a compiled step counts are not known; float32 counts whole numbers up to 2²⁴.
  const maxCount = value.isTraced ? 2 ** 24 : (max(value) as Tensor).item(); // SAFETY: tensor in, tensor out
  return keyedBinomial(keyFor("binomial", seed), shape, value, probabilities, maxCount, dtype ?? "float32");
}

interface DropoutOptions {
  readonly noiseShape?: readonly (number | null)[] | null;
  readonly seed?: Seed;
}

/** Zeroes a share of the elements at random and scales the others up. @see Keras `random.dropout` */
export function dropout(
  inputs: TensorInput,
  rate: number,
  ...rest: InOrder<DropoutOptions, ["noiseShape", "seed"]>
): Tensor {
  const table = { inputs: required, rate: required, noiseShape: null, seed: null };
  const given = bound<{ readonly noiseShape: readonly (number | null)[] | null; readonly seed: Seed }>(
    "dropout",
    table,
    [inputs, rate, ...rest],
  );
  const x = toValue(inputs) as Tensor; // SAFETY: symbolic inputs are refused by `dims`
  if (rate <= 0) return x;
  if (rate >= 1) return zerosLike(x);
  const shape = given.noiseShape?.map((dim, axis) => dim ?? x.dims[axis] ?? 1) ?? x.dims;
  const isKept = greaterEqual(keyedUniform(keyFor("dropout", given.seed), shape), rate);
  return where(isKept, multiply(x, 1 / (1 - rate)), 0);
}

/** The slices along an axis (default 0) in random order. @see Keras `random.shuffle` */
export function shuffle(
  x: TensorInput,
  ...rest: InOrder<{ readonly axis?: number; readonly seed?: Seed }, ["axis", "seed"]>
): Tensor {
  const given = bound<{ readonly axis: number; readonly seed: Seed }>(
    "shuffle",
    { x: required, axis: 0, seed: null },
    [x, ...rest],
  );
  return keyedShuffle(keyFor("shuffle", given.seed), x, given.axis);
}
