import type { DType, TypedArray } from "../dtypes.ts";
import type { ExpandDims, OneHot, Squeezed, Stacked } from "./axes-ops.ts";
import type { Broadcast } from "./broadcast.ts";
import type { FamilyOf } from "./call-signature.ts";
import type { Concatenated } from "./concatenate.ts";
import type { Index, Indexed } from "./indexing.ts";
import type { Matmul } from "./matmul.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Transposed } from "./permute.ts";
import type { FloatOf, PromoteDType, PromoteNumber } from "./promote.ts";
import type { Reduced, ReduceAxis } from "./reduce.ts";
import type { Reshaped } from "./reshape.ts";
import type { Shape } from "./shape.ts";
import type { TensorFamily, TensorHolder, TensorLike, TensorOf } from "./tensor-like.ts";

/*
 * How array functions are called: `…Signature` as a function, `…Method` as a method of a tensor. Methods name their
 * receiver by a type parameter, not by the class's own parameters, so that tensors stay covariant in their shape.
 * C is the family of concrete tensors.
 */

/** What an array function takes as a tensor. */
export type Operand =
  | TensorLike
  | TensorHolder
  | TypedArray
  | number
  | bigint
  | boolean
  | readonly NestedOperand[];

type NestedOperand = TensorLike | TensorHolder | number | bigint | boolean | readonly NestedOperand[];

/** The shape of an operand: exact for tensors and bare numbers. */
export type ShapeOf<X> = X extends TensorLike
  ? X["shape"]
  : X extends number | bigint | boolean
    ? readonly []
    : Shape;

/** The dtype of an operand; that of bare numbers depends on what they meet. */
export type OperandDType<X> = X extends TensorLike ? X["dtype"] : DType;

/** `unknown` when a result's shape exists, else the mismatch. */
export type GuardShape<S> = [S] extends [ShapeMismatch] ? S : unknown;

/** The tensor a function gives for operands X (a union of all): symbolic as soon as one is. */
export type OpTensor<S, D extends DType, X, C extends TensorFamily> = TensorOf<
  Extract<X, TensorLike> extends infer T ? ([T] extends [never] ? C : FamilyOf<T>) : C,
  [S] extends [Shape] ? S : Shape,
  D
>;

/** The dtype of a function of two operands. */
export type BinaryDType<A, B> = A extends number
  ? B extends number
    ? DType
    : B extends TensorLike
      ? PromoteNumber<B["dtype"], A>
      : DType
  : B extends number
    ? A extends TensorLike
      ? PromoteNumber<A["dtype"], B>
      : DType
    : A extends TensorLike
      ? B extends TensorLike
        ? PromoteDType<A["dtype"], B["dtype"]>
        : DType
      : DType;

/** A function of one tensor, element by element, that keeps the dtype. */
export interface UnarySignature<C extends TensorFamily> {
  <const X extends Operand>(x: X): OpTensor<ShapeOf<X>, OperandDType<X>, X, C>;
}
export interface UnaryMethod<C extends TensorFamily> {
  <X extends TensorLike>(this: X): OpTensor<X["shape"], X["dtype"], X, C>;
}

/** A function of one tensor, element by element, that computes in floating point. */
export interface FloatSignature<C extends TensorFamily> {
  <const X extends Operand>(x: X): OpTensor<ShapeOf<X>, FloatOf<OperandDType<X>>, X, C>;
}
export interface FloatMethod<C extends TensorFamily> {
  <X extends TensorLike>(this: X): OpTensor<X["shape"], FloatOf<X["dtype"]>, X, C>;
}

/** A function of two tensors that broadcast against each other. */
export interface BinarySignature<Name extends string, C extends TensorFamily> {
  <const A extends Operand, const B extends Operand>(
    x1: A,
    x2: B & GuardShape<Broadcast<Name, ShapeOf<A>, ShapeOf<B>>>,
  ): OpTensor<Broadcast<Name, ShapeOf<A>, ShapeOf<B>>, BinaryDType<A, B>, A | B, C>;
}
export interface BinaryMethod<Name extends string, C extends TensorFamily> {
  <A extends TensorLike, const B extends Operand>(
    this: A,
    x2: B & GuardShape<Broadcast<Name, A["shape"], ShapeOf<B>>>,
  ): OpTensor<Broadcast<Name, A["shape"], ShapeOf<B>>, BinaryDType<A, B>, A | B, C>;
}

/** A function of two tensors that broadcast against each other, with results of a dtype of its own. */
export interface CompareSignature<Name extends string, C extends TensorFamily, D extends DType = "bool"> {
  <const A extends Operand, const B extends Operand>(
    x1: A,
    x2: B & GuardShape<Broadcast<Name, ShapeOf<A>, ShapeOf<B>>>,
  ): OpTensor<Broadcast<Name, ShapeOf<A>, ShapeOf<B>>, D, A | B, C>;
}
export interface CompareMethod<Name extends string, C extends TensorFamily, D extends DType = "bool"> {
  <A extends TensorLike, const B extends Operand>(
    this: A,
    x2: B & GuardShape<Broadcast<Name, A["shape"], ShapeOf<B>>>,
  ): OpTensor<Broadcast<Name, A["shape"], ShapeOf<B>>, D, A | B, C>;
}

/** `matmul`. */
export interface MatmulSignature<C extends TensorFamily> {
  <const A extends Operand, const B extends Operand>(
    x1: A,
    x2: B & GuardShape<Matmul<ShapeOf<A>, ShapeOf<B>>>,
  ): OpTensor<Matmul<ShapeOf<A>, ShapeOf<B>>, BinaryDType<A, B>, A | B, C>;
}
export interface MatmulMethod<C extends TensorFamily> {
  <A extends TensorLike, const B extends Operand>(
    this: A,
    x2: B & GuardShape<Matmul<A["shape"], ShapeOf<B>>>,
  ): OpTensor<Matmul<A["shape"], ShapeOf<B>>, BinaryDType<A, B>, A | B, C>;
}

/** How the result's dtype follows from the operand's: kept, made floating-point, or one of its own. */
export type DTypeChange = "same" | "float" | DType;

type Changed<D extends DType, H extends DTypeChange> = [H] extends ["same"]
  ? D
  : [H] extends ["float"]
    ? FloatOf<D>
    : H extends DType
      ? H
      : DType;

export interface ReduceOptions<A extends ReduceAxis, K extends boolean> {
  readonly axis?: A;
  readonly keepdims?: K;
}

/** A reduction: `sum(x, -1)`, `sum(x, -1, true)`, `sum(x, { axis, keepdims })`. */
export interface ReduceSignature<Name extends string, H extends DTypeChange, C extends TensorFamily> {
  <const X extends Operand, const A extends ReduceAxis = null, const K extends boolean = false>(
    x: X & GuardShape<Reduced<Name, ShapeOf<X>, A, K>>,
    options?: ReduceOptions<A, K>,
  ): OpTensor<Reduced<Name, ShapeOf<X>, A, K>, Changed<OperandDType<X>, H>, X, C>;
  <const X extends Operand, const A extends ReduceAxis, const K extends boolean = false>(
    x: X & GuardShape<Reduced<Name, ShapeOf<X>, A, K>>,
    axis: A,
    keepdims?: K | { readonly keepdims?: K },
  ): OpTensor<Reduced<Name, ShapeOf<X>, A, K>, Changed<OperandDType<X>, H>, X, C>;
}
export interface ReduceMethod<Name extends string, H extends DTypeChange, C extends TensorFamily> {
  <X extends TensorLike, const A extends ReduceAxis = null, const K extends boolean = false>(
    this: X & GuardShape<Reduced<Name, X["shape"], A, K>>,
    options?: ReduceOptions<A, K>,
  ): OpTensor<Reduced<Name, X["shape"], A, K>, Changed<X["dtype"], H>, X, C>;
  <X extends TensorLike, const A extends ReduceAxis, const K extends boolean = false>(
    this: X & GuardShape<Reduced<Name, X["shape"], A, K>>,
    axis: A,
    keepdims?: K | { readonly keepdims?: K },
  ): OpTensor<Reduced<Name, X["shape"], A, K>, Changed<X["dtype"], H>, X, C>;
}

type OpReshaped<S extends Shape, T extends readonly number[]> =
  Reshaped<S, T> extends infer R extends Shape ? R : ShapeMismatch<"reshape: the numbers of elements differ">;

/** `reshape`, with at most one -1. */
export interface ReshapeSignature<C extends TensorFamily> {
  <const X extends Operand, const T extends readonly number[]>(
    x: X,
    newshape: T & GuardShape<OpReshaped<ShapeOf<X>, T>>,
  ): OpTensor<OpReshaped<ShapeOf<X>, T>, OperandDType<X>, X, C>;
}
export interface ReshapeMethod<C extends TensorFamily> {
  <X extends TensorLike, const T extends readonly number[]>(
    this: X,
    newshape: T & GuardShape<OpReshaped<X["shape"], T>>,
  ): OpTensor<OpReshaped<X["shape"], T>, X["dtype"], X, C>;
}

/** `transpose`: axes in a new order; all reversed without one. */
export interface TransposeSignature<C extends TensorFamily> {
  <const X extends Operand, const A extends readonly number[] | null = null>(
    x: X & GuardShape<Transposed<"transpose", ShapeOf<X>, A>>,
    axes?: A | { readonly axes?: A },
  ): OpTensor<Transposed<"transpose", ShapeOf<X>, A>, OperandDType<X>, X, C>;
}
export interface TransposeMethod<C extends TensorFamily> {
  <X extends TensorLike, const A extends readonly number[] | null = null>(
    this: X & GuardShape<Transposed<"transpose", X["shape"], A>>,
    axes?: A | { readonly axes?: A },
  ): OpTensor<Transposed<"transpose", X["shape"], A>, X["dtype"], X, C>;
}

/** `expandDims`. */
export interface ExpandDimsSignature<C extends TensorFamily> {
  <const X extends Operand, const A extends number>(
    x: X & GuardShape<ExpandDims<ShapeOf<X>, A>>,
    axis: A | { readonly axis: A },
  ): OpTensor<ExpandDims<ShapeOf<X>, A>, OperandDType<X>, X, C>;
}
export interface ExpandDimsMethod<C extends TensorFamily> {
  <X extends TensorLike, const A extends number>(
    this: X & GuardShape<ExpandDims<X["shape"], A>>,
    axis: A | { readonly axis: A },
  ): OpTensor<ExpandDims<X["shape"], A>, X["dtype"], X, C>;
}

/** `squeeze`. */
export interface SqueezeSignature<C extends TensorFamily> {
  <const X extends Operand, const A extends number | null = null>(
    x: X & GuardShape<Squeezed<ShapeOf<X>, A>>,
    axis?: A | { readonly axis?: A },
  ): OpTensor<Squeezed<ShapeOf<X>, A>, OperandDType<X>, X, C>;
}
export interface SqueezeMethod<C extends TensorFamily> {
  <X extends TensorLike, const A extends number | null = null>(
    this: X & GuardShape<Squeezed<X["shape"], A>>,
    axis?: A | { readonly axis?: A },
  ): OpTensor<Squeezed<X["shape"], A>, X["dtype"], X, C>;
}

/** `oneHot`: a new axis of classes; floating-point unless a dtype is given. */
export interface OneHotSignature<C extends TensorFamily> {
  <
    const X extends Operand,
    const N extends number,
    const A extends number = -1,
    const D extends DType = "float32",
  >(
    x: X,
    numClasses: N,
    options?: { readonly axis?: A; readonly dtype?: D; readonly sparse?: boolean },
  ): OpTensor<OneHot<ShapeOf<X>, N, A>, D, X, C>;
  <
    const X extends Operand,
    const N extends number,
    const A extends number,
    const D extends DType = "float32",
  >(
    x: X,
    numClasses: N,
    axis: A,
    dtype?: D,
  ): OpTensor<OneHot<ShapeOf<X>, N, A>, D, X, C>;
}

type ShapesOfList<T extends readonly Operand[]> = { readonly [K in keyof T]: ShapeOf<T[K]> };
type Shapes<T extends readonly Operand[]> =
  ShapesOfList<T> extends infer S extends readonly Shape[] ? S : readonly Shape[];
type JoinedDType<T extends readonly Operand[]> = [OperandDType<T[number]>] extends [infer D extends DType]
  ? IsUnion<D> extends true
    ? DType
    : D
  : DType;
type IsUnion<D, E = D> = [D] extends [never]
  ? false
  : D extends unknown
    ? [E] extends [D]
      ? false
      : true
    : never;

/** `concatenate`. */
export interface ConcatenateSignature<C extends TensorFamily> {
  <const T extends readonly Operand[], const A extends number = 0>(
    xs: T & GuardShape<Concatenated<"concatenate", Shapes<T>, A>>,
    axis?: A | { readonly axis?: A },
  ): OpTensor<Concatenated<"concatenate", Shapes<T>, A>, JoinedDType<T>, T[number], C>;
}

/** `stack`. */
export interface StackSignature<C extends TensorFamily> {
  <const T extends readonly Operand[], const A extends number = 0>(
    x: T & GuardShape<Stacked<Shapes<T>, A>>,
    axis?: A | { readonly axis?: A },
  ): OpTensor<Stacked<Shapes<T>, A>, JoinedDType<T>, T[number], C>;
}

/** `x.at(":", 0, "...")`. */
export interface AtMethod<C extends TensorFamily> {
  <X extends TensorLike, const I extends readonly Index[]>(
    this: X & GuardShape<Indexed<X["shape"], I>>,
    ...index: I
  ): OpTensor<Indexed<X["shape"], I>, X["dtype"], X, C>;
}

/** `cast`. */
export interface CastSignature<C extends TensorFamily> {
  <const X extends Operand, const D extends DType>(x: X, dtype: D): OpTensor<ShapeOf<X>, D, X, C>;
}
export interface CastMethod<C extends TensorFamily> {
  <X extends TensorLike, const D extends DType>(this: X, dtype: D): OpTensor<X["shape"], D, X, C>;
}

/** A result of the given tensors of which only its kind is known. */
export type AnyOf<X, C extends TensorFamily> = OpTensor<Shape, DType, X, C>;
