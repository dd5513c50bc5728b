import type { DType } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape, normalizeAxis } from "../ir/shape.ts";
import { ShapeError } from "../util/errors.ts";
import type { TensorInput } from "./core/convert.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp, type OpFunction } from "./core/op.ts";
import type { Tensor } from "./core/tensor.ts";
import { bitsOf, keyedDraw, type KeyedDraw, normalOf, openUnitOf, unitOf } from "./random.ts";

/** Proposals of a rejection sampler; each is accepted with probability 0.95 or more, so that all fail once in 10¹⁰. */
const proposals = 8;

/** Streams that one gamma draw uses: two for each normal, one for each uniform, one for the boost. */
const gammaStreams = 4 * proposals + 1;

/**
 * Gamma distribution with shape parameter `alpha` and scale 1, as a product `drawn · e^logBoost`.
 *
 * Marsaglia and Tsang (2000): `d · (1 + c·x)³` for a normal x, rejected where a uniform says so; for `alpha < 1` a draw for
 * `alpha + 1` times `u^(1/alpha)`, which may be too small for a float.
 */
function gammaFactors(
  key: Var,
  shape: readonly number[],
  alpha: Var,
  offset = 0,
): { readonly drawn: Var; readonly logBoost: Var } {
  const one = p.fullLike(alpha, 1);
  const isSmall = p.lt(alpha, one);
  const d = p.offset(p.select(isSmall, p.add(alpha, one), alpha), -1 / 3);
  const c = p.scale(p.rsqrt(d), 1 / 3);
  let drawn = d;
  let isDone = p.full(0, shape, "bool");
  for (let i = 0; i < proposals; i++) {
    // Normals take even streams; uniforms follow behind those of all normals.
    const x = normalOf(key, shape, 2 * (offset + i));
    const u = openUnitOf(key, shape, 2 * offset + 2 * proposals + i);
    const root = p.offset(p.mul(c, x), 1);
    const isPositive = p.gt(root, p.zerosLike(root));
    const v = p.mul(root, p.square(root));
    const logV = p.log(p.select(isPositive, v, one));
    const bound = p.add(p.scale(p.square(x), 0.5), p.mul(d, p.add(p.sub(one, v), logV)));
    const isAccepted = p.and(isPositive, p.lt(p.log(u), bound));
    drawn = p.select(p.and(isAccepted, p.not(isDone)), p.mul(d, v), drawn);
    isDone = p.or(isDone, isAccepted);
  }
  const logU = p.log(openUnitOf(key, shape, 2 * offset + 3 * proposals));
  const logBoost = p.div(p.select(isSmall, logU, p.zerosLike(logU)), alpha);
  return { drawn, logBoost };
}

/** Beta distribution: a gamma draw for `a` divided by the sum of those for `a` and `b`. */
function betaOf(key: Var, shape: readonly number[], a: Var, b: Var, offset = 0): Var {
  const x = gammaFactors(key, shape, a, offset);
  const y = gammaFactors(key, shape, b, offset + gammaStreams);
  const ratio = p.mul(p.div(y.drawn, x.drawn), p.exp(p.sub(y.logBoost, x.logBoost)));
  return p.div(p.fullLike(ratio, 1), p.offset(ratio, 1));
}

/** Gamma distribution with shape parameter `a` and scale 1. */
export const keyedGamma: KeyedDraw = keyedDraw("keyedGamma", 1, 0, (key, shape, alpha) => {
  const { drawn, logBoost } = gammaFactors(key, shape, alpha);
  return p.mul(drawn, p.exp(logBoost));
});

/** Beta distribution with parameters `a` and `b`. */
export const keyedBeta: KeyedDraw = keyedDraw("keyedBeta", 1, 1, (key, shape, a, b) =>
  betaOf(key, shape, a, b),
);

/** Trials that are made one by one at the end of a binomial draw. */
const singleTrials = 16;

interface BinomialArguments {
  readonly key: Tensor;
  readonly shape: readonly number[];
  readonly counts: Tensor;
  readonly probabilities: Tensor;
  readonly maxCount: number;
  readonly dtype: DType;
}

/**
 * Number of successes in `counts` trials of probability `probabilities`. `maxCount` bounds the counts.
 *
 * The median of n uniforms has a beta distribution; drawing it tells for half of the trials at once on which side of the
 * probability they are (Devroye 1986, X.4.3). The last few trials are made one by one.
 */
export const keyedBinomial: OpFunction<
  (
    key: TensorInput,
    shape: readonly number[],
    counts: TensorInput,
    probabilities: TensorInput,
    maxCount: number,
    dtype: DType,
  ) => Tensor
> = defineOp(
  {
    name: "keyedBinomial",
    module: "random",
    args: {
      key: "tensor",
      shape: "static",
      counts: "tensor",
      probabilities: "tensor",
      maxCount: "static",
      dtype: "static",
    },
  },
  ({ key, shape, counts, probabilities, maxCount, dtype }: BinomialArguments) => {
    const spreadOver = (x: Tensor): Var => p.broadcast(castTo(x.traced, "float32"), shape);
    const k = key.traced;
    let n = spreadOver(counts);
    let probability = spreadOver(probabilities);
    let successes = p.zerosLike(n);
    const one = p.fullLike(n, 1);
    const halvings = Math.max(0, Math.ceil(Math.log2(Math.max(1, maxCount) / singleTrials)));
    for (let i = 0; i < halvings; i++) {
      const isLarge = p.gt(n, p.fullLike(n, singleTrials));
      const rank = p.select(isLarge, p.floor(p.scale(p.offset(n, 1), 0.5)), one);
      const rest = p.select(isLarge, p.sub(p.offset(n, 1), rank), one);
      const median = betaOf(k, shape, rank, rest, 2 * gammaStreams * i);
      const isBelow = p.le(median, probability);
      // Below: `rank` successes, the others are uniform above the median. Above: the same the other way round.
      successes = p.select(p.and(isLarge, isBelow), p.add(successes, rank), successes);
      const above = p.div(p.sub(probability, median), p.sub(one, median));
      const below = p.div(probability, median);
      probability = p.select(isLarge, p.select(isBelow, above, below), probability);
      n = p.select(isLarge, p.select(isBelow, p.sub(n, rank), p.offset(rank, -1)), n);
    }
    for (let i = 0; i < Math.min(singleTrials, maxCount); i++) {
      const u = unitOf(k, shape, 4 * gammaStreams * (halvings + 1) + i);
      const isSuccess = p.and(p.lt(u, probability), p.gt(n, p.fullLike(n, i)));
      successes = p.add(successes, castTo(isSuccess, "float32"));
    }
    return wrap(castTo(successes, dtype));
  },
);

/** Whole numbers in `[minval, maxval)`. */
export const keyedRandint: OpFunction<
  (
    key: TensorInput,
    shape: readonly number[],
    minval: TensorInput,
    maxval: TensorInput,
    dtype: DType,
  ) => Tensor
> = defineOp(
  {
    name: "keyedRandint",
    module: "random",
    args: { key: "tensor", shape: "static", minval: "tensor", maxval: "tensor", dtype: "static" },
  },
  ({
    key,
    shape,
    minval,
    maxval,
    dtype,
  }: {
    readonly key: Tensor;
    readonly shape: readonly number[];
    readonly minval: Tensor;
    readonly maxval: Tensor;
    readonly dtype: DType;
  }) => {
    const bound = (x: Tensor): Var => p.broadcast(castTo(x.traced, "int64"), shape);
    const low = bound(minval);
    const size = p.cast(p.sub(bound(maxval), low), "uint64");
    // Of 64 random bits so many more numbers are made than asked for that all are as frequent.
    const word = (stream: number): Var => p.cast(bitsOf(key.traced, shape, stream), "uint64");
    const bits = p.add(p.shiftLeft(word(0), p.full(32, shape, "uint64")), word(1));
    return wrap(castTo(p.add(low, p.cast(p.rem(bits, size), "int64")), dtype));
  },
);

/** Class numbers `[batch, samples]`, drawn with the probabilities that logits `[batch, classes]` stand for. */
export const keyedCategorical: OpFunction<
  (key: TensorInput, logits: TensorInput, samples: number, dtype: DType) => Tensor
> = defineOp(
  {
    name: "keyedCategorical",
    module: "random",
    args: { key: "tensor", logits: "tensor", samples: "static", dtype: "static" },
  },
  ({
    key,
    logits,
    samples,
    dtype,
  }: {
    readonly key: Tensor;
    readonly logits: Tensor;
    readonly samples: number;
    readonly dtype: DType;
  }) => {
    const [batch, classes] = logits.dims;
    if (logits.dims.length !== 2 || batch === undefined || classes === undefined) {
      throw new ShapeError(
        `random.categorical: expected logits of rank 2, [batch, classes], received ${formatShape(logits.shape)}.`,
      );
    }
    const shape = [batch, samples, classes];
    // The largest of logits with Gumbel noise is distributed as wanted. The noise is large where the uniform is small, where
    // floats are finest; at the other end it must not be 1, where the noise would be infinite.
    const uniform = p.min(openUnitOf(key.traced, shape), p.full(1 - 2 ** -24, shape, "float32"));
    const exponential = p.neg(p.log1p(p.neg(uniform)));
    const gumbel = p.neg(p.log(exponential));
    const spread = p.broadcast(castTo(logits.traced, "float32"), shape, [0, 2]);
    return wrap(castTo(p.argMax(p.add(spread, gumbel), 2), dtype));
  },
);

/** The slices along an axis in random order. */
export const keyedShuffle: OpFunction<(key: TensorInput, x: TensorInput, axis: number) => Tensor> = defineOp(
  { name: "keyedShuffle", module: "random", args: { key: "tensor", x: "tensor", axis: "static" } },
  ({ key, x, axis }: { readonly key: Tensor; readonly x: Tensor; readonly axis: number }) => {
    const at = normalizeAxis(axis, x.dims.length, "random.shuffle");
    const size = x.dims[at] ?? 0;
    const [, order] = p.sort([bitsOf(key.traced, [size]), p.iota([size], 0, "int32")], 0);
    return wrap(order === undefined ? x.traced : p.gather(x.traced, order, at));
  },
);
