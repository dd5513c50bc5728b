import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { broadcastShapes, formatShape, normalizeAxis, sizeOf, stridesOf } from "../ir/shape.ts";
import { ShapeError } from "../util/errors.ts";
import { wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { Op2 } from "./core/op-types.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { positions } from "./get-item.ts";

/** Slices of `x` at `indices` along an axis (of the flattened tensor by default); negative ones count from the end. @see Keras `ops.take` */
export const take: Op2<[{ readonly axis?: number | null }], "indices"> = defineOp(
  { name: "take", args: { x: "tensor", indices: "tensor", axis: opt(null) } },
  ({ x, indices, axis }: { readonly x: Tensor; readonly indices: Tensor; readonly axis: number | null }) => {
    const value = axis === null ? p.reshape(x.traced, [x.size]) : x.traced;
    const at = axis === null ? 0 : normalizeAxis(axis, value.shape.length, "ops.take");
    return wrap(p.gatherRows(value, positions(indices, value.shape[at] ?? 0), at));
  },
);

/** For every position along the other axes, elements of `x` at `indices` along one. @see Keras `ops.take_along_axis` */
export const takeAlongAxis: Op2<[{ readonly axis?: number | null }], "indices"> = defineOp(
  { name: "takeAlongAxis", args: { x: "tensor", indices: "tensor", axis: opt(null) } },
  ({ x, indices, axis }: { readonly x: Tensor; readonly indices: Tensor; readonly axis: number | null }) => {
    const value = axis === null ? p.reshape(x.traced, [x.size]) : x.traced;
    const at = axis === null ? 0 : normalizeAxis(axis, value.shape.length, "ops.takeAlongAxis");
    const places = axis === null ? p.reshape(indices.traced, [indices.size]) : indices.traced;
    if (places.shape.length !== value.shape.length) {
      throw new ShapeError(
        `ops.takeAlongAxis: expected indices of rank ${value.shape.length}, received shape ${formatShape(places.shape)}.`,
      );
    }
    return wrap(takeAlong(value, places, at));
  },
);

/** Elements of `x` at `indices` along an axis; the other axes broadcast. */
function takeAlong(x: Var, indices: Var, axis: number): Var {
  const without = (shape: readonly number[]): number[] => shape.map((dim, i) => (i === axis ? 1 : dim));
  const others = broadcastShapes(without(x.shape), without(indices.shape), "ops.takeAlongAxis");
  const shape = others.map((dim, i) => (i === axis ? (indices.shape[i] ?? 0) : dim));
  const full = p.broadcast(
    x,
    others.map((dim, i) => (i === axis ? (x.shape[i] ?? 0) : dim)),
  );
  const steps = stridesOf(full.shape);
  let linear = p.scale(p.broadcast(positions(indices, x.shape[axis] ?? 0), shape), steps[axis] ?? 1);
  shape.forEach((_, i) => {
    if (i !== axis) linear = p.add(linear, p.scale(p.iota(shape, i, "int32"), steps[i] ?? 1));
  });
  return p.gather(p.reshape(full, [sizeOf(full.shape)]), linear, 0);
}
