import { isFloat } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape, normalizeAxes, normalizeAxis } from "../ir/shape.ts";
import { ShapeError } from "../util/errors.ts";
import { moveAxis, spread } from "./core/compute.ts";
import { asFloat, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { ElementwiseOp, FloatUnaryOp, Op1, UnaryOp } from "./core/op-types.ts";
import type { Tensor } from "./core/tensor.ts";
import { floatUnaryOp, opt, unaryOp } from "./core/unary.ts";
import { sliceAxis } from "./rearranging.ts";
import type { Axis } from "./reductions.ts";

const module = "nn";
const isPositive = (x: Var): Var => p.gt(x, p.zerosLike(x));

/**
 * A value with a gradient rule that needs the result alone, not `x`: so that a compiled step need not keep what the
 * result was made from.
 */
function differentiatedBy(x: Var, y: Var, rule: (g: Var, y: Var) => Var): Var {
  if (!isFloat(x.dtype)) return y;
  const [value = y] = p.customGradient([y], [x], ([g], [result]) => [g && result ? rule(g, result) : null]);
  return value;
}

/** `x` limited to two numbers; its derivative is 0 at and beyond the limits. */
function clamp(x: Var, low: number, high: number): Var {
  const [bottom, top] = [p.fullLike(x, low), p.fullLike(x, high)];
  return differentiatedBy(x, p.clamp(x, bottom, top), (g, y) =>
    p.select(p.and(p.gt(y, p.fullLike(y, low)), p.lt(y, p.fullLike(y, high))), g, p.zerosLike(g)),
  );
}

/** `x` where positive, else 0. @see Keras `ops.relu` */
export const relu: UnaryOp = unaryOp({ name: "relu", module }, (x) =>
  x.dtype === "bool"
    ? x
    : differentiatedBy(x, p.max(x, p.zerosLike(x)), (g, y) => p.select(isPositive(y), g, p.zerosLike(g))),
);

/** `x` limited to `[0, 6]`. @see Keras `ops.relu6` */
export const relu6: UnaryOp = unaryOp({ name: "relu6", module }, (x) =>
  x.dtype === "bool" ? x : clamp(x, 0, 6),
);

/** `1/(1 + e⁻ˣ)`. @see Keras `ops.sigmoid` */
export const sigmoid: FloatUnaryOp = floatUnaryOp({ name: "sigmoid", module }, p.logistic);

/** 0 below −1, 1 above 1, a straight line between. @see Keras `ops.sparse_sigmoid` */
export const sparseSigmoid: FloatUnaryOp = floatUnaryOp({ name: "sparseSigmoid", module }, (x) =>
  p.scale(p.offset(clamp(x, -1, 1), 1), 0.5),
);

/** `log(1 + eˣ)` without overflow. */
export function softplusOf(x: Var): Var {
  return p.add(p.max(x, p.zerosLike(x)), p.log1p(p.exp(p.neg(p.abs(x)))));
}

/** `log(1 + eˣ)`. @see Keras `ops.softplus` */
export const softplus: FloatUnaryOp = floatUnaryOp({ name: "softplus", module }, softplusOf);

/** `x/(1 + |x|)`. @see Keras `ops.softsign` */
export const softsign: FloatUnaryOp = floatUnaryOp({ name: "softsign", module }, (x) =>
  p.div(x, p.offset(p.abs(x), 1)),
);

/** `x · sigmoid(x)`. @see Keras `ops.silu` */
export const silu: FloatUnaryOp = floatUnaryOp({ name: "silu", module }, (x) => p.mul(x, p.logistic(x)));

/** `x · sigmoid(x)`. @see Keras `ops.swish` */
export const swish: FloatUnaryOp = floatUnaryOp({ name: "swish", className: "Silu", module }, (x) =>
  p.mul(x, p.logistic(x)),
);

/** `log(sigmoid(x))`. @see Keras `ops.log_sigmoid` */
export const logSigmoid: FloatUnaryOp = floatUnaryOp({ name: "logSigmoid", module }, (x) =>
  p.neg(softplusOf(p.neg(x))),
);

const hardSigmoidOf = (x: Var): Var => p.scale(clamp(p.offset(x, 3), 0, 6), 1 / 6);

/** `relu6(x + 3)/6`. @see Keras `ops.hard_sigmoid` */
export const hardSigmoid: FloatUnaryOp = floatUnaryOp({ name: "hardSigmoid", module }, hardSigmoidOf);

/** `x · hardSigmoid(x)`. @see Keras `ops.hard_silu` */
export const hardSilu: FloatUnaryOp = floatUnaryOp({ name: "hardSilu", module }, (x) =>
  p.mul(x, hardSigmoidOf(x)),
);

/** `x · hardSigmoid(x)`. @see Keras `ops.hard_swish` */
export const hardSwish: FloatUnaryOp = floatUnaryOp(
  { name: "hardSwish", className: "HardSilu", module },
  (x) => p.mul(x, hardSigmoidOf(x)),
);

/** `x` limited to `[−1, 1]`. @see Keras `ops.hard_tanh` */
export const hardTanh: FloatUnaryOp = floatUnaryOp({ name: "hardTanh", module }, (x) => clamp(x, -1, 1));

/** `x − tanh(x)`. @see Keras `ops.tanh_shrink` */
export const tanhShrink: FloatUnaryOp = floatUnaryOp({ name: "tanhShrink", module }, (x) =>
  p.sub(x, p.tanh(x)),
);

/** 0 below −1, `(x + 1)²/4` up to 1, `x` above. @see Keras `ops.sparse_plus` */
export const sparsePlus: FloatUnaryOp = floatUnaryOp({ name: "sparsePlus", module }, (x) => {
  const one = p.fullLike(x, 1);
  return p.select(
    p.le(x, p.neg(one)),
    p.zerosLike(x),
    p.select(p.lt(x, one), p.scale(p.square(p.offset(x, 1)), 0.25), x),
  );
});

/** 0 where positive, else x: so that exponentials of it do not overflow. */
const notPositive = (x: Var): Var => p.select(isPositive(x), p.zerosLike(x), x);
const eluOf = (x: Var, alpha: number): Var =>
  p.select(isPositive(x), x, p.scale(p.expm1(notPositive(x)), alpha));
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;

/** `1.0507·(x` where positive, else `1.6733·(eˣ − 1))`: keeps mean and variance. @see Keras `ops.selu` */
export const selu: FloatUnaryOp = floatUnaryOp({ name: "selu", module }, (x) =>
  p.scale(eluOf(x, seluAlpha), seluScale),
);

function parametric<N extends string>(
  name: string,
  argument: N,
  value: number,
  f: (x: Var, parameter: number) => Var,
): ElementwiseOp<[{ readonly [K in N]?: number }]> {
  return defineOp(
    { name, module, args: { x: "tensor", [argument]: opt(value) } },
    (args: Readonly<Record<string, unknown>>) =>
      // SAFETY: x is the tensor argument, the other one the number declared beside it.
      wrap(f(asFloat(args["x"] as Tensor), args[argument] as number)),
  );
}

/** `x` where positive, else `alpha·(eˣ − 1)`. @see Keras `ops.elu` */
export const elu: ElementwiseOp<[{ readonly alpha?: number }]> = parametric("elu", "alpha", 1, eluOf);

/** `x` where positive, else `alpha·(e^(x/alpha) − 1)`. @see Keras `ops.celu` */
export const celu: ElementwiseOp<[{ readonly alpha?: number }]> = parametric(
  "celu",
  "alpha",
  1,
  (x, alpha) => {
    const below = p.scale(p.expm1(p.scale(notPositive(x), 1 / alpha)), alpha);
    return p.select(isPositive(x), x, below);
  },
);

/** `x` where positive, else `negativeSlope·x`. @see Keras `ops.leaky_relu` */
export const leakyRelu: ElementwiseOp<[{ readonly negativeSlope?: number }]> = parametric(
  "leakyRelu",
  "negativeSlope",
  0.2,
  (x, slope) => p.select(isPositive(x), x, p.scale(x, slope)),
);

/** `(x + √(x² + b))/2`. @see Keras `ops.squareplus` */
export const squareplus: ElementwiseOp<[{ readonly b?: number }]> = parametric("squareplus", "b", 4, (x, b) =>
  p.scale(p.add(x, p.sqrt(p.offset(p.square(x), b))), 0.5),
);

/** `x` where `|x| > threshold`, else 0. @see Keras `ops.hard_shrink` */
export const hardShrink: ElementwiseOp<[{ readonly threshold?: number }]> = parametric(
  "hardShrink",
  "threshold",
  0.5,
  (x, limit) => p.select(p.gt(p.abs(x), p.fullLike(x, limit)), x, p.zerosLike(x)),
);

/** `x` moved towards 0 by the threshold, 0 within it. @see Keras `ops.soft_shrink` */
export const softShrink: ElementwiseOp<[{ readonly threshold?: number }]> = parametric(
  "softShrink",
  "threshold",
  0.5,
  (x, limit) => {
    const above = p.gt(x, p.fullLike(x, limit));
    const below = p.lt(x, p.fullLike(x, -limit));
    return p.select(above, p.offset(x, -limit), p.select(below, p.offset(x, limit), p.zerosLike(x)));
  },
);

/** `x` where it exceeds the threshold, else `defaultValue`. @see Keras `ops.threshold` */
export const threshold: ElementwiseOp<[{ readonly threshold: number }, { readonly defaultValue: number }]> =
  defineOp(
    { name: "threshold", module, args: { x: "tensor", threshold: "static", defaultValue: "static" } },
    ({
      x,
      threshold: limit,
      defaultValue,
    }: {
      readonly x: Tensor;
      readonly threshold: number;
      readonly defaultValue: number;
    }) => {
      const value = asFloat(x);
      return wrap(p.select(p.gt(value, p.fullLike(value, limit)), value, p.fullLike(value, defaultValue)));
    },
  );

/** Gaussian error linear unit `x·Φ(x)`; approximated with tanh by default. @see Keras `ops.gelu` */
export const gelu: ElementwiseOp<[{ readonly approximate?: boolean }]> = defineOp(
  { name: "gelu", module, args: { x: "tensor", approximate: opt(true) } },
  ({ x, approximate }: { readonly x: Tensor; readonly approximate: boolean }) => {
    const value = asFloat(x);
    const half = p.scale(value, 0.5);
    if (!approximate) return wrap(p.mul(half, p.offset(p.erf(p.scale(value, Math.SQRT1_2)), 1)));
    const inner = p.add(value, p.scale(p.mul(value, p.square(value)), 0.044715));
    return wrap(p.mul(half, p.offset(p.tanh(p.scale(inner, Math.sqrt(2 / Math.PI))), 1)));
  },
);

/** The first half along an axis times the sigmoid of the second. @see Keras `ops.glu` */
export const glu: Op1<[{ readonly axis?: number }]> = defineOp(
  { name: "glu", module, args: { x: "tensor", axis: opt(-1) } },
  ({ x, axis }: { readonly x: Tensor; readonly axis: number }) => {
    const value = asFloat(x);
    const at = normalizeAxis(axis, value.shape.length, "ops.glu");
    const n = value.shape[at] ?? 0;
    if (n % 2 !== 0)
      throw new ShapeError(
        `ops.glu: axis ${at} of ${formatShape(value.shape)} cannot be halved: its size ${n} is odd.`,
      );
    return wrap(p.mul(sliceAxis(value, at, 0, n / 2), p.logistic(sliceAxis(value, at, n / 2, n))));
  },
);

/** `x` less its maximum over axes. */
function shifted(x: Var, axes: readonly number[]): Var {
  return p.sub(x, spread(p.stopGradient(p.reduceMax(x, axes)), x.shape, axes));
}

/** `eˣ / Σ eˣ` over axes. */
export function softmaxOver(x: Var, axes: readonly number[]): Var {
  const e = p.exp(shifted(x, axes));
  const shares = p.div(e, spread(p.reduceSum(e, axes), x.shape, axes));
  // dx = y·(g − Σ g·y)
  return differentiatedBy(x, shares, (g, y) =>
    p.mul(y, p.sub(g, spread(p.reduceSum(p.mul(g, y), axes), y.shape, axes))),
  );
}

/** `x − log Σ eˣ` over axes. */
export function logSoftmaxOver(x: Var, axes: readonly number[]): Var {
  const less = shifted(x, axes);
  const logs = p.sub(less, spread(p.log(p.reduceSum(p.exp(less), axes)), x.shape, axes));
  // dx = g − e^y·Σ g
  return differentiatedBy(x, logs, (g, y) =>
    p.sub(g, p.mul(p.exp(y), spread(p.reduceSum(g, axes), y.shape, axes))),
  );
}

function normalizedOp(
  name: string,
  f: (x: Var, axes: readonly number[]) => Var,
): ElementwiseOp<[{ readonly axis?: Axis }]> {
  return defineOp(
    { name, module, args: { x: "tensor", axis: opt(-1) } },
    ({ x, axis }: { readonly x: Tensor; readonly axis: Axis }) => {
      const value = asFloat(x);
      return wrap(f(value, normalizeAxes(axis, value.shape.length, `ops.${name}`)));
    },
  );
}

/** `eˣ / Σ eˣ` along an axis. @see Keras `ops.softmax` */
export const softmax: ElementwiseOp<[{ readonly axis?: Axis }]> = normalizedOp("softmax", softmaxOver);

/** Logarithm of the softmax, exact for large differences. @see Keras `ops.log_softmax` */
export const logSoftmax: ElementwiseOp<[{ readonly axis?: Axis }]> = normalizedOp(
  "logSoftmax",
  logSoftmaxOver,
);

/**
 * The nearest point of the probability simplex: like softmax, with exact zeros (Martins & Astudillo, 2016), with Keras's threshold.
 *
 * @see Keras `ops.sparsemax`
 */
export const sparsemax: ElementwiseOp<[{ readonly axis?: number }]> = defineOp(
  { name: "sparsemax", module, args: { x: "tensor", axis: opt(-1) } },
  ({ x, axis }: { readonly x: Tensor; readonly axis: number }) => {
    const value = asFloat(x);
    const rank = value.shape.length;
    const at = normalizeAxis(axis, rank, "ops.sparsemax");
    const z = moveAxis(value, at, rank - 1);
    const last = rank - 1;
    // All pairs of elements: i along the last axis but one, j along the last. The loops over j are fused, and store nothing.
    const n = z.shape[last] ?? 0;
    const pairs = [...z.shape, n];
    const own = spread(z, pairs, [rank]);
    const other = p.broadcast(
      z,
      pairs,
      z.shape.map((_, axis) => (axis === last ? rank : axis)),
    );
    const zero = p.full(0, pairs, z.dtype);
    // An element is in the support where those above it exceed it by less than 1 in all: 1 + k·z₍k₎ > Σ z of the k largest.
    const above = p.reduceSum(p.select(p.gt(other, own), p.sub(other, own), zero), [rank]);
    const inside = p.cast(p.lt(above, p.fullLike(above, 1)), z.dtype);
    const count = p.reduceSum(inside, [last]);
    // Keras adds up the sums of the 1, 2, …, k largest (the paper takes the last alone); results are to agree with Keras. So an
    // element counts as often as there are elements of the support from it on; equal ones share their places.
    const one = p.full(1, pairs, z.dtype);
    const half = p.select(p.eq(other, own), p.full(0.5, pairs, z.dtype), zero);
    const before = p.offset(p.reduceSum(p.select(p.gt(other, own), one, half), [rank]), -0.5);
    const times = p.stopGradient(p.mul(inside, p.sub(spread(count, z.shape, [last]), before)));
    const total = p.reduceSum(p.mul(times, z), [last]);
    const tau = p.div(p.offset(total, -1), count);
    const out = p.sub(z, spread(tau, z.shape, [last]));
    return wrap(moveAxis(p.select(isPositive(out), out, p.zerosLike(out)), last, at));
  },
);
