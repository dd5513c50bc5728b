import type { DType } from "../../ir/dtypes.ts";
import type { ReduceAxis, Shape } from "../../ir/shape-types/index.ts";
import type { OpFunction } from "./op.ts";
import type {
  BroadcastOf,
  DTypeOf,
  Fits,
  FloatOf,
  Operand,
  PromotedOf,
  ReducedOf,
  Rest,
  ResultIn,
  ShapeOf,
  Together,
} from "./signatures.ts";
import type { ConcreteFamily } from "./tensor.ts";

/** The result of an op on operands I (a union): a graph value as soon as one operand is, else a tensor. */
export type Result<I, S = Shape, D extends DType = DType> = ResultIn<ConcreteFamily, I, S, D>;

/** Element by element, dtype kept. */
export type UnaryOp = OpFunction<<X extends Operand>(x: X) => Result<X, ShapeOf<X>, DTypeOf<X>>>;

/** Element by element, in floating point. */
export type FloatUnaryOp = OpFunction<
  <X extends Operand>(x: X) => Result<X, ShapeOf<X>, FloatOf<DTypeOf<X>>>
>;

/** Element by element, to bools. */
export type BoolUnaryOp = OpFunction<<X extends Operand>(x: X) => Result<X, ShapeOf<X>, "bool">>;

/** Element by element, with options. */
export type ElementwiseOp<R extends readonly object[]> = OpFunction<
  <X extends Operand>(x: X, ...rest: Rest<R>) => Result<X, ShapeOf<X>, FloatOf<DTypeOf<X>>>
>;

/** Two operands that broadcast against each other; the second, called N, by position or by name. */
export type BinaryOp<N extends string = "x2"> = OpFunction<BinaryOpFunction<N>>;

interface BinaryOpFunction<N extends string> {
  <A extends Operand, B extends Operand>(
    x1: A,
    options: { readonly [_ in N]: B & Fits<BroadcastOf<A, B>> },
  ): Result<A | B, BroadcastOf<A, B>, PromotedOf<A, B>>;
  <A extends Operand, B extends Operand>(
    x1: A,
    x2: B & Fits<BroadcastOf<A, B>>,
  ): Result<A | B, BroadcastOf<A, B>, PromotedOf<A, B>>;
}

/** Two operands that broadcast against each other, computed in floating point. */
export type FloatBinaryOp<N extends string = "x2"> = OpFunction<FloatBinaryOpFunction<N>>;

interface FloatBinaryOpFunction<N extends string> {
  <A extends Operand, B extends Operand>(
    x1: A,
    options: { readonly [_ in N]: B & Fits<BroadcastOf<A, B>> },
  ): Result<A | B, BroadcastOf<A, B>, FloatOf<PromotedOf<A, B>>>;
  <A extends Operand, B extends Operand>(
    x1: A,
    x2: B & Fits<BroadcastOf<A, B>>,
  ): Result<A | B, BroadcastOf<A, B>, FloatOf<PromotedOf<A, B>>>;
}

/** Two operands that broadcast against each other, to bools. */
export type CompareOp<N extends string = "x2"> = OpFunction<CompareOpFunction<N>>;

interface CompareOpFunction<N extends string> {
  <A extends Operand, B extends Operand>(
    x1: A,
    options: { readonly [_ in N]: B & Fits<BroadcastOf<A, B>> },
  ): Result<A | B, BroadcastOf<A, B>, "bool">;
  <A extends Operand, B extends Operand>(
    x1: A,
    x2: B & Fits<BroadcastOf<A, B>>,
  ): Result<A | B, BroadcastOf<A, B>, "bool">;
}

/** A reduction over axes. D is the dtype of the result: a dtype, or `same` or `float` for one made from the operand's. */
export type ReductionOp<D extends DType | "same" | "float" = "same"> = OpFunction<ReductionFunction<D>>;

export interface ReductionFunction<D extends DType | "same" | "float"> {
  <X extends Operand, const A extends ReduceAxis = null, const K extends boolean = false>(
    x: X,
    axis?: A,
    keepdims?: K,
  ): Result<X, ReducedOf<X, A, K>, Reduction<DTypeOf<X>, D>>;
  <X extends Operand, const A extends ReduceAxis = null, const K extends boolean = false>(
    x: X,
    options: { readonly axis?: A; readonly keepdims?: K },
  ): Result<X, ReducedOf<X, A, K>, Reduction<DTypeOf<X>, D>>;
  <X extends Operand, const A extends ReduceAxis, const K extends boolean = false>(
    x: X,
    axis: A,
    options: { readonly keepdims?: K },
  ): Result<X, ReducedOf<X, A, K>, Reduction<DTypeOf<X>, D>>;
}

/** The dtype of a reduction of X. */
export type Reduction<X extends DType, D extends DType | "same" | "float"> = D extends DType
  ? D
  : D extends "float"
    ? FloatOf<X>
    : X;

/** One tensor, then options; a tensor of any shape and dtype. */
export type Op1<R extends readonly object[] = readonly []> = OpFunction<
  <X extends Operand>(x: X, ...rest: Rest<R>) => Result<X>
>;

/** Two tensors, then options; the second, called N, by position or by name. */
export type Op2<R extends readonly object[] = readonly [], N extends string = "x2"> = OpFunction<
  Op2Function<R, N>
>;

interface Op2Function<R extends readonly object[], N extends string> {
  <A extends Operand, B extends Operand>(a: A, options: ByName<R, N, B>): Result<A | B>;
  <A extends Operand, B extends Operand>(a: A, b: B, ...rest: Rest<R>): Result<A | B>;
}

/** The options R together with operands B called N. */
type ByName<R extends readonly object[], N extends string, B> = Together<R> & { readonly [_ in N]: B };

/** Three tensors, then options; the second and third, called M and N, by position or by name. */
export type Op3<
  R extends readonly object[] = readonly [],
  M extends string = "x2",
  N extends string = "x3",
> = OpFunction<Op3Function<R, M, N>>;

interface Op3Function<R extends readonly object[], M extends string, N extends string> {
  <A extends Operand, B extends Operand, C extends Operand>(
    a: A,
    options: ByName<R, M, B> & { readonly [_ in N]: C },
  ): Result<A | B | C>;
  <A extends Operand, B extends Operand, C extends Operand>(
    a: A,
    b: B,
    options: ByName<R, N, C>,
  ): Result<A | B | C>;
  <A extends Operand, B extends Operand, C extends Operand>(
    a: A,
    b: B,
    c: C,
    ...rest: Rest<R>
  ): Result<A | B | C>;
}

/** One tensor, then options; two results. */
export type Op1Pair<R extends readonly object[] = readonly []> = OpFunction<
  <X extends Operand>(x: X, ...rest: Rest<R>) => readonly [Result<X>, Result<X>]
>;

/** One tensor, then options; several results. */
export type Op1Many<R extends readonly object[] = readonly []> = OpFunction<
  <X extends Operand>(x: X, ...rest: Rest<R>) => readonly Result<X>[]
>;

/** A list of tensors, then options. */
export type ListOp<R extends readonly object[] = readonly []> = OpFunction<
  <X extends Operand>(xs: readonly X[], ...rest: Rest<R>) => Result<X>
>;

/** No tensor: numbers and options alone. */
export type CreationOp<R extends readonly object[]> = OpFunction<(...args: Rest<R>) => Result<number>>;

/** The same signatures as methods: what is the first operand of an op is `this` of its method. */
export type UnaryMethod = <X extends Operand>(this: X) => Result<X, ShapeOf<X>, DTypeOf<X>>;
export type FloatUnaryMethod = <X extends Operand>(this: X) => Result<X, ShapeOf<X>, FloatOf<DTypeOf<X>>>;
export type BoolUnaryMethod = <X extends Operand>(this: X) => Result<X, ShapeOf<X>, "bool">;
export type ElementwiseMethod<R extends readonly object[]> = <X extends Operand>(
  this: X,
  ...rest: Rest<R>
) => Result<X, ShapeOf<X>, FloatOf<DTypeOf<X>>>;
export interface BinaryMethod<N extends string = "x2"> {
  <A extends Operand, B extends Operand>(
    this: A,
    options: { readonly [_ in N]: B & Fits<BroadcastOf<A, B>> },
  ): Result<A | B, BroadcastOf<A, B>, PromotedOf<A, B>>;
  <A extends Operand, B extends Operand>(
    this: A,
    x2: B & Fits<BroadcastOf<A, B>>,
  ): Result<A | B, BroadcastOf<A, B>, PromotedOf<A, B>>;
}
export interface FloatBinaryMethod<N extends string = "x2"> {
  <A extends Operand, B extends Operand>(
    this: A,
    options: { readonly [_ in N]: B & Fits<BroadcastOf<A, B>> },
  ): Result<A | B, BroadcastOf<A, B>, FloatOf<PromotedOf<A, B>>>;
  <A extends Operand, B extends Operand>(
    this: A,
    x2: B & Fits<BroadcastOf<A, B>>,
  ): Result<A | B, BroadcastOf<A, B>, FloatOf<PromotedOf<A, B>>>;
}
export interface CompareMethod<N extends string = "x2"> {
  <A extends Operand, B extends Operand>(
    this: A,
    options: { readonly [_ in N]: B & Fits<BroadcastOf<A, B>> },
  ): Result<A | B, BroadcastOf<A, B>, "bool">;
  <A extends Operand, B extends Operand>(
    this: A,
    x2: B & Fits<BroadcastOf<A, B>>,
  ): Result<A | B, BroadcastOf<A, B>, "bool">;
}
export interface ReductionMethod<D extends DType | "same" | "float" = "same"> {
  <X extends Operand, const A extends ReduceAxis = null, const K extends boolean = false>(
    this: X,
    axis?: A,
    keepdims?: K,
  ): Result<X, ReducedOf<X, A, K>, Reduction<DTypeOf<X>, D>>;
  <X extends Operand, const A extends ReduceAxis = null, const K extends boolean = false>(
    this: X,
    options: { readonly axis?: A; readonly keepdims?: K },
  ): Result<X, ReducedOf<X, A, K>, Reduction<DTypeOf<X>, D>>;
  <X extends Operand, const A extends ReduceAxis, const K extends boolean = false>(
    this: X,
    axis: A,
    options: { readonly keepdims?: K },
  ): Result<X, ReducedOf<X, A, K>, Reduction<DTypeOf<X>, D>>;
}
export type Method1<R extends readonly object[] = readonly []> = <X extends Operand>(
  this: X,
  ...rest: Rest<R>
) => Result<X>;
export interface Method2<R extends readonly object[] = readonly [], N extends string = "x2"> {
  <A extends Operand, B extends Operand>(this: A, options: ByName<R, N, B>): Result<A | B>;
  <A extends Operand, B extends Operand>(this: A, b: B, ...rest: Rest<R>): Result<A | B>;
}
export interface Method3<R extends readonly object[], M extends string, N extends string> {
  <A extends Operand, B extends Operand, C extends Operand>(
    this: A,
    options: ByName<R, M, B> & { readonly [_ in N]: C },
  ): Result<A | B | C>;
  <A extends Operand, B extends Operand, C extends Operand>(
    this: A,
    b: B,
    options: ByName<R, N, C>,
  ): Result<A | B | C>;
  <A extends Operand, B extends Operand, C extends Operand>(
    this: A,
    b: B,
    c: C,
    ...rest: Rest<R>
  ): Result<A | B | C>;
}
export type Method1Pair<R extends readonly object[] = readonly []> = <X extends Operand>(
  this: X,
  ...rest: Rest<R>
) => readonly [Result<X>, Result<X>];
export type Method1Many<R extends readonly object[] = readonly []> = <X extends Operand>(
  this: X,
  ...rest: Rest<R>
) => readonly Result<X>[];
