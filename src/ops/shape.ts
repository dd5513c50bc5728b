import type { DType } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import { formatShape, normalizeAxes, normalizeAxis, sizeOf } from "../ir/shape.ts";
import type { ExpandDims, Reshaped, Shape, Squeezed, Transposed } from "../ir/shape-types/index.ts";
import { ShapeError } from "../util/errors.ts";
import { axesOf } from "./core/compute.ts";
import { isTensorHolder, toValue } from "./core/convert.ts";
import { wrap } from "./core/lift.ts";
import { defineOp, type OpFunction } from "./core/op.ts";
import type { Op1, Result } from "./core/op-types.ts";
import type { DTypeOf, Operand, ShapeOf } from "./core/signatures.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { Value } from "./core/value.ts";

/** Sizes with one -1 (or null) replaced by what is left of `size` elements. */
export function resolveShape(
  where: string,
  from: readonly number[],
  to: readonly (number | null)[],
): number[] {
  const wanted = to.map((dim) => dim ?? -1);
  const known = sizeOf(wanted.filter((dim) => dim !== -1));
  const size = sizeOf(from);
  const unknowns = wanted.filter((dim) => dim === -1).length;
  const isInvalid = unknowns > 1 || wanted.some((dim) => !Number.isInteger(dim) || dim < -1);
  if (isInvalid || (unknowns === 0 ? known !== size : known === 0 ? size !== 0 : size % known !== 0)) {
    throw new ShapeError(
      `${where}: a tensor of shape ${formatShape(from)} (${size} elements) cannot take the shape ${formatShape(wanted)}. Expected sizes whose product is ${size}, at most one of them -1.`,
    );
  }
  return wanted.map((dim) => (dim === -1 ? (known === 0 ? 0 : size / known) : dim));
}

/** The same elements in another shape; one size may be -1. @see Keras `ops.reshape` */
export const reshape: OpFunction<
  <X extends Operand, const T extends readonly (number | null)[]>(
    x: X,
    newshape: T | { readonly newshape: T },
  ) => Result<X, T extends readonly number[] ? Reshaped<ShapeOf<X>, T> : Shape, DTypeOf<X>>
> = defineOp(
  {
    name: "reshape",
    args: { x: "tensor", newshape: "static" },
    infer: ({ x, newshape }) => {
      const { shape, dtype } = toValue(x as Tensor); // SAFETY: a tensor argument
      const wanted = typeof newshape === "number" ? [newshape] : (newshape as readonly (number | null)[]); // SAFETY: as declared
      const known = shape.every((dim) => dim !== null);
      // With an unknown size, what -1 stands for is unknown too.
      if (!known) return { shape: wanted.map((dim) => (dim === -1 ? null : dim)), dtype };
      return {
        shape: resolveShape(
          "ops.reshape",
          shape.map((dim) => dim ?? 0),
          wanted,
        ),
        dtype,
      };
    },
  },
  ({ x, newshape }: { readonly x: Tensor; readonly newshape: readonly (number | null)[] | number }) =>
    wrap(
      p.reshape(
        x.traced,
        resolveShape("ops.reshape", x.dims, typeof newshape === "number" ? [newshape] : newshape),
      ),
    ),
);

/** All elements as a vector. @see Keras `ops.ravel` */
export const ravel: Op1 = defineOp(
  { name: "ravel", args: { x: "tensor" } },
  ({ x }: { readonly x: Tensor }) => wrap(p.reshape(x.traced, [x.size])),
);

/** Permutes the axes; by default reverses them. @see Keras `ops.transpose` */
export const transpose: OpFunction<
  <X extends Operand, const A extends readonly number[] | null = null>(
    x: X,
    axes?: A | { readonly axes?: A },
  ) => Result<X, Transposed<"transpose", ShapeOf<X>, A>, DTypeOf<X>>
> = defineOp(
  { name: "transpose", args: { x: "tensor", axes: opt(null) } },
  ({ x, axes }: { readonly x: Tensor; readonly axes: readonly number[] | null }) => {
    const rank = x.dims.length;
    const perm = axes?.map((axis) => normalizeAxis(axis, rank, "ops.transpose")) ?? axesOf(x).toReversed();
    if (perm.length !== rank || new Set(perm).size !== rank) {
      throw new ShapeError(
        `ops.transpose: expected a permutation of the ${rank} axes of ${formatShape(x.shape)}, received ${formatShape(perm)}.`,
      );
    }
    return wrap(p.transpose(x.traced, perm));
  },
);

/** Moves axes to other places; the others keep their order. @see Keras `ops.moveaxis` */
export const moveaxis: Op1<
  [{ readonly source: number | readonly number[] }, { readonly destination: number | readonly number[] }]
> = defineOp(
  { name: "moveaxis", args: { x: "tensor", source: "static", destination: "static" } },
  (a: {
    readonly x: Tensor;
    readonly source: number | readonly number[];
    readonly destination: number | readonly number[];
  }) => {
    const rank = a.x.dims.length;
    const list = (axes: number | readonly number[]): number[] =>
      (typeof axes === "number" ? [axes] : axes).map((axis) => normalizeAxis(axis, rank, "ops.moveaxis"));
    const [from, to] = [list(a.source), list(a.destination)];
    if (from.length !== to.length) {
      throw new ShapeError(
        `ops.moveaxis: expected as many sources as destinations, received ${from.length} and ${to.length}.`,
      );
    }
    const perm = axesOf(a.x).filter((axis) => !from.includes(axis));
    const moves = from.map((axis, i): [number, number] => [to[i] ?? 0, axis]).toSorted(([i], [j]) => i - j);
    for (const [place, axis] of moves) perm.splice(place, 0, axis);
    return wrap(p.transpose(a.x.traced, perm));
  },
);

/** Exchanges two axes. @see Keras `ops.swapaxes` */
export const swapaxes: Op1<[{ readonly axis1: number }, { readonly axis2: number }]> = defineOp(
  { name: "swapaxes", args: { x: "tensor", axis1: "static", axis2: "static" } },
  ({ x, axis1, axis2 }: { readonly x: Tensor; readonly axis1: number; readonly axis2: number }) => {
    const [i, j] = [axis1, axis2].map((axis) => normalizeAxis(axis, x.dims.length, "ops.swapaxes"));
    return wrap(
      p.transpose(
        x.traced,
        axesOf(x).map((axis) => (axis === i ? (j ?? 0) : axis === j ? (i ?? 0) : axis)),
      ),
    );
  },
);

/** A new axis of size 1 (or several). @see Keras `ops.expand_dims` */
export const expandDims: OpFunction<{
  <X extends Operand, const A extends number>(
    x: X,
    axis: A | { readonly axis: A },
  ): Result<X, ExpandDims<ShapeOf<X>, A>, DTypeOf<X>>;
  <X extends Operand>(
    x: X,
    axis: readonly number[] | { readonly axis: readonly number[] },
  ): Result<X, Shape, DTypeOf<X>>;
}> = defineOp(
  { name: "expandDims", args: { x: "tensor", axis: "static" } },
  ({ x, axis }: { readonly x: Tensor; readonly axis: number | readonly number[] }) => {
    const list = typeof axis === "number" ? [axis] : axis;
    const rank = x.dims.length + list.length;
    const places = normalizeAxes(list, rank, "ops.expandDims");
    const old = [...x.dims];
    return wrap(
      p.reshape(
        x.traced,
        Array.from({ length: rank }, (_, i) => (places.includes(i) ? 1 : (old.shift() ?? 1))),
      ),
    );
  },
);

/** Without axes of size 1: all of them, or those named. @see Keras `ops.squeeze` */
export const squeeze: OpFunction<{
  <X extends Operand, const A extends number | null = null>(
    x: X,
    axis?: A | { readonly axis?: A },
  ): Result<X, Squeezed<ShapeOf<X>, A>, DTypeOf<X>>;
  <X extends Operand>(
    x: X,
    axis: readonly number[] | { readonly axis: readonly number[] },
  ): Result<X, Shape, DTypeOf<X>>;
}> = defineOp(
  {
    name: "squeeze",
    args: { x: "tensor", axis: opt(null) },
    infer: ({ x, axis }) => {
      const { shape, dtype } = toValue(x as Operand as Tensor); // SAFETY: a tensor argument
      const places =
        axis === null
          ? axesOf({ shape }).filter((i) => shape[i] === 1)
          : squeezable(shape, axis as number | readonly number[]); // SAFETY: as declared
      return { shape: shape.filter((_, i) => !places.includes(i)), dtype };
    },
  },
  ({ x, axis }: { readonly x: Tensor; readonly axis: number | readonly number[] | null }) => {
    const places = axis === null ? axesOf(x).filter((i) => x.dims[i] === 1) : squeezable(x.shape, axis);
    return wrap(
      p.reshape(
        x.traced,
        x.dims.filter((_, i) => !places.includes(i)),
      ),
    );
  },
);

function squeezable(shape: Shape, axis: number | readonly number[]): number[] {
  const places = normalizeAxes(axis, shape.length, "ops.squeeze");
  const wrong = places.find((i) => shape[i] !== 1 && shape[i] !== null);
  if (wrong !== undefined)
    throw new ShapeError(
      `ops.squeeze: axis ${wrong} of ${formatShape(shape)} has size ${shape[wrong]}; only axes of size 1 can be removed.`,
    );
  return places;
}

/** Repeats axes of size 1, and adds axes in front, to get a shape. @see Keras `ops.broadcast_to` */
export const broadcastTo: OpFunction<
  <X extends Operand, const T extends readonly number[]>(
    x: X,
    shape: T | { readonly shape: T },
  ) => Result<X, T, DTypeOf<X>>
> = defineOp(
  { name: "broadcastTo", args: { x: "tensor", shape: "static" } },
  ({ x, shape }: { readonly x: Tensor; readonly shape: readonly number[] }) => {
    const added = shape.length - x.dims.length;
    if (added < 0 || x.dims.some((dim, i) => dim !== 1 && dim !== shape[added + i])) {
      throw new ShapeError(
        `ops.broadcastTo: a tensor of shape ${formatShape(x.shape)} does not broadcast to ${formatShape(shape)}. From the last axis on, sizes must be equal or 1.`,
      );
    }
    return wrap(p.broadcast(x.traced, shape));
  },
);

/** Sizes as plain numbers, where the tensor is no symbolic one. */
type Sizes<S extends Shape> = { readonly [K in keyof S]: S[K] extends number ? S[K] : number };

/** The size of every axis; unknown sizes, which only symbolic tensors have, are null. @see Keras `ops.shape` */
export function shape<X extends Tensor>(x: X): Sizes<X["shape"]>;
export function shape<X extends Operand>(x: X): ShapeOf<X>;
export function shape(x: Operand): Shape {
  return valueOf(x).shape;
}

/** Number of axes. @see Keras `ops.ndim` */
export const ndim: (x: Operand) => number = (x) => valueOf(x).shape.length;

/** Number of elements; null where a size is unknown. @see Keras `ops.size` */
export const size: (x: Operand) => number | null = (x) => {
  const dims = valueOf(x).shape;
  return dims.reduce<number | null>((count, dim) => (count === null || dim === null ? null : count * dim), 1);
};

/** Element type. @see Keras `ops.dtype` */
export const dtype: (x: Operand) => DType = (x) => valueOf(x).dtype;

/** True for tensors and symbolic tensors. @see Keras `ops.is_tensor` */
export const isTensor: (x: unknown) => boolean = (x) => x instanceof Value;

function valueOf(x: Operand): Value {
  if (x instanceof Value) return x;
  // SAFETY: what is no value is what toValue takes.
  return isTensorHolder(x) ? x.toTensor() : toValue(x as Parameters<typeof toValue>[0]);
}
