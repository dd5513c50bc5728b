import { ShapeError } from "../../util/errors.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { type Dims, formatShape, stridesOf } from "../shape.ts";
import { gatherStrided } from "../strided.ts";

export interface TransposeParams extends Record<string, unknown> {
  /** For each output axis, the input axis it shows. */
  readonly perm: Dims;
}

export const transposePrimitive: Primitive<TransposeParams> = {
  name: "transpose",
  infer: ([x], { perm }) => {
    if (x === undefined) return [];
    const sorted = perm.toSorted((a, b) => a - b);
    if (sorted.length !== x.shape.length || sorted.some((axis, i) => axis !== i)) {
      throw new ShapeError(
        `transpose: ${formatShape(perm)} is not a permutation of the ${x.shape.length} axes of ${formatShape(x.shape)}.`,
      );
    }
    return [{ shape: perm.map((axis) => x.shape[axis] ?? 0), dtype: x.dtype }];
  },
  lowering: { kind: "view" },
  vjp: ([g], { params: { perm }, p }) =>
    g
      ? [
          p.transpose(
            g,
            perm.map((_, i) => perm.indexOf(i)),
          ),
        ]
      : [],
  samples: () =>
    [
      { shape: [3, 5], perm: [1, 0] },
      { shape: [2, 3, 4], perm: [2, 0, 1] },
      { shape: [2, 1, 4, 3], perm: [0, 2, 1, 3] },
      { shape: [40, 33], perm: [1, 0] },
    ].map(({ shape, perm }) => ({ inputs: [{ shape, dtype: "float32" as const }], params: { perm } })),
};

/** The meaning of `transpose`, in double precision. */
export const transposeMeaning: Meaning<TransposeParams> = ([x], { perm }) => {
  if (x === undefined) return [];
  const strides = stridesOf(x.shape);
  return [
    gatherStrided(
      x,
      perm.map((axis) => x.shape[axis] ?? 0),
      perm.map((axis) => strides[axis] ?? 0),
    ),
  ];
};

/** Permutes the axes: output axis i is input axis `perm[i]`. */
export function transpose(x: Var, perm: Dims): Var {
  const identity = perm.length === x.shape.length && perm.every((axis, i) => axis === i);
  return identity ? x : emitOne(transposePrimitive, [x], { perm });
}
