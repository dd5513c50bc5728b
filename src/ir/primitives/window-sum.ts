import { ShapeError } from "../../util/errors.ts";
import { zeroArray } from "../convolution.ts";
import {
  evaluatePool,
  inferPool,
  poolCases,
  pooledShape,
  poolSamples,
  visitWindows,
  type WindowParams,
} from "../pooling.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { type Dims, formatShape, sameShape } from "../shape.ts";

// The sum and its gradient: each is the gradient of the other, so they live in one file.

export const windowSumPrimitive: Primitive<WindowParams> = {
  name: "windowSum",
  infer: ([x], params) => inferPool("windowSum", x, params),
  lowering: { kind: "structured" },
  vjp: ([g], { inputs: [x], params }) => (g && x ? [windowSumGrad(g, x.shape, params)] : []),
  samples: () => poolSamples(),
};

/** The meaning of `windowSum`, in double precision. */
export const windowSumMeaning: Meaning<WindowParams> = ([x], params) =>
  evaluatePool("windowSum", x, params, 0, (a, b) => a + b);

/** Sum over a window that moves along the spatial axes of `[batch, …spatial, channels]`; padding counts as 0. */
export function windowSum(x: Var, { window, strides, padding, dilation }: WindowParams): Var {
  return emitOne(windowSumPrimitive, [x], { window, strides, padding, dilation });
}

export interface WindowSumGradParams extends WindowParams {
  readonly inputShape: Dims;
}

export const windowSumGradPrimitive: Primitive<WindowSumGradParams> = {
  name: "windowSumGrad",
  infer: ([g], params) => {
    if (!g) return [];
    const wanted = pooledShape("windowSumGrad", params.inputShape, params);
    if (!sameShape(g.shape, wanted)) {
      throw new ShapeError(
        `windowSumGrad: expected a cotangent of shape ${formatShape(wanted)}, received ${formatShape(g.shape)}.`,
      );
    }
    return [{ shape: params.inputShape, dtype: g.dtype }];
  },
  lowering: { kind: "structured" },
  vjp: ([t], { params }) => (t ? [windowSum(t, params)] : []),
  samples: () =>
    poolCases.map(({ shape, params }) => ({
      inputs: [{ shape: pooledShape("windowSum", shape, params), dtype: "float32" as const }],
      params: { ...params, inputShape: shape },
    })),
};

/** The meaning of `windowSumGrad`, in double precision. */
export const windowSumGradMeaning: Meaning<WindowSumGradParams> = ([g], params) => {
  if (!g) return [];
  const x = zeroArray(params.inputShape, g.dtype);
  visitWindows(
    x.shape,
    g.shape,
    params,
    (to, from) => (x.data[from] = (x.data[from] ?? 0) + (g.data[to] ?? 0)),
  );
  return [x];
};

/** Gradient of `windowSum`: each cotangent goes to every element of its window. */
export function windowSumGrad(
  g: Var,
  inputShape: Dims,
  { window, strides, padding, dilation }: WindowParams,
): Var {
  return emitOne(windowSumGradPrimitive, [g], { window, strides, padding, dilation, inputShape });
}
