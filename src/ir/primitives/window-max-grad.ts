import { ShapeError } from "../../util/errors.ts";
import { zeroArray } from "../convolution.ts";
import { poolCases, pooledShape, visitWindows, type WindowParams } from "../pooling.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { formatShape, sameShape } from "../shape.ts";

export const windowMaxGradPrimitive: Primitive<WindowParams> = {
  name: "windowMaxGrad",
  infer: ([x, g], params) => {
    if (!x || !g) return [];
    const wanted = pooledShape("windowMaxGrad", x.shape, params);
    if (!sameShape(g.shape, wanted)) {
      throw new ShapeError(
        `windowMaxGrad: expected a cotangent of shape ${formatShape(wanted)}, received ${formatShape(g.shape)}.`,
      );
    }
    return [{ shape: x.shape, dtype: g.dtype }];
  },
  evaluate: ([x, g], params) => {
    if (!x || !g) return [];
    const winners = new Int32Array(g.data.length).fill(-1);
    visitWindows(x.shape, g.shape, params, (to, from) => {
      const best = winners[to] ?? -1;
      if (best < 0 || (x.data[from] ?? 0) > (x.data[best] ?? 0)) winners[to] = from;
    });
    const dx = zeroArray(x.shape, g.dtype);
    winners.forEach((from, to) => {
      if (from >= 0) dx.data[from] = (dx.data[from] ?? 0) + (g.data[to] ?? 0);
    });
    return [dx];
  },
  lowering: { kind: "structured" },
  vjp: notDifferentiable("second derivatives of max pooling are not built", "error"),
  samples: () => [
    ...poolCases.map(({ shape, params }) => ({
      inputs: [
        { shape, dtype: "float32" as const },
        { shape: pooledShape("windowMax", shape, params), dtype: "float32" as const },
      ],
      params,
    })),
    // Ties: few distinct values.
    {
      inputs: [
        { shape: [1, 4, 4, 1], dtype: "float32", values: [1, 1, 2, 2, 1, 1, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0] },
        { shape: [1, 2, 2, 1], dtype: "float32" },
      ],
      params: {
        window: [2, 2],
        strides: [2, 2],
        padding: [
          [0, 0],
          [0, 0],
        ],
        dilation: [1, 1],
      },
    },
  ],
};

/** Gradient of `windowMax` at `x`: each cotangent goes to the first maximum of its window. */
export function windowMaxGrad(x: Var, g: Var, { window, strides, padding, dilation }: WindowParams): Var {
  return emitOne(windowMaxGradPrimitive, [x, g], { window, strides, padding, dilation });
}
