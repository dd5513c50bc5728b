import { type DType, toDType } from "../ir/dtypes.ts";
import { floatx } from "../ir/floatx.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { broadcastShapes, formatShape, normalizeAxis, sizeOf, stridesOf } from "../ir/shape.ts";
import type { OneHot } from "../ir/shape-types/index.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { broadcastSymbolic } from "./core/binary.ts";
import { spread, toBool } from "./core/compute.ts";
import { toValue } from "./core/convert.ts";
import { castTo, wrap } from "./core/lift.ts";
import { type BoundArguments, defineOp, type OpFunction } from "./core/op.ts";
import type { Op1, Op2, Op3, Result } from "./core/op-types.ts";
import { resultType } from "./core/promote.ts";
import type { Operand, Rest, ShapeOf } from "./core/signatures.ts";
import { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { positions } from "./get-item.ts";
import { nonzero } from "./searching.ts";

/** Slices of `x` at `indices` along an axis (of the flattened tensor by default); negative ones count from the end. @see Keras `ops.take` */
export const take: Op2<[{ readonly axis?: number | null }]> = defineOp(
  { name: "take", args: { x: "tensor", indices: "tensor", axis: opt(null) } },
  ({ x, indices, axis }: { readonly x: Tensor; readonly indices: Tensor; readonly axis: number | null }) => {
    const value = axis === null ? p.reshape(x.traced, [x.size]) : x.traced;
    const at = axis === null ? 0 : normalizeAxis(axis, value.shape.length, "ops.take");
    return wrap(p.gather(value, positions(indices, value.shape[at] ?? 0), at));
  },
);

/** For every position along the other axes, elements of `x` at `indices` along one. @see Keras `ops.take_along_axis` */
export const takeAlongAxis: Op2<[{ readonly axis?: number | null }]> = defineOp(
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
export function takeAlong(x: Var, indices: Var, axis: number): Var {
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

const whereOp: OpFunction<(condition: Operand, x1: Operand, x2: Operand) => unknown> = defineOp(
  {
    name: "where",
    args: { condition: "tensor", x1: "tensor", x2: "tensor" },
    infer: ({ condition, x1, x2 }: BoundArguments) => {
      const [test, a, b] = [condition, x1, x2].map((x) => toValue(x as Tensor)); // SAFETY: tensor arguments
      if (test === undefined || a === undefined || b === undefined)
        throw new ShapeError("ops.where: three operands are needed.");
      const shape = broadcastSymbolic(
        test.shape,
        broadcastSymbolic(a.shape, b.shape, "ops.where"),
        "ops.where",
      );
      return { shape, dtype: resultType([a, b]) };
    },
  },
  ({ condition, x1, x2 }: { readonly condition: Tensor; readonly x1: Tensor; readonly x2: Tensor }) => {
    const dtype = resultType([x1, x2]);
    const test = wrap(toBool(condition.traced));
    const shape = [test, x1, x2].map((x) => x.dims).reduce((a, b) => broadcastShapes(a, b, "ops.where"));
    const [a, b] = [x1, x2].map((x) => p.broadcast(castTo(x.traced, dtype), shape));
    if (a === undefined || b === undefined) throw new ShapeError("ops.where: three operands are needed.");
    return wrap(p.select(p.broadcast(test.traced, shape), a, b));
  },
);

/** `x1` where the condition holds, else `x2`; with a condition alone, the places where it holds. @see Keras `ops.where` */
export const where: OpFunction<{
  <C extends Operand, A extends Operand, B extends Operand>(condition: C, x1: A, x2: B): Result<C | A | B>;
  (condition: Operand): readonly Tensor[];
}> = Object.assign(
  whereOrPlaces as never, // SAFETY: one result of the operands' kind, or (without x1 and x2) the places
  { op: whereOp.op },
);

function whereOrPlaces(condition: Operand, x1?: Operand | null, x2?: Operand | null): unknown {
  const [lacksFirst, lacksSecond] = [x1, x2].map((x) => x === undefined || x === null);
  if (lacksFirst !== lacksSecond) {
    throw new OptionError("ops.where: expected both x1 and x2, or neither; received only one of them.");
  }
  return x1 === undefined || x1 === null || x2 === undefined || x2 === null
    ? nonzero(condition)
    : whereOp(condition, x1, x2);
}

/** The first choice whose condition holds, else the default. @see Keras `ops.select` */
export const select: OpFunction<
  <X extends Operand>(
    condlist: readonly Operand[],
    choicelist: readonly X[],
    ...rest: Rest<[{ readonly default?: Operand }]>
  ) => Result<X>
> = defineOp(
  {
    name: "select",
    args: { condlist: "tensors", choicelist: "tensors", default: { kind: "tensor", default: 0 } },
  },
  ({
    condlist,
    choicelist,
    default: otherwise,
  }: {
    readonly condlist: readonly Tensor[];
    readonly choicelist: readonly Tensor[];
    readonly default: Tensor;
  }) => {
    if (condlist.length !== choicelist.length || condlist.length === 0) {
      throw new OptionError(
        `ops.select: expected as many conditions as choices, received ${condlist.length} and ${choicelist.length}.`,
      );
    }
    const dtype = resultType([...choicelist, otherwise]);
    const shape = [...condlist, ...choicelist, otherwise]
      .map((x) => x.dims)
      .reduce((a, b) => broadcastShapes(a, b, "ops.select"));
    const to = (x: Tensor): Var => p.broadcast(castTo(x.traced, dtype), shape);
    const result = condlist.reduceRight((rest, test, i) => {
      const choice = choicelist[i];
      return choice === undefined
        ? rest
        : p.select(p.broadcast(toBool(test.traced), shape), to(choice), rest);
    }, to(otherwise));
    return wrap(result);
  },
);

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
export const scatter: Op2<[{ readonly shape: readonly number[] }]> = defineOp(
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
export const scatterUpdate: Op3<[{ readonly reduction?: Reduction | null }]> = defineOp(
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

/** 1 at the position that an index names along a new axis, 0 elsewhere. */
export function oneHotOf(x: Var, numClasses: number, axis: number, dtype: DType): Var {
  const at = normalizeAxis(axis, x.shape.length + 1, "ops.oneHot");
  const shape = [...x.shape.slice(0, at), numClasses, ...x.shape.slice(at)];
  return castTo(p.eq(spread(castTo(x, "int32"), shape, [at]), p.iota(shape, at, "int32")), dtype);
}

/** Indices as vectors with one 1. @see Keras `ops.one_hot` */
export const oneHot: OpFunction<
  <X extends Operand, const N extends number>(
    x: X,
    numClasses: N,
    ...rest: Rest<
      [{ readonly axis?: number }, { readonly dtype?: DType | null }, { readonly sparse?: boolean }]
    >
  ) => Result<X, OneHot<ShapeOf<X>, N>>
> = defineOp(
  {
    name: "oneHot",
    module: "nn",
    args: { x: "tensor", numClasses: "static", axis: opt(-1), dtype: opt(null), sparse: opt(false) },
  },
  ({
    x,
    numClasses,
    axis,
    dtype,
  }: {
    readonly x: Tensor;
    readonly numClasses: number;
    readonly axis: number;
    readonly dtype: DType | null;
  }) => wrap(oneHotOf(x.traced, numClasses, axis, toDType(dtype ?? floatx(), "ops.oneHot"))),
);

/** Sets of indices as vectors with a 1 for each. @see Keras `ops.multi_hot` */
export const multiHot: Op1<
  [
    { readonly numClasses: number },
    { readonly axis?: number },
    { readonly dtype?: DType | null },
    { readonly sparse?: boolean },
  ]
> = defineOp(
  {
    name: "multiHot",
    module: "nn",
    args: { inputs: "tensor", numClasses: "static", axis: opt(-1), dtype: opt(null), sparse: opt(false) },
  },
  ({
    inputs,
    numClasses,
    axis,
    dtype,
  }: {
    readonly inputs: Tensor;
    readonly numClasses: number;
    readonly axis: number;
    readonly dtype: DType | null;
  }) => {
    const hot = oneHotOf(inputs.traced, numClasses, axis, toDType(dtype ?? floatx(), "ops.multiHot"));
    return wrap(p.reduceMax(hot, [inputs.dims.length > 1 ? 1 : 0]));
  },
);

/** Indices of the flattened tensor as one index tensor for each axis. @see Keras `ops.unravel_index` */
export const unravelIndex: OpFunction<
  <X extends Operand>(indices: X, shape: readonly number[]) => readonly Result<X>[]
> = defineOp(
  { name: "unravelIndex", args: { indices: "tensor", shape: "static" } },
  ({ indices, shape }: { readonly indices: Tensor; readonly shape: readonly number[] }) => {
    const flat = positions(indices, sizeOf(shape));
    const dtype = indices.dtype.includes("int") ? indices.dtype : "int32";
    return stridesOf(shape).map((step, i) => {
      const quotient = p.div(flat, p.fullLike(flat, step));
      return wrap(castTo(p.rem(quotient, p.fullLike(flat, shape[i] ?? 1)), dtype));
    });
  },
);
