import { ShapeError } from "../../util/errors.ts";
import {
  type ConvParams,
  convDType,
  convSamples,
  convShape,
  visitProducts,
  zeroArray,
} from "../convolution.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { type Dims, formatShape, sameShape } from "../shape.ts";

// The convolution and its two gradients: each is the gradient of the others, so they live in one file.

export const convPrimitive: Primitive<ConvParams> = {
  name: "conv",
  infer: ([x, kernel], params) =>
    x && kernel
      ? [{ shape: convShape("conv", x.shape, kernel.shape, params), dtype: convDType("conv", x, kernel) }]
      : [],
  lowering: { kind: "structured" },
  vjp: ([g], { inputs: [x, kernel], params, needs }) =>
    g && x && kernel
      ? [
          needs[0] ? convInputGrad(g, kernel, x.shape, params) : null,
          needs[1] ? convFilterGrad(x, g, kernel.shape, params) : null,
        ]
      : [],
  samples: () =>
    convSamples(
      (x, kernel) => [x, kernel],
      (params) => params,
    ),
};

/** The meaning of `conv`, in double precision. */
export const convMeaning: Meaning<ConvParams> = ([x, kernel], params) => {
  if (!x || !kernel) return [];
  const y = zeroArray(convShape("conv", x.shape, kernel.shape, params), x.dtype);
  visitProducts(x.shape, kernel.shape, y.shape, params, (i, k, o) => {
    y.data[o] = (y.data[o] ?? 0) + (x.data[i] ?? 0) * (kernel.data[k] ?? 0);
  });
  return [y];
};

/** N-dimensional convolution (cross-correlation) of `[batch, …spatial, channels]` with `[…window, channels/groups, filters]`. */
export function conv(x: Var, kernel: Var, { strides, padding, dilation, groups }: ConvParams): Var {
  return emitOne(convPrimitive, [x, kernel], { strides, padding, dilation, groups });
}

export interface ConvInputGradParams extends ConvParams {
  readonly inputShape: Dims;
}

export const convInputGradPrimitive: Primitive<ConvInputGradParams> = {
  name: "convInputGrad",
  infer: ([g, kernel], params) => {
    if (!g || !kernel) return [];
    const wanted = convShape("convInputGrad", params.inputShape, kernel.shape, params);
    if (!sameShape(g.shape, wanted)) {
      throw new ShapeError(
        `convInputGrad: expected a cotangent of shape ${formatShape(wanted)}, received ${formatShape(g.shape)}.`,
      );
    }
    return [{ shape: params.inputShape, dtype: convDType("convInputGrad", g, kernel) }];
  },
  lowering: { kind: "structured" },
  vjp: ([t], { inputs: [g, kernel], params, needs }) =>
    t && g && kernel
      ? [
          needs[0] ? conv(t, kernel, params) : null,
          needs[1] ? convFilterGrad(t, g, kernel.shape, params) : null,
        ]
      : [],
  samples: () =>
    convSamples(
      (_, kernel, out) => [out, kernel],
      (params, x) => ({ ...params, inputShape: x }),
    ),
};

/** The meaning of `convInputGrad`, in double precision. */
export const convInputGradMeaning: Meaning<ConvInputGradParams> = ([g, kernel], params) => {
  if (!g || !kernel) return [];
  const x = zeroArray(params.inputShape, g.dtype);
  visitProducts(x.shape, kernel.shape, g.shape, params, (i, k, o) => {
    x.data[i] = (x.data[i] ?? 0) + (g.data[o] ?? 0) * (kernel.data[k] ?? 0);
  });
  return [x];
};

/** Gradient of `conv` with respect to its input: a transposed convolution. `g` is shaped like the convolution's result. */
export function convInputGrad(
  g: Var,
  kernel: Var,
  inputShape: Dims,
  { strides, padding, dilation, groups }: ConvParams,
): Var {
  return emitOne(convInputGradPrimitive, [g, kernel], { strides, padding, dilation, groups, inputShape });
}

export interface ConvFilterGradParams extends ConvParams {
  readonly kernelShape: Dims;
}

export const convFilterGradPrimitive: Primitive<ConvFilterGradParams> = {
  name: "convFilterGrad",
  infer: ([x, g], params) => {
    if (!x || !g) return [];
    const wanted = convShape("convFilterGrad", x.shape, params.kernelShape, params);
    if (!sameShape(g.shape, wanted)) {
      throw new ShapeError(
        `convFilterGrad: expected a cotangent of shape ${formatShape(wanted)}, received ${formatShape(g.shape)}.`,
      );
    }
    return [{ shape: params.kernelShape, dtype: convDType("convFilterGrad", x, g) }];
  },
  lowering: { kind: "structured" },
  vjp: ([t], { inputs: [x, g], params, needs }) =>
    t && x && g
      ? [needs[0] ? convInputGrad(g, t, x.shape, params) : null, needs[1] ? conv(x, t, params) : null]
      : [],
  samples: () =>
    convSamples(
      (x, _, out) => [x, out],
      (params, _, kernel) => ({ ...params, kernelShape: kernel }),
    ),
};

/** The meaning of `convFilterGrad`, in double precision. */
export const convFilterGradMeaning: Meaning<ConvFilterGradParams> = ([x, g], params) => {
  if (!x || !g) return [];
  const kernel = zeroArray(params.kernelShape, x.dtype);
  visitProducts(x.shape, kernel.shape, g.shape, params, (i, k, o) => {
    kernel.data[k] = (kernel.data[k] ?? 0) + (x.data[i] ?? 0) * (g.data[o] ?? 0);
  });
  return [kernel];
};

/** Gradient of `conv` with respect to its kernel. `g` is shaped like the convolution's result. */
export function convFilterGrad(
  x: Var,
  g: Var,
  kernelShape: Dims,
  { strides, padding, dilation, groups }: ConvParams,
): Var {
  return emitOne(convFilterGradPrimitive, [x, g], { strides, padding, dilation, groups, kernelShape });
}
