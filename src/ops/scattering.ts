import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape, sizeOf, stridesOf } from "../ir/shape.ts";
import { ShapeError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { Op2, Op3 } from "./core/op-types.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { positions } from "./get-item.ts";

/** Linear positions of index vectors `[…, k]` in the first k axes of a shape. */
function linearPositions(
  where: string,
  indices: Var,
  shape: readonly number[],
): { linear: Var; depth: number } {
  const depth = indices.shape.at(-1) ?? 0;
  if (indices.shape.length === 0 || depth > shape.length) {
    throw new ShapeError(
      `${where}: expected indices of shape [n, k] with k ≤ ${shape.length}, received ${formatShape(indices.shape)}.`,
    );
  }
  const count = sizeOf(indices.shape.slice(0, -1));
  const rows = p.reshape(castTo(indices, "int32"), [count, depth]);
  const sizes = shape.slice(0, depth);
  const steps = stridesOf(sizes);
  let linear = p.full(0, [count], "int32");
  sizes.forEach((size, i) => {
    const column = p.reshape(p.slice(rows, [0, i], [count, i + 1]), [count]);
    linear = p.add(linear, p.scale(positions(column, size), steps[i] ?? 1));
  });
  return { linear, depth };
}

export type Reduction = "add" | "max" | "min" | "mul";

function scatterInto(where: string, x: Var, indices: Var, updates: Var, mode: "set" | Reduction): Var {
  const { linear, depth } = linearPositions(where, indices, x.shape);
  const rest = x.shape.slice(depth);
  const flat = p.reshape(x, [sizeOf(x.shape.slice(0, depth)), ...rest]);
  const parts = p.reshape(castTo(updates, x.dtype), [linear.shape[0] ?? 0, ...rest]);
  return p.reshape(p.scatter(flat, linear, parts, 0, mode), x.shape);
}

/** Zeros of a shape with `values` added at `indices` (`[n, k]`). @see Keras `ops.scatter` */
export const scatter: Op2<[{ readonly shape: readonly number[] }], "values"> = defineOp(
  { name: "scatter", module: "core", args: { indices: "tensor", values: "tensor", shape: "static" } },
  ({
    indices,
    values,
    shape,
  }: {
    readonly indices: Tensor;
    readonly values: Tensor;
    readonly shape: readonly number[];
  }) =>
    wrap(scatterInto("ops.scatter", p.full(0, shape, values.dtype), indices.traced, values.traced, "add")),
);

/** `inputs` with `updates` put in, or combined (`add`, `max`, `min`, `mul`), at `indices` (`[n, k]`). @see Keras `ops.scatter_update` */
export const scatterUpdate: Op3<[{ readonly reduction?: Reduction | null }], "indices", "updates"> = defineOp(
  {
    name: "scatterUpdate",
    module: "core",
    args: { inputs: "tensor", indices: "tensor", updates: "tensor", reduction: opt(null) },
  },
  (a: {
    readonly inputs: Tensor;
    readonly indices: Tensor;
    readonly updates: Tensor;
    readonly reduction: Reduction | null;
  }) => {
    const mode =
      a.reduction === null
        ? "set"
        : oneOf("ops.scatterUpdate", "reduction", a.reduction, ["add", "max", "min", "mul"]);
    return wrap(scatterInto("ops.scatterUpdate", a.inputs.traced, a.indices.traced, a.updates.traced, mode));
  },
);
