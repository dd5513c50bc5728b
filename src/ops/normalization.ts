import { type DType, isFloat } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape, normalizeAxes, normalizeAxis } from "../ir/shape.ts";
import { epsilon as defaultEpsilon } from "../util/epsilon.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { meanOver, spread } from "./core/compute.ts";
import { asFloat, castTo, wrap } from "./core/lift.ts";
import { defineOp, type OpFunction } from "./core/op.ts";
import type { ElementwiseOp, Op2, Result } from "./core/op-types.ts";
import type { Operand, Rest, ShapeOf } from "./core/signatures.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { type Axis, varianceOver } from "./reductions.ts";

const module = "nn";

/** Half precision is computed in float32. */
function wide(x: Tensor): Var {
  const value = asFloat(x);
  return value.dtype === "float16" || value.dtype === "bfloat16" ? castTo(value, "float32") : value;
}

function resultOf(y: Var, dtype: DType): Tensor {
  return wrap(castTo(y, isFloat(dtype) ? dtype : "float32"));
}

/** A parameter with one number for each place along axes, repeated along the others. */
function alongAxes(
  where: string,
  parameter: Tensor,
  shape: readonly number[],
  axes: readonly number[],
  dtype: DType,
): Var {
  const value = castTo(parameter.traced, dtype);
  const sizes = axes.map((axis) => shape[axis] ?? 0);
  if (value.shape.join() === sizes.join()) return p.broadcast(value, shape, axes);
  if (value.shape.length === shape.length) return p.broadcast(value, shape);
  throw new ShapeError(
    `${where}: expected a parameter of shape ${formatShape(sizes)}, received ${formatShape(value.shape)}.`,
  );
}

interface BatchArguments {
  readonly x: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly axis: number;
  readonly offset: Tensor | null;
  readonly scale: Tensor | null;
  readonly epsilon: number;
}

/** `(x − mean)/√(variance + epsilon) · scale + offset`, parameters along one axis. @see Keras `ops.batch_normalization` */
export const batchNormalization: OpFunction<
  <X extends Operand, M extends Operand>(
    x: X,
    mean: M,
    variance: Operand,
    axis: number,
    ...rest: Rest<
      [
        { readonly offset?: Operand | null },
        { readonly scale?: Operand | null },
        { readonly epsilon?: number },
      ]
    >
  ) => Result<X | M, ShapeOf<X>>
> = defineOp(
  {
    name: "batchNormalization",
    className: "BatchNorm",
    module,
    args: {
      x: "tensor",
      mean: "tensor",
      variance: "tensor",
      axis: "static",
      offset: "tensor?",
      scale: "tensor?",
      epsilon: opt(1e-3),
    },
  },
  ({ x, mean, variance, axis, offset, scale, epsilon }: BatchArguments) => {
    const value = wide(x);
    const at = normalizeAxis(axis, value.shape.length, "ops.batchNormalization");
    const vector = (parameter: Tensor): Var => {
      const v = castTo(parameter.traced, value.dtype);
      return v.shape.length === 1 ? v : p.reshape(v, [value.shape[at] ?? 0]);
    };
    const raw = vector(variance);
    const rate = p.rsqrt(p.offset(raw, epsilon));
    const inv = scale === null ? rate : p.mul(rate, vector(scale));
    const shift = p.neg(p.mul(vector(mean), inv));
    const base = offset === null ? shift : p.add(shift, vector(offset));
    const full = (v: Var): Var => p.broadcast(v, value.shape, [at]);
    return resultOf(p.add(p.mul(value, full(inv)), full(base)), x.dtype);
  },
);

interface LayerArguments {
  readonly x: Tensor;
  readonly gamma: Tensor | null;
  readonly beta: Tensor | null;
  readonly axis: number | readonly number[];
  readonly epsilon: number | null;
  readonly rmsScaling: boolean;
}

export type NormalizeRest = [{ readonly axis?: Axis }, { readonly epsilon?: number | null }];

/** Brings mean and variance over axes to 0 and 1, then scales by `gamma` and adds `beta`. @see Keras `ops.layer_normalization` */
export const layerNormalization: OpFunction<
  <X extends Operand>(
    x: X,
    ...rest: Rest<
      [
        { readonly gamma?: Operand | null },
        { readonly beta?: Operand | null },
        ...NormalizeRest,
        { readonly rmsScaling?: boolean },
      ]
    >
  ) => Result<X, ShapeOf<X>>
> = defineOp(
  {
    name: "layerNormalization",
    className: "LayerNorm",
    module,
    args: {
      x: "tensor",
      gamma: "tensor?",
      beta: "tensor?",
      axis: opt(-1),
      epsilon: opt(null),
      rmsScaling: opt(false),
    },
  },
  ({ x, gamma, beta, axis, epsilon, rmsScaling }: LayerArguments) => {
    const value = wide(x);
    const axes = normalizeAxes(axis, value.shape.length, "ops.layerNormalization");
    const full = (parameter: Tensor): Var =>
      alongAxes("ops.layerNormalization", parameter, value.shape, axes, value.dtype);
    const centred = p.sub(value, spread(meanOver(value, axes), value.shape, axes));
    const variance = rmsScaling ? varianceOver(value, axes) : meanOver(p.square(centred), axes);
    const rate = spread(p.rsqrt(p.offset(variance, epsilon ?? defaultEpsilon())), value.shape, axes);
    const scaled = p.mul(rmsScaling ? value : centred, rate);
    const stretched = gamma === null ? scaled : p.mul(scaled, full(gamma));
    return resultOf(beta === null || rmsScaling ? stretched : p.add(stretched, full(beta)), x.dtype);
  },
);

/** Divides by the root of the mean square over axes, then multiplies by `scale`. @see Keras `ops.rms_normalization` */
export const rmsNormalization: OpFunction<
  <X extends Operand>(
    x: X,
    ...rest: Rest<[{ readonly scale?: Operand | null }, ...NormalizeRest]>
  ) => Result<X, ShapeOf<X>>
> = defineOp(
  {
    name: "rmsNormalization",
    className: "RMSNorm",
    module,
    args: { x: "tensor", scale: "tensor?", axis: opt(-1), epsilon: opt(null) },
  },
  ({
    x,
    scale,
    axis,
    epsilon,
  }: Pick<LayerArguments, "x" | "axis" | "epsilon"> & { readonly scale: Tensor | null }) => {
    const value = wide(x);
    const axes = normalizeAxes(axis, value.shape.length, "ops.rmsNormalization");
    const rate = p.rsqrt(p.offset(meanOver(p.square(value), axes), epsilon ?? defaultEpsilon()));
    const scaled = p.mul(value, spread(rate, value.shape, axes));
    return resultOf(
      scale === null
        ? scaled
        : p.mul(scaled, alongAxes("ops.rmsNormalization", scale, value.shape, axes, value.dtype)),
      x.dtype,
    );
  },
);

/** Divides by the norm of the given order along axes. @see Keras `ops.normalize` */
export const normalize: ElementwiseOp<
  [{ readonly axis?: Axis }, { readonly order?: number }, { readonly epsilon?: number | null }]
> = defineOp(
  { name: "normalize", module, args: { x: "tensor", axis: opt(-1), order: opt(2), epsilon: opt(null) } },
  ({
    x,
    axis,
    order,
    epsilon,
  }: {
    readonly x: Tensor;
    readonly axis: Axis;
    readonly order: number;
    readonly epsilon: number | null;
  }) => {
    if (!Number.isInteger(order) || order < 1)
      throw new OptionError(`ops.normalize: expected an integer order ≥ 1, received ${order}.`);
    const raw = asFloat(x);
    const value = raw.shape.length === 0 ? p.reshape(raw, [1]) : raw;
    const axes = normalizeAxes(axis, value.shape.length, "ops.normalize");
    const least = epsilon ?? defaultEpsilon();
    if (order === 2) {
      const total = p.reduceSum(p.square(value), axes);
      return wrap(
        p.mul(value, spread(p.rsqrt(p.max(total, p.fullLike(total, least * least))), value.shape, axes)),
      );
    }
    const size = p.abs(value);
    const powers = order === 1 ? size : p.pow(size, p.fullLike(size, order));
    const sum = p.reduceSum(powers, axes);
    const norm = order === 1 ? sum : p.pow(sum, p.fullLike(sum, 1 / order));
    return wrap(p.div(value, spread(p.max(norm, p.fullLike(norm, least)), value.shape, axes)));
  },
);

/** Peak signal-to-noise ratio in decibels: `20·log₁₀(maxVal) − 10·log₁₀(mean squared difference)`. @see Keras `ops.psnr` */
export const psnr: Op2<[{ readonly maxVal: number }]> = defineOp(
  { name: "psnr", className: "PSNR", module, args: { x1: "tensor", x2: "tensor", maxVal: "static" } },
  ({ x1, x2, maxVal }: { readonly x1: Tensor; readonly x2: Tensor; readonly maxVal: number }) => {
    if (x1.dims.join() !== x2.dims.join()) {
      throw new ShapeError(
        `ops.psnr: expected two tensors of one shape, received ${formatShape(x1.shape)} and ${formatShape(x2.shape)}.`,
      );
    }
    const [a, b] = [asFloat(x1), asFloat(x2)];
    const error = meanOver(
      p.square(p.sub(a, castTo(b, a.dtype))),
      a.shape.map((_, i) => i),
    );
    return wrap(p.offset(p.scale(p.log(error), -10 / Math.LN10), 20 * Math.log10(maxVal)));
  },
);
