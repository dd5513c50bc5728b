import type { DType } from "../ir/dtypes.ts";
import * as nn from "../ops/activations.ts";
import { multiply, subtract } from "../ops/arithmetic.ts";
import { greater } from "../ops/comparison.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import type { Value } from "../ops/core/value.ts";
import type { DTypeOf, FloatOf, Operand, Rest, ShapeOf } from "../ops/core/signatures.ts";
import type { Result } from "../ops/core/op-types.ts";
import type { TensorInput } from "../ops/core/convert.ts";
import { toValue } from "../ops/core/convert.ts";
import { where } from "../ops/indexing.ts";
import { clip, exp, negative, tanh as tanhOp } from "../ops/unary-math.ts";
import { bindArguments } from "../util/options.ts";
import type { Activation } from "./activation.ts";

/** A built-in activation: a function of a tensor and options, with Keras's name for it. */
export type ActivationFunction<R extends readonly object[] = readonly []> = {
  <X extends Operand>(x: X, ...rest: Rest<R>): Result<X, ShapeOf<X>, FloatOf<DTypeOf<X>> & DType>;
  readonly identifier: string;
} & Activation;

/** Names a function; `names` are those of its arguments, checked by the op or by `bind`. */
function named<R extends readonly object[] = readonly []>(
  identifier: string,
  f: (...args: never[]) => unknown,
): ActivationFunction<R> {
  // SAFETY: ActivationFunction is the public signature of the op behind it.
  return Object.assign((...args: never[]) => f(...args), { identifier }) as unknown as ActivationFunction<R>;
}

export interface ReluOptions {
  readonly negativeSlope: number;
  readonly maxValue: number | null;
  readonly threshold: number;
}

/** The rectifier with all its options. @see Keras `activations/activations.py`, `ReLU` */
export function reluWith(
  input: TensorInput,
  { negativeSlope, maxValue, threshold: limit }: ReluOptions,
): Value {
  const x = toValue(input) as Tensor; // SAFETY: the ops below take symbolic values as well
  if (negativeSlope !== 0 && maxValue === null && limit === 0) return nn.leakyRelu(x, { negativeSlope });
  let positive: Tensor;
  if (limit !== 0) positive = where(greater(x, limit), x, 0);
  else positive = maxValue === 6 ? nn.relu6(x) : nn.relu(x);
  if (maxValue !== null && (limit !== 0 || maxValue !== 6))
    positive = clip(positive, { xMin: 0, xMax: maxValue });
  if (negativeSlope === 0) return positive;
  const below = nn.relu(limit === 0 ? negative(x) : subtract(limit, x));
  return subtract(positive, multiply(below, negativeSlope));
}

/** `max(x, 0)`; with options a leaky, bounded or shifted rectifier. @see Keras `activations.relu` */
export const relu: ActivationFunction<
  [
    { readonly negativeSlope?: number },
    { readonly maxValue?: number | null },
    { readonly threshold?: number },
  ]
> = named("relu", (...args: readonly unknown[]) => {
  const given = bindArguments("activations.relu", ["x", "negativeSlope", "maxValue", "threshold"], args);
  const {
    x,
    negativeSlope = 0,
    maxValue = null,
    threshold: limit = 0,
  } = given as { x: TensorInput } & Partial<ReluOptions>; // SAFETY: names as declared
  return reluWith(x, { negativeSlope, maxValue, threshold: limit });
});

/** `x` where positive, else `negativeSlope · x` (default 0.2). @see Keras `activations.leaky_relu` */
export const leakyRelu: ActivationFunction<[{ readonly negativeSlope?: number }]> = named(
  "leaky_relu",
  nn.leakyRelu,
);
/** `min(max(x, 0), 6)`. @see Keras `activations.relu6` */
export const relu6: ActivationFunction = named("relu6", nn.relu6);
/** `eˣ / Σ eˣ` along an axis (default the last). @see Keras `activations.softmax` */
export const softmax: ActivationFunction<[{ readonly axis?: number | readonly number[] }]> = named(
  "softmax",
  nn.softmax,
);
/** `x − log Σ eˣ` along an axis (default the last). @see Keras `activations.log_softmax` */
export const logSoftmax: ActivationFunction<[{ readonly axis?: number }]> = named(
  "log_softmax",
  nn.logSoftmax,
);
/** `x` where positive, else `alpha · (eˣ − 1)`. @see Keras `activations.elu` */
export const elu: ActivationFunction<[{ readonly alpha?: number }]> = named("elu", nn.elu);
/** Scaled exponential linear unit. @see Keras `activations.selu` */
export const selu: ActivationFunction = named("selu", nn.selu);
/** `log(1 + eˣ)`. @see Keras `activations.softplus` */
export const softplus: ActivationFunction = named("softplus", nn.softplus);
/** `x / (1 + |x|)`. @see Keras `activations.softsign` */
export const softsign: ActivationFunction = named("softsign", nn.softsign);
/** 0 within `±threshold` (default 0.5), else x moved towards 0 by it. @see Keras `activations.soft_shrink` */
export const softShrink: ActivationFunction<[{ readonly threshold?: number }]> = named(
  "soft_shrink",
  nn.softShrink,
);
/** 0 below −1, x above 1, `(x + 1)² / 4` between. @see Keras `activations.sparse_plus` */
export const sparsePlus: ActivationFunction = named("sparse_plus", nn.sparsePlus);
/** `x · sigmoid(x)`, also called swish. @see Keras `activations.silu` */
export const silu: ActivationFunction = named("silu", nn.silu);
/** `silu` under its other name. @see Keras `activations.swish` */
export const swish: ActivationFunction = silu;
/** `(x + √(x² + b)) / 2`, `b` 4 by default. @see Keras `activations.squareplus` */
export const squareplus: ActivationFunction<[{ readonly b?: number }]> = named("squareplus", nn.squareplus);
/** `x · Φ(x)`; `approximate` (default false) takes the tanh form. @see Keras `activations.gelu` */
export const gelu: ActivationFunction<[{ readonly approximate?: boolean }]> = named(
  "gelu",
  (...args: readonly unknown[]) => {
    const given = bindArguments("activations.gelu", ["x", "approximate"], args);
    const { x, approximate = false } = given as { x: TensorInput; approximate?: boolean }; // SAFETY: names as declared
    return nn.gelu(x, { approximate });
  },
);
/** `x` where positive, else `alpha · (e^(x / alpha) − 1)`. @see Keras `activations.celu` */
export const celu: ActivationFunction<[{ readonly alpha?: number }]> = named("celu", nn.celu);
/** The first half along an axis times the sigmoid of the second. @see Keras `activations.glu` */
export const glu: ActivationFunction<[{ readonly axis?: number }]> = named("glu", nn.glu);
/** Hyperbolic tangent. @see Keras `activations.tanh` */
export const tanh: ActivationFunction = named("tanh", tanhOp);
/** `x − tanh(x)`. @see Keras `activations.tanh_shrink` */
export const tanhShrink: ActivationFunction = named("tanh_shrink", nn.tanhShrink);
/** `x` limited to `[−1, 1]`. @see Keras `activations.hard_tanh` */
export const hardTanh: ActivationFunction = named("hard_tanh", nn.hardTanh);
/** 0 within `±threshold` (default 0.5), else x. @see Keras `activations.hard_shrink` */
export const hardShrink: ActivationFunction<[{ readonly threshold?: number }]> = named(
  "hard_shrink",
  nn.hardShrink,
);
/** `x` where it is above `threshold`, else `defaultValue`. @see Keras `activations.threshold` */
export const threshold: ActivationFunction<
  [{ readonly threshold: number }, { readonly defaultValue: number }]
> = named("threshold", nn.threshold);
/** `1 / (1 + e^−x)`. @see Keras `activations.sigmoid` */
export const sigmoid: ActivationFunction = named("sigmoid", nn.sigmoid);
/** `eˣ`. @see Keras `activations.exponential` */
export const exponential: ActivationFunction = named("exponential", exp);
/** `x / 6 + 1 / 2` limited to `[0, 1]`. @see Keras `activations.hard_sigmoid` */
export const hardSigmoid: ActivationFunction = named("hard_sigmoid", nn.hardSigmoid);
/** `log(sigmoid(x))`. @see Keras `activations.log_sigmoid` */
export const logSigmoid: ActivationFunction = named("log_sigmoid", nn.logSigmoid);
/** `(x + 1) / 2` limited to `[0, 1]`. @see Keras `activations.sparse_sigmoid` */
export const sparseSigmoid: ActivationFunction = named("sparse_sigmoid", nn.sparseSigmoid);
/** `x · hardSigmoid(x)`. @see Keras `activations.hard_silu` */
export const hardSilu: ActivationFunction = named("hard_silu", nn.hardSilu);
/** `hardSilu` under its other name. @see Keras `activations.hard_swish` */
export const hardSwish: ActivationFunction = hardSilu;
/** `x` itself. @see Keras `activations.linear` */
export const linear: ActivationFunction = named("linear", (x: TensorInput) => toValue(x));
/** `x · tanh(softplus(x))`. @see Keras `activations.mish` */
export const mish: ActivationFunction = named("mish", (x: TensorInput) => {
  const value = toValue(x) as Tensor; // SAFETY: the ops below take symbolic values as well
  return multiply(value, tanhOp(nn.softplus(value)));
});
/** Sparse probabilities along an axis (default the last). @see Keras `activations.sparsemax` */
export const sparsemax: ActivationFunction<[{ readonly axis?: number }]> = named("sparsemax", nn.sparsemax);
