import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape, normalizeAxis } from "../ir/shape.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import type { Concatenated } from "../ir/shape-types/index.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp, type OpFunction } from "./core/op.ts";
import type { ListOp, Op1Many, Op2, Result } from "./core/op-types.ts";
import { resultType } from "./core/promote.ts";
import type { Operand, ShapeOf } from "./core/signatures.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";

/** All values in their common dtype. */
function alike(where: string, xs: readonly Tensor[]): Var[] {
  if (xs.length === 0)
    throw new ShapeError(`${where}: expected at least one tensor, received an empty list.`);
  const dtype = resultType(xs);
  return xs.map((x) => castTo(x.traced, dtype));
}

/** Joins values along an axis after checking that the others agree. */
export function joinAlong(where: string, xs: readonly Var[], axis: number): Var {
  const [first] = xs;
  if (first === undefined) throw new ShapeError(`${where}: expected at least one tensor.`);
  const at = normalizeAxis(axis, first.shape.length, where);
  const odd = xs.find(
    ({ shape }) =>
      shape.length !== first.shape.length || shape.some((dim, i) => i !== at && dim !== first.shape[i]),
  );
  if (odd !== undefined) {
    throw new ShapeError(
      `${where}: shapes ${xs.map(({ shape }) => formatShape(shape)).join(", ")} cannot be joined along axis ${at}: all other axes must have equal sizes.`,
    );
  }
  return xs.length === 1 ? first : p.concat(xs, at);
}

function stackAlong(where: string, xs: readonly Var[], axis: number): Var {
  const rank = (xs[0]?.shape.length ?? 0) + 1;
  const at = normalizeAxis(axis, rank, where);
  return joinAlong(
    where,
    xs.map((x) => p.reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)])),
    at,
  );
}

/** The shapes of a tuple of operands. */
type ShapesOf<X extends readonly Operand[]> = { readonly [K in keyof X]: ShapeOf<X[K]> };

/** Joins tensors along an axis; all other sizes agree. @see Keras `ops.concatenate` */
export const concatenate: OpFunction<
  <const X extends readonly Operand[], const A extends number = 0>(
    xs: X,
    axis?: A | { readonly axis?: A },
  ) => Result<X[number], Concatenated<"concatenate", ShapesOf<X>, A>>
> = defineOp(
  { name: "concatenate", args: { xs: "tensors", axis: opt(0) } },
  ({ xs, axis }: { readonly xs: readonly Tensor[]; readonly axis: number | null }) =>
    wrap(
      axis === null
        ? joinAlong(
            "ops.concatenate",
            alike("ops.concatenate", xs).map((x) => p.reshape(x, [x.shape.reduce((a, b) => a * b, 1)])),
            0,
          )
        : joinAlong("ops.concatenate", alike("ops.concatenate", xs), axis),
    ),
);

/** Joins tensors of one shape along a new axis. @see Keras `ops.stack` */
export const stack: ListOp<[{ readonly axis?: number }]> = defineOp(
  { name: "stack", args: { x: "tensors", axis: opt(0) } },
  ({ x, axis }: { readonly x: readonly Tensor[]; readonly axis: number }) =>
    wrap(stackAlong("ops.stack", alike("ops.stack", x), axis)),
);

interface Several {
  readonly xs: readonly Tensor[];
}

/** Adds axes of size 1 in front until the rank is reached. */
function atLeast(x: Var, rank: number): Var {
  return x.shape.length >= rank
    ? x
    : p.reshape(x, [...Array.from({ length: rank - x.shape.length }, () => 1), ...x.shape]);
}

/** Joins along the second axis; vectors along their only one. @see Keras `ops.hstack` */
export const hstack: ListOp = defineOp({ name: "hstack", args: { xs: "tensors" } }, ({ xs }: Several) => {
  const values = alike("ops.hstack", xs).map((x) => atLeast(x, 1));
  return wrap(joinAlong("ops.hstack", values, values[0]?.shape.length === 1 ? 0 : 1));
});

/** Joins along the first axis; vectors are rows. @see Keras `ops.vstack` */
export const vstack: ListOp = defineOp({ name: "vstack", args: { xs: "tensors" } }, ({ xs }: Several) =>
  wrap(
    joinAlong(
      "ops.vstack",
      alike("ops.vstack", xs).map((x) => atLeast(x, 2)),
      0,
    ),
  ),
);

/** Joins along the third axis. @see Keras `ops.dstack` */
export const dstack: ListOp = defineOp({ name: "dstack", args: { xs: "tensors" } }, ({ xs }: Several) => {
  const deep = (x: Var): Var => {
    const matrix = atLeast(x, 2);
    return matrix.shape.length >= 3 ? matrix : p.reshape(matrix, [...matrix.shape, 1]);
  };
  return wrap(joinAlong("ops.dstack", alike("ops.dstack", xs).map(deep), 2));
});

/** Joins vectors as the columns of a matrix. @see Keras `ops.column_stack` */
export const columnStack: ListOp = defineOp(
  { name: "columnStack", args: { xs: "tensors" } },
  ({ xs }: Several) => {
    const column = (x: Var): Var => (x.shape.length >= 2 ? x : p.reshape(x, [x.shape[0] ?? 1, 1]));
    return wrap(joinAlong("ops.columnStack", alike("ops.columnStack", xs).map(column), 1));
  },
);

/** Puts `x2` behind `x1` along an axis; both flattened when `axis` is null. @see Keras `ops.append` */
export const append: Op2<[{ readonly axis?: number | null }]> = defineOp(
  { name: "append", args: { x1: "tensor", x2: "tensor", axis: opt(null) } },
  ({ x1, x2, axis }: { readonly x1: Tensor; readonly x2: Tensor; readonly axis: number | null }) => {
    const values = alike("ops.append", [x1, x2]);
    if (axis !== null) return wrap(joinAlong("ops.append", values, axis));
    return wrap(
      joinAlong(
        "ops.append",
        values.map((x) => p.reshape(x, [x.shape.reduce((a, b) => a * b, 1)])),
        0,
      ),
    );
  },
);

/** Where to split: into how many parts, or at which places. */
export type Sections = number | readonly number[];

interface SplitArguments {
  readonly x: Tensor;
  readonly indicesOrSections: Sections;
}

/** The places at which an axis of `n` elements is split. */
function placesOf(where: string, n: number, sections: Sections, isEven: boolean): number[] {
  if (typeof sections !== "number")
    return sections.map((at) => Math.min(n, Math.max(0, at < 0 ? at + n : at)));
  if (!Number.isInteger(sections) || sections < 1)
    throw new OptionError(`${where}: expected a number of parts ≥ 1, received ${sections}.`);
  if (isEven && n % sections !== 0) {
    throw new ShapeError(
      `${where}: an axis of size ${n} does not fall into ${sections} equal parts. Use ops.arraySplit, or give the places.`,
    );
  }
  const [base, longer] = [Math.floor(n / sections), n % sections];
  return Array.from({ length: sections - 1 }, (_, i) => base * (i + 1) + Math.min(i + 1, longer));
}

function splitAlong(where: string, x: Var, sections: Sections, axis: number, isEven = true): Tensor[] {
  const at = normalizeAxis(axis, x.shape.length, where);
  const n = x.shape[at] ?? 0;
  const places = placesOf(where, n, sections, isEven);
  return [0, ...places].map((start, i) => {
    const limit = Math.max(start, places[i] ?? n);
    return wrap(
      p.slice(
        x,
        x.shape.map((_, d) => (d === at ? start : 0)),
        x.shape.map((dim, d) => (d === at ? limit : dim)),
      ),
    );
  });
}

export type SplitOptions = [{ readonly indicesOrSections: Sections }, { readonly axis?: number }];

/** Splits an axis into equal parts, or at given places. @see Keras `ops.split` */
export const split: Op1Many<SplitOptions> = defineOp(
  { name: "split", args: { x: "tensor", indicesOrSections: "static", axis: opt(0) } },
  ({ x, indicesOrSections, axis }: SplitArguments & { readonly axis: number }) =>
    splitAlong("ops.split", x.traced, indicesOrSections, axis),
);

/** Splits an axis into parts whose sizes differ by at most one. @see Keras `ops.array_split` */
export const arraySplit: Op1Many<SplitOptions> = defineOp(
  { name: "arraySplit", args: { x: "tensor", indicesOrSections: "static", axis: opt(0) } },
  ({ x, indicesOrSections, axis }: SplitArguments & { readonly axis: number }) =>
    splitAlong("ops.arraySplit", x.traced, indicesOrSections, axis, false),
);

function splitOp(
  name: string,
  axisOf: (rank: number) => number,
): Op1Many<[{ readonly indicesOrSections: Sections }]> {
  return defineOp(
    { name, args: { x: "tensor", indicesOrSections: "static" } },
    ({ x, indicesOrSections }: SplitArguments) =>
      splitAlong(`ops.${name}`, x.traced, indicesOrSections, axisOf(x.dims.length)),
  );
}

/** Splits the second axis (the first of a vector). @see Keras `ops.hsplit` */
export const hsplit: Op1Many<[{ readonly indicesOrSections: Sections }]> = splitOp("hsplit", (rank) =>
  rank === 1 ? 0 : 1,
);

/** Splits the first axis. @see Keras `ops.vsplit` */
export const vsplit: Op1Many<[{ readonly indicesOrSections: Sections }]> = splitOp("vsplit", () => 0);

/** Splits the third axis. @see Keras `ops.dsplit` */
export const dsplit: Op1Many<[{ readonly indicesOrSections: Sections }]> = splitOp("dsplit", () => 2);

/** The slices along an axis, without it. @see Keras `ops.unstack` */
export const unstack: Op1Many<[{ readonly num?: number | null }, { readonly axis?: number }]> = defineOp(
  { name: "unstack", module: "core", args: { x: "tensor", num: opt(null), axis: opt(0) } },
  ({ x, num, axis }: { readonly x: Tensor; readonly num: number | null; readonly axis: number }) => {
    const at = normalizeAxis(axis, x.dims.length, "ops.unstack");
    const count = x.dims[at] ?? 0;
    if (num !== null && num !== count)
      throw new ShapeError(
        `ops.unstack: axis ${at} of ${formatShape(x.shape)} has ${count} slices, not ${num}.`,
      );
    const shape = x.dims.filter((_, i) => i !== at);
    return splitAlong("ops.unstack", x.traced, count, at).map((slice) =>
      wrap(p.reshape(slice.traced, shape)),
    );
  },
);
