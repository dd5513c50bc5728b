import { ShapeError } from "../../util/errors.ts";
import { zeroArray } from "../convolution.ts";
import { poolCases, pooledShape, visitWindows, type WindowParams } from "../pooling.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { type Dims, formatShape, sameShape } from "../shape.ts";

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
  evaluate: ([g], params) => {
    if (!g) return [];
    const x = zeroArray(params.inputShape, g.dtype);
    visitWindows(
      x.shape,
      g.shape,
      params,
      (to, from) => (x.data[from] = (x.data[from] ?? 0) + (g.data[to] ?? 0)),
    );
    return [x];
  },
  lowering: { kind: "structured" },
  vjp: ([t], { params, p }) => (t ? [p.windowSum(t, params)] : []),
  samples: () =>
    poolCases.map(({ shape, params }) => ({
      inputs: [{ shape: pooledShape("windowSum", shape, params), dtype: "float32" as const }],
      params: { ...params, inputShape: shape },
    })),
};

/** Gradient of `windowSum`: each cotangent goes to every element of its window. */
export function windowSumGrad(
  g: Var,
  inputShape: Dims,
  { window, strides, padding, dilation }: WindowParams,
): Var {
  return emitOne(windowSumGradPrimitive, [g], { window, strides, padding, dilation, inputShape });
}
