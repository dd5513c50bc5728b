import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape } from "../ir/shape.ts";
import { ShapeError } from "../util/errors.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp, type OpFunction } from "./core/op.ts";
import type { Op1, Result } from "./core/op-types.ts";
import type { Operand } from "./core/signatures.ts";
import { Tensor } from "./core/tensor.ts";

/** Start of a block: numbers, or an integer vector. */
export type Start = readonly number[] | Operand;

function isNumbers(start: unknown): start is readonly number[] {
  return Array.isArray(start) && start.every((entry) => typeof entry === "number");
}

function startVector(start: Tensor | readonly (number | Tensor)[]): Var {
  if (start instanceof Tensor) return castTo(start.traced, "int32");
  const parts = start.map((entry) =>
    typeof entry === "number" ? p.full(entry, [1], "int32") : p.reshape(castTo(entry.traced, "int32"), [1]),
  );
  return p.concat(parts, 0);
}

/** The block of a given shape that begins at `startIndices`, moved so that it lies inside. @see Keras `ops.slice` */
export const slice: Op1<[{ readonly startIndices: Start }, { readonly shape: readonly number[] }]> = defineOp(
  { name: "slice", module: "core", args: { inputs: "tensor", startIndices: "call", shape: "static" } },
  ({
    inputs,
    startIndices,
    shape,
  }: {
    readonly inputs: Tensor;
    readonly startIndices: Tensor | readonly number[];
    readonly shape: readonly number[];
  }) => {
    const x = inputs.traced;
    const sizes = shape.map((size, i) =>
      size === -1 && isNumbers(startIndices) ? (x.shape[i] ?? 0) - (startIndices[i] ?? 0) : size,
    );
    if (sizes.length !== x.shape.length || sizes.some((size, i) => size > (x.shape[i] ?? 0) || size < 0)) {
      throw new ShapeError(
        `ops.slice: a block of shape ${formatShape(shape)} does not fit into ${formatShape(x.shape)}.`,
      );
    }
    if (!isNumbers(startIndices)) return wrap(p.dynamicSlice(x, startVector(startIndices), sizes));
    const start = startIndices.map((at, i) => Math.min(Math.max(at, 0), (x.shape[i] ?? 0) - (sizes[i] ?? 0)));
    return wrap(
      p.slice(
        x,
        start,
        start.map((at, i) => at + (sizes[i] ?? 0)),
      ),
    );
  },
);

/** `inputs` with the block that begins at `startIndices` replaced by `updates`. @see Keras `ops.slice_update` */
export const sliceUpdate: OpFunction<
  <X extends Operand>(inputs: X, startIndices: Start, updates: Operand) => Result<X>
> = defineOp(
  {
    name: "sliceUpdate",
    module: "core",
    args: { inputs: "tensor", startIndices: "call", updates: "tensor" },
  },
  ({
    inputs,
    startIndices,
    updates,
  }: {
    readonly inputs: Tensor;
    readonly startIndices: Tensor | readonly number[];
    readonly updates: Tensor;
  }) =>
    wrap(
      p.dynamicUpdateSlice(inputs.traced, castTo(updates.traced, inputs.dtype), startVector(startIndices)),
    ),
);
