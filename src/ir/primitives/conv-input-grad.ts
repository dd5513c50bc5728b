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
  evaluate: ([g, kernel], params) => {
    if (!g || !kernel) return [];
    const x = zeroArray(params.inputShape, g.dtype);
    visitProducts(x.shape, kernel.shape, g.shape, params, (i, k, o) => {
      x.data[i] = (x.data[i] ?? 0) + (g.data[o] ?? 0) * (kernel.data[k] ?? 0);
    });
    return [x];
  },
  lowering: { kind: "structured" },
  vjp: ([t], { inputs: [g, kernel], params, needs, p }) =>
    t && g && kernel
      ? [
          needs[0] ? p.conv(t, kernel, params) : null,
          needs[1] ? p.convFilterGrad(t, g, kernel.shape, params) : null,
        ]
      : [],
  samples: () =>
    convSamples(
      (_, kernel, out) => [out, kernel],
      (params, x) => ({ ...params, inputShape: x }),
    ),
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
