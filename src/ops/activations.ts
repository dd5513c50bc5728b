import { isFloat } from "../ir/dtypes.ts";
import * as p from "../ir/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { normalizeAxis } from "../ir/shape.ts";
import { ShapeError } from "../util/errors.ts";
import { spread } from "./core/compute.ts";
import { asFloat, castTo, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { ElementwiseOp, FloatUnaryOp, Op1, UnaryOp } from "./core/op-types.ts";
import type { Tensor } from "./core/tensor.ts";
import { floatUnaryOp, opt, unaryOp } from "./core/unary.ts";

/** `x` where the condition holds, else a number. */
function either(condition: Var, x: Var, otherwise: number): Var {
  return p.select(condition, x, p.fullLike(x, otherwise));
}

function isAbove(x: Var, bound: number): Var {
  return p.gt(x, p.fullLike(x, bound));
}

function isBelow(x: Var, bound: number): Var {
  return p.lt(x, p.fullLike(x, bound));
}

/** `x` strictly between two numbers, which are its limits elsewhere; its derivative is 0 there and at the limits. */
function limited(x: Var, low: number, high: number): Var {
  const isLow = p.le(x, p.fullLike(x, low));
  const isHigh = p.ge(x, p.fullLike(x, high));
  return p.select(isLow, p.fullLike(x, low), p.select(isHigh, p.fullLike(x, high), x));
}

/** `α·(eˣ − 1)` where x is not positive, else x; the exponential never overflows. */
function exponentialLinear(x: Var, alpha: number, scaleInside = 1): Var {
  const isPositive = isAbove(x, 0);
  const negative = p.select(isPositive, p.zerosLike(x), x);
  return p.select(isPositive, x, p.scale(p.expm1(p.scale(negative, scaleInside)), alpha));
}

/** `log(1 + eˣ)` without overflow; its derivative at 0 is one half. */
export function softplusOf(x: Var): Var {
  return p.add(p.max(x, p.zerosLike(x)), p.log1p(p.exp(p.neg(p.abs(x)))));
}

/** `max(x, 0)`. @see Keras `ops.relu` */
export const relu: UnaryOp = unaryOp({ name: "relu", module: "nn" }, (x) => p.select(p.le(x, p.zerosLike(x)), p.zerosLike(x), x));

/** `min(max(x, 0), 6)`. @see Keras `ops.relu6` */
export const relu6: UnaryOp = unaryOp({ name: "relu6", module: "nn" }, (x) => limited(x, 0, 6));

/** `1 / (1 + e^−x)`. @see Keras `ops.sigmoid` */
export const sigmoid: FloatUnaryOp = floatUnaryOp({ name: "sigmoid", module: "nn" }, p.logistic);

/** `(x + 1) / 2` limited to `[0, 1]`. @see Keras `ops.sparse_sigmoid` */
export const sparseSigmoid: FloatUnaryOp = floatUnaryOp({ name: "sparseSigmoid", module: "nn" }, (x) =>
  p.offset(p.scale(limited(x, -1, 1), 0.5), 0.5),
);

/** `log(1 + eˣ)`. @see Keras `ops.softplus` */
export const softplus: FloatUnaryOp = floatUnaryOp({ name: "softplus", module: "nn" }, softplusOf);

/** `x / (1 + |x|)`. @see Keras `ops.softsign` */
export const softsign: FloatUnaryOp = floatUnaryOp({ name: "softsign", module: "nn" }, (x) => p.div(x, p.offset(p.abs(x), 1)));

/** `x · sigmoid(x)`. @see Keras `ops.silu` */
export const silu: FloatUnaryOp = floatUnaryOp({ name: "silu", module: "nn" }, siluOf);

/** `silu` under its other name. @see Keras `ops.swish` */
export const swish: FloatUnaryOp = floatUnaryOp({ name: "swish", className: "Silu", module: "nn" }, siluOf);

function siluOf(x: Var): Var {
  return p.mul(x, p.logistic(x));
}

/** `log(sigmoid(x))`. @see Keras `ops.log_sigmoid` */
export const logSigmoid: FloatUnaryOp = floatUnaryOp({ name: "logSigmoid", module: "nn" }, (x) => p.neg(softplusOf(p.neg(x))));

/** `x / 6 + 1 / 2` limited to `[0, 1]`. @see Keras `ops.hard_sigmoid` */
export const hardSigmoid: FloatUnaryOp = floatUnaryOp({ name: "hardSigmoid", module: "nn" }, hardSigmoidOf);

function hardSigmoidOf(x: Var): Var {
  return p.offset(p.scale(limited(x, -3, 3), 1 / 6), 0.5);
}

/** `x · hardSigmoid(x)`. @see Keras `ops.hard_silu` */
export const hardSilu: FloatUnaryOp = floatUnaryOp({ name: "hardSilu", module: "nn" }, (x) => p.mul(x, hardSigmoidOf(x)));

/** `hardSilu` under its other name. @see Keras `ops.hard_swish` */
export const hardSwish: FloatUnaryOp = floatUnaryOp({ name: "hardSwish", className: "HardSilu", module: "nn" }, (x) =>
  p.mul(x, hardSigmoidOf(x)),
);

/** `x` limited to `[−1, 1]`. @see Keras `ops.hard_tanh` */
export const hardTanh: FloatUnaryOp = floatUnaryOp({ name: "hardTanh", module: "nn" }, (x) => limited(x, -1, 1));

/** `x − tanh(x)`. @see Keras `ops.tanh_shrink` */
export const tanhShrink: FloatUnaryOp = floatUnaryOp({ name: "tanhShrink", module: "nn" }, (x) => p.sub(x, p.tanh(x)));

/** 0 below −1, x above 1, `(x + 1)² / 4` between. @see Keras `ops.sparse_plus` */
export const sparsePlus: FloatUnaryOp = floatUnaryOp({ name: "sparsePlus", module: "nn" }, (x) => {
  const between = p.scale(p.square(p.offset(x, 1)), 0.25);
  return p.select(p.le(x, p.fullLike(x, -1)), p.zerosLike(x), p.select(isBelow(x, 1), between, x));
});

/** Scaled exponential linear unit, which keeps mean 0 and variance 1. @see Keras `ops.selu` */
export const selu: FloatUnaryOp = floatUnaryOp({ name: "selu", module: "nn" }, (x) =>
  p.scale(exponentialLinear(x, 1.6732632423543772), 1.0507009873554805),
);

/** Defines an op of one tensor and one number. */
function withNumber<K extends string>(
  name: string,
  parameter: K,
  fallback: number | undefined,
  f: (x: Var, value: number) => Var,
): ElementwiseOp<[{ readonly [name in K]?: number }]> {
  return defineOp(
    { name, module: "nn", args: { x: "tensor", [parameter]: fallback === undefined ? "static" : opt(fallback) } },
    // SAFETY: `parameter` is declared above, so it is bound.
    (args: { readonly x: Tensor } & Readonly<Record<K, unknown>>) => wrap(f(asFloat(args.x), args[parameter] as number)),
  );
}

/** `x` where positive, else `negativeSlope · x`. @see Keras `ops.leaky_relu` */
export const leakyRelu: ElementwiseOp<[{ readonly negativeSlope?: number }]> = withNumber("leakyRelu", "negativeSlope", 0.2, (x, slope) =>
  p.select(isAbove(x, 0), x, p.scale(x, slope)),
);

/** `x` where positive, else `alpha · (eˣ − 1)`. @see Keras `ops.elu` */
export const elu: ElementwiseOp<[{ readonly alpha?: number }]> = withNumber("elu", "alpha", 1, (x, alpha) => exponentialLinear(x, alpha));

/** `x` where positive, else `alpha · (e^(x / alpha) − 1)`. @see Keras `ops.celu` */
export const celu: ElementwiseOp<[{ readonly alpha?: number }]> = withNumber("celu", "alpha", 1, (x, alpha) =>
  exponentialLinear(x, alpha, 1 / alpha),
);

/** 0 within `±threshold`, else x moved towards 0 by it. @see Keras `ops.soft_shrink` */
export const softShrink: ElementwiseOp<[{ readonly threshold?: number }]> = withNumber("softShrink", "threshold", 0.5, (x, limit) =>
  p.select(isAbove(x, limit), p.offset(x, -limit), either(isBelow(x, -limit), p.offset(x, limit), 0)),
);

/** 0 within `±threshold`, else x. @see Keras `ops.hard_shrink` */
export const hardShrink: ElementwiseOp<[{ readonly threshold?: number }]> = withNumber("hardShrink", "threshold", 0.5, (x, limit) =>
  either(p.or(isAbove(x, limit), isBelow(x, -limit)), x, 0),
);

/** `(x + √(x² + b)) / 2`. @see Keras `ops.squareplus` */
export const squareplus: ElementwiseOp<[{ readonly b?: number }]> = withNumber("squareplus", "b", 4, (x, b) =>
  p.scale(p.add(x, p.sqrt(p.offset(p.square(x), b))), 0.5),
);

/** `x` where it is above `threshold`, else `defaultValue`. @see Keras `ops.threshold` */
export const threshold: ElementwiseOp<[{ readonly threshold: number }, { readonly defaultValue: number }]> = defineOp(
  { name: "threshold", module: "nn", args: { x: "tensor", threshold: "static", defaultValue: "static" } },
  ({ x, threshold: limit, defaultValue }: { readonly x: Tensor; readonly threshold: number; readonly defaultValue: number }) => {
    const value = asFloat(x);
    return wrap(either(isAbove(value, limit), value, defaultValue));
  },
);

/** `x · Φ(x)`, with Φ the normal distribution function or, where `approximate`, its tanh form. */
export function geluOf(x: Var, approximate: boolean): Var {
  const inner = approximate
    ? p.tanh(p.scale(p.add(x, p.scale(p.mul(x, p.square(x)), 0.044715)), Math.sqrt(2 / Math.PI)))
    : p.erf(p.scale(x, Math.SQRT1_2));
  return p.mul(x, p.offset(p.scale(inner, 0.5), 0.5));
}

/** Gaussian error linear unit: `x · Φ(x)`. `approximate` (default true) takes the tanh form. @see Keras `ops.gelu` */
export const gelu: ElementwiseOp<[{ readonly approximate?: boolean }]> = defineOp(
  { name: "gelu", module: "nn", args: { x: "tensor", approximate: opt(true) } },
  ({ x, approximate }: { readonly x: Tensor; readonly approximate: boolean }) => wrap(geluOf(asFloat(x), approximate)),
);

/** Gated linear unit: the first half along an axis times the sigmoid of the second. @see Keras `ops.glu` */
export const glu: Op1<[{ readonly axis?: number }]> = defineOp(
  { name: "glu", module: "nn", args: { x: "tensor", axis: opt(-1) } },
  ({ x, axis }: { readonly x: Tensor; readonly axis: number }) => {
    const value = asFloat(x);
    const at = normalizeAxis(axis, value.shape.length, "ops.glu");
    const size = value.shape[at] ?? 0;
    if (size % 2 !== 0) throw new ShapeError(`ops.glu: expected an even size on axis ${axis}, received ${size}.`);
    const half = (start: number): Var =>
      p.slice(value, value.shape.map((_, i) => (i === at ? start : 0)), value.shape.map((dim, i) => (i === at ? start + size / 2 : dim)));
    return wrap(p.mul(half(0), p.logistic(half(size / 2))));
  },
);

type SoftmaxAxis = number | readonly number[] | null;
interface AlongAxis {
  readonly x: Tensor;
  readonly axis: SoftmaxAxis;
}

/** Defines an op along one axis, several, or (null) all together; 16-bit floats are computed in float32. */
function alongAxes(name: string, f: (x: Var, axes: readonly number[]) => Var): ElementwiseOp<[{ readonly axis?: SoftmaxAxis }]> {
  return defineOp({ name, module: "nn", args: { x: "tensor", axis: opt(-1) } }, ({ x, axis }: AlongAxis) => {
    const value = asFloat(x);
    const rank = value.shape.length;
    const given = axis === null ? value.shape.map((_, i) => i) : typeof axis === "number" ? [axis] : axis;
    const wide = value.dtype === "float16" || value.dtype === "bfloat16" ? castTo(value, "float32") : value;
    const result = f(wide, given.map((one) => normalizeAxis(one, rank, `ops.${name}`)).toSorted((a, b) => a - b));
    return wrap(isFloat(x.dtype) ? castTo(result, x.dtype) : result);
  });
}

/** x minus its largest value, which changes neither softmax nor its gradient but keeps exponentials finite. */
function belowMaximum(x: Var, axes: readonly number[]): Var {
  return p.sub(x, spread(p.stopGradient(p.reduceMax(x, axes)), x.shape, axes));
}

/** `eˣ / Σ eˣ` along axes. */
export function softmaxOver(x: Var, axes: readonly number[]): Var {
  const powers = p.exp(belowMaximum(x, axes));
  return p.div(powers, spread(p.reduceSum(powers, axes), x.shape, axes));
}

/** `x − log Σ eˣ` along axes. */
export function logSoftmaxOver(x: Var, axes: readonly number[]): Var {
  const shifted = belowMaximum(x, axes);
  return p.sub(shifted, spread(p.log(p.reduceSum(p.exp(shifted), axes)), x.shape, axes));
}

/** `eˣ / Σ eˣ` along an axis. @see Keras `ops.softmax` */
export const softmax: ElementwiseOp<[{ readonly axis?: SoftmaxAxis }]> = alongAxes("softmax", softmaxOver);

/** Logarithm of the softmax along an axis. @see Keras `ops.log_softmax` */
export const logSoftmax: ElementwiseOp<[{ readonly axis?: SoftmaxAxis }]> = alongAxes("logSoftmax", logSoftmaxOver);

/**
 * Sparse probabilities along an axis, as Keras computes them.
 *
 * Martins and Astudillo (2016, algorithm 1) subtract a threshold made from the sum of the support; Keras makes it from
 * the sum of the running sums over the support, which is the same for supports of one element alone.
 *
 * @see Keras `ops.sparsemax`
 */
export const sparsemax: Op1<[{ readonly axis?: number }]> = defineOp(
  { name: "sparsemax", module: "nn", args: { x: "tensor", axis: opt(-1) } },
  ({ x, axis }: { readonly x: Tensor; readonly axis: number }) => {
    const value = asFloat(x);
    const { shape } = value;
    const axes = [normalizeAxis(axis, shape.length, "ops.sparsemax")];
    const at = axes[0] ?? 0;
    const [sorted = value] = p.sort([value], at, { descending: true });
    const sums = p.cumSum(sorted, at);
    const rank = p.offset(p.iota(shape, at, value.dtype), 1);
    const isInSupport = p.gt(p.sub(sorted, p.div(p.offset(sums, -1), rank)), p.zerosLike(sorted));
    const count = p.reduceSum(either(isInSupport, p.fullLike(value, 1), 0), axes);
    const total = p.reduceSum(either(isInSupport, sums, 0), axes);
    const tau = p.div(p.offset(total, -1), count);
    const moved = p.sub(value, spread(tau, shape, axes));
    return wrap(either(isAbove(moved, 0), moved, 0));
  },
);

