import type { DType, TypedArray } from "../dtypes.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Apply, ApplyDType, ShapeRule, WideRule } from "./rule.ts";
import type { Shape } from "./shape.ts";
import type { Cast, TensorFamily, TensorHolder, TensorLike, TensorOf, TensorTree } from "./tensor-like.ts";

/** What a layer can be called on: tensors, nested numbers, typed arrays; arrays and objects of them. */
export type CallInput =
  | TensorLike
  | TensorHolder
  | TypedArray
  | number
  | boolean
  | readonly CallInput[]
  | { readonly [key: string]: CallInput };

/**
 * How a layer with rule R is called. Inputs decide the output: shapes by the rule, kind (symbolic or concrete) by their
 * own kind. Inputs that cannot fit are refused by the compiler with the rule's reason.
 *
 * C is the family of concrete tensors (what plain numbers become), O the call's options.
 */
export interface CallSignature<R extends ShapeRule, C extends TensorFamily, O> {
  /** Exists in types alone: what wrappers such as TimeDistributed read with `RuleOf`. */
  readonly "~rule": R;
  <const I extends CallInput>(inputs: I & Guard<R, I>, options?: O): Output<R, I, C>;
}

/**
 * How a layer is called whose rule is not known; every layer with one output is assignable to it. K and C are the
 * families of symbolic and concrete tensors.
 */
export interface WideCallSignature<K extends TensorFamily, C extends TensorFamily, O> {
  (inputs: TreeOf<TensorOf<K, Shape, DType>>, options?: O): TensorOf<K, Shape, DType>;
  (inputs: CallInput, options?: O): TensorOf<C, Shape, DType>;
}

/** As `WideCallSignature`, for classes whose `call` takes several tensors by position, with or without options behind. */
export interface SeveralInputsSignature<K extends TensorFamily, C extends TensorFamily, O> {
  (
    inputs: TreeOf<TensorOf<K, Shape, DType>>,
    ...more: readonly [
      Another<TreeOf<TensorOf<K, Shape, DType>>>,
      ...(Another<TreeOf<TensorOf<K, Shape, DType>>> | O)[],
    ]
  ): TensorOf<K, Shape, DType>;
  (
    inputs: CallInput,
    ...more: readonly [Another<CallInput>, ...(Another<CallInput> | O)[]]
  ): TensorOf<C, Shape, DType>;
}

type Another<T> = T | null | undefined;

/** The rule of a layer; the wide one where it declares none. */
export type RuleOf<L> = L extends { readonly "~rule": infer R extends ShapeRule } ? R : WideRule;

/** A value, or arrays and objects of such values, nested. */
export type TreeOf<T> = T | readonly TreeOf<T>[] | { readonly [key: string]: TreeOf<T> };

/** `unknown` when the inputs fit (or nothing can be said), else the mismatch, which no input satisfies. */
export type Guard<R extends ShapeRule, I> = I extends TensorTree
  ? GuardShapes<Apply<R, ShapesOf<I>>>
  : unknown;

type GuardShapes<O> = [O] extends [ShapeMismatch] ? O : unknown;

/** The tensors a layer with rule R gives for inputs I. */
export type Output<R extends ShapeRule, I, C extends TensorFamily> = I extends TensorTree
  ? OutputTree<Apply<R, ShapesOf<I>>, Cast<ApplyDType<R, DTypeOf<I>>, DType>, FamilyOf<I>>
  : TensorOf<C, Shape, DType>;

/** Shapes to tensors, in arrays and objects as the rule gives them. */
export type OutputTree<O, D extends DType, F extends TensorFamily> = O extends Shape
  ? TensorOf<F, O, D>
  : O extends ShapeMismatch
    ? TensorOf<F, Shape, D>
    : { readonly [K in keyof O]: OutputTree<O[K], D, F> };

/**
 * The shapes of tensors, in the same arrays and objects. Only tuples and objects with known keys are followed, so that
 * recursive tree types end; arrays of unknown length give an array of one shape.
 */
export type ShapesOf<I> = I extends TensorLike
  ? I["shape"]
  : IsFinite<I> extends true
    ? { readonly [K in keyof I]: ShapesOf<I[K]> }
    : I extends readonly (infer E)[]
      ? readonly Flat<E>["shape"][]
      : { readonly [key: string]: Shape };

/** The union of all tensors in a tree. */
export type Leaves<I> = I extends TensorLike
  ? I
  : IsFinite<I> extends true
    ? I extends readonly unknown[]
      ? Leaves<I[number]>
      : Leaves<I[keyof I]>
    : I extends readonly (infer E)[]
      ? Flat<E>
      : Flat<I[keyof I]>;

type IsFinite<I> = I extends readonly unknown[]
  ? number extends I["length"]
    ? false
    : true
  : string extends keyof I
    ? false
    : true;

/** The tensors of a union, without looking into its arrays. */
type Flat<E> = E extends TensorLike ? E : never;

/** The dtype of a tensor; the union of all dtypes of several. */
export type DTypeOf<I> = Leaves<I> extends infer L extends TensorLike ? L["dtype"] : DType;

/** The family of an operation's result: symbolic as soon as one input is. */
export type FamilyOf<I> =
  Leaves<I> extends infer L extends TensorLike ? Symbolic<L["~family"]> : TensorFamily;

type Symbolic<F extends TensorFamily> = [Extract<F, { readonly symbolic: true }>] extends [never]
  ? F
  : Extract<F, { readonly symbolic: true }>;
