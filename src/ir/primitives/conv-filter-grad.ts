import { ShapeError } from "../../util/errors.ts";
import {
  type ConvParams,
  convDType,
  convSamples,
  convShape,
  visitProducts,
  zeroArray,
} from "../convolution.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { type Dims, formatShape, sameShape } from "../shape.ts";

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
  evaluate: ([x, g], params) => {
    if (!x || !g) return [];
    const kernel = zeroArray(params.kernelShape, x.dtype);
    visitProducts(x.shape, kernel.shape, g.shape, params, (i, k, o) => {
      kernel.data[k] = (kernel.data[k] ?? 0) + (x.data[i] ?? 0) * (g.data[o] ?? 0);
    });
    return [kernel];
  },
  lowering: { kind: "structured" },
  vjp: ([t], { inputs: [x, g], params, needs, p }) =>
    t && x && g
      ? [needs[0] ? p.convInputGrad(g, t, x.shape, params) : null, needs[1] ? p.conv(x, t, params) : null]
      : [],
  samples: () =>
    convSamples(
      (x, _, out) => [x, out],
      (params, _, kernel) => ({ ...params, kernelShape: kernel }),
    ),
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
