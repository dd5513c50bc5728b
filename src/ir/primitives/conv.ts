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

export const convPrimitive: Primitive<ConvParams> = {
  name: "conv",
  infer: ([x, kernel], params) =>
    x && kernel
      ? [{ shape: convShape("conv", x.shape, kernel.shape, params), dtype: convDType("conv", x, kernel) }]
      : [],
  evaluate: ([x, kernel], params) => {
    if (!x || !kernel) return [];
    const y = zeroArray(convShape("conv", x.shape, kernel.shape, params), x.dtype);
    visitProducts(x.shape, kernel.shape, y.shape, params, (i, k, o) => {
      y.data[o] = (y.data[o] ?? 0) + (x.data[i] ?? 0) * (kernel.data[k] ?? 0);
    });
    return [y];
  },
  lowering: { kind: "structured" },
  vjp: ([g], { inputs: [x, kernel], params, needs, p }) =>
    g && x && kernel
      ? [
          needs[0] ? p.convInputGrad(g, kernel, x.shape, params) : null,
          needs[1] ? p.convFilterGrad(x, g, kernel.shape, params) : null,
        ]
      : [],
  samples: () =>
    convSamples(
      (x, kernel) => [x, kernel],
      (params) => params,
    ),
};

/** N-dimensional convolution (cross-correlation) of `[batch, …spatial, channels]` with `[…window, channels/groups, filters]`. */
export function conv(x: Var, kernel: Var, { strides, padding, dilation, groups }: ConvParams): Var {
  return emitOne(convPrimitive, [x, kernel], { strides, padding, dilation, groups });
}
