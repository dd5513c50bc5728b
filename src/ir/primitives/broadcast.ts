import { ShapeError } from "../../util/errors.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { type Dims, formatShape, indicesOf, sizeOf, stridesOf } from "../shape.ts";

export interface BroadcastParams extends Record<string, unknown> {
  readonly shape: Dims;
  /** For each input axis, the output axis it becomes; the others are new. */
  readonly axes: Dims;
}

export const broadcastPrimitive: Primitive<BroadcastParams> = {
  name: "broadcast",
  infer: ([x], { shape, axes }) => {
    if (x === undefined) return [];
    const fits =
      axes.length === x.shape.length &&
      axes.every((axis, i) => axis < shape.length && (i === 0 || axis > (axes[i - 1] ?? -1))) &&
      x.shape.every((dim, i) => dim === 1 || dim === shape[axes[i] ?? -1]);
    if (!fits)
      throw new ShapeError(`broadcast: ${formatShape(x.shape)} does not broadcast to ${formatShape(shape)}.`);
    return [{ shape, dtype: x.dtype }];
  },
  lowering: { kind: "view" },
  vjp: ([g], { inputs: [x], params: { shape, axes }, p }) => {
    if (!g || !x) return [];
    const kept = new Set(axes.filter((axis, i) => x.shape[i] === shape[axis]));
    const summed = shape.map((_, axis) => axis).filter((axis) => !kept.has(axis));
    return [p.reshape(p.reduceSum(g, summed), x.shape)];
  },
  samples: () => [
    { inputs: [{ shape: [], dtype: "float32" }], params: { shape: [3, 2], axes: [] } },
    { inputs: [{ shape: [4], dtype: "float32" }], params: { shape: [3, 4], axes: [1] } },
    { inputs: [{ shape: [3, 1], dtype: "float32" }], params: { shape: [3, 5], axes: [0, 1] } },
    {
      inputs: [{ shape: [2, 1, 3], dtype: "int32" }],
      params: { shape: [2, 4, 5, 3], axes: [0, 1, 3] },
      differentiate: false,
    },
  ],
};

/** The meaning of `broadcast`, in double precision. */
export const broadcastMeaning: Meaning<BroadcastParams> = ([x], { shape, axes }) => {
  if (x === undefined) return [];
  const strides = stridesOf(x.shape).map((stride, i) => (x.shape[i] === 1 ? 0 : stride));
  const data = new Float64Array(sizeOf(shape));
  let n = 0;
  for (const index of indicesOf(shape)) {
    let from = 0;
    axes.forEach((axis, i) => (from += (index[axis] ?? 0) * (strides[i] ?? 0)));
    data[n++] = x.data[from] ?? 0;
  }
  return [{ shape, dtype: x.dtype, data }];
};

/** Repeats along new axes and along axes of size 1; `axes[i]` is the output axis of input axis i (default: the last ones). */
export function broadcast(x: Var, shape: Dims, axes?: Dims): Var {
  const to = axes ?? x.shape.map((_, i) => i + shape.length - x.shape.length);
  if (shape.length === x.shape.length && shape.every((dim, i) => dim === x.shape[i])) return x;
  return emitOne(broadcastPrimitive, [x], { shape, axes: to });
}
