import type { DType, TypedArray } from "../../ir/dtypes.ts";
import type {
  Broadcast,
  Cast,
  FloatDType,
  ReduceAxis,
  Reduced,
  Shape,
  ShapeMismatch,
  TensorFamily,
  TensorLike,
  TensorOf,
} from "../../ir/shape-types/index.ts";

/** Nested arrays of numbers, booleans and tensors. */
export type NestedOperand = number | boolean | bigint | TensorLike | readonly NestedOperand[];

/** What an op takes where it wants a tensor: a tensor, a variable, numbers, a typed array. */
export type Operand = TensorLike | { toTensor(): TensorLike } | NestedOperand | TypedArray;

/** The family of an op's result on inputs I (a union): symbolic as soon as one is; C where none is a tensor. */
export type ResultFamily<I, C extends TensorFamily> = Chosen<I extends TensorLike ? I["~family"] : C>;

type Chosen<F extends TensorFamily> = [Extract<F, { readonly symbolic: true }>] extends [never]
  ? F
  : Extract<F, { readonly symbolic: true }>;

/** The result of an op on inputs I. */
export type ResultIn<C extends TensorFamily, I, S = Shape, D extends DType = DType> = TensorOf<
  ResultFamily<I, C>,
  Cast<S, Shape>,
  D
>;

/** The shape of an operand. */
export type ShapeOf<X> = X extends { readonly shape: infer S extends Shape }
  ? S
  : X extends number | boolean | bigint
    ? readonly []
    : Shape;

/** The dtype of an operand. */
export type DTypeOf<X> = X extends { readonly dtype: infer D extends DType } ? D : DType;

/** The dtype in which functions such as `exp` give their results. */
export type FloatOf<D extends DType> = [D] extends [FloatDType]
  ? D
  : [D & FloatDType] extends [never]
    ? "float32"
    : DType;

/** The dtype two operands are promoted to; wide unless it is plain. */
export type PromotedOf<A, B> = [A] extends [number]
  ? WithNumber<DTypeOf<B>>
  : [B] extends [number]
    ? WithNumber<DTypeOf<A>>
    : [DTypeOf<A>] extends [DTypeOf<B>]
      ? [DTypeOf<B>] extends [DTypeOf<A>]
        ? DTypeOf<A>
        : DType
      : DType;

type WithNumber<D extends DType> = [D] extends [FloatDType] ? D : DType;

/** The shape two operands broadcast to. */
export type BroadcastOf<A, B> = Broadcast<"broadcast", ShapeOf<A>, ShapeOf<B>>;

/** `unknown` for a shape, the mismatch (which nothing satisfies) for a mismatch. */
export type Fits<S> = [S] extends [ShapeMismatch] ? S : unknown;

/** The shape of a reduction of X. */
export type ReducedOf<X, A, K> = [A] extends [ReduceAxis]
  ? [K] extends [boolean]
    ? Reduced<"reduction", ShapeOf<X>, A, K>
    : Shape
  : Shape;

/**
 * Arguments behind the first ones, in Keras's order: any number of them by position, the tail in one object.
 * Each entry is an object type with one property.
 */
export type Rest<P extends readonly object[]> = P extends readonly [
  infer A,
  ...infer B extends readonly object[],
]
  ? ByName<Together<P>> | ByPosition<A, B>
  : readonly [];

type ByName<O> = {} extends O ? readonly [options?: O] : readonly [options: O];

type ByPosition<A, B extends readonly object[]> = {} extends A
  ? readonly [value?: A[keyof A] | undefined, ...rest: Rest<B>]
  : readonly [value: A[keyof A], ...rest: Rest<B>];

/** All options of a list in one object. */
export type Together<P extends readonly object[]> = P extends readonly [
  infer A,
  ...infer B extends readonly object[],
]
  ? A & Together<B>
  : unknown;
