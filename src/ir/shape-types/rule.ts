import type { DType } from "../dtypes.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Shape } from "./shape.ts";

/**
 * What a layer does to shapes and dtypes, as a function on types. `in` and `inDtype` are filled in by `Apply`:
 * the shape of the input, or an array or object of shapes for layers with several; and its dtype (the union of all).
 * `out` is made from them in the same form, or is a `ShapeMismatch` with the reason.
 *
 * @example
 * interface DenseRule<U extends number, D extends DType = "float32"> extends ShapeRule {
 *   readonly out: this["in"] extends infer S extends Shape ? ReplaceLast<S, U> : Expected<"Dense", "one tensor">;
 *   readonly outDtype: D;
 * }
 */
export interface ShapeRule {
  readonly in: unknown;
  readonly inDtype: unknown;
  readonly out: unknown;
  readonly outDtype: unknown;
}

/** The output shape (or shapes) of a rule for the given input shape (or shapes). */
export type Apply<R extends ShapeRule, S> = (R & { readonly in: S })["out"];

/** The output dtype of a rule for the given input dtype. */
export type ApplyDType<R extends ShapeRule, D> = (R & { readonly inDtype: D })["outDtype"];

/** The rule of a layer about which nothing is known: one tensor of any shape and dtype. */
export interface WideRule extends ShapeRule {
  readonly out: Shape;
  readonly outDtype: DType;
}

/** The rule of a layer that changes values only: Activation, Dropout, the normalizations. */
export interface SameRule<D extends DType = "float32"> extends ShapeRule {
  readonly out: this["in"];
  readonly outDtype: Autocast<this["inDtype"], D>;
}

/** The mismatch of a layer that got arrays of tensors where it takes one, or the reverse. */
export type Expected<Name extends string, What extends string> = ShapeMismatch<`${Name}: expected ${What}`>;

/** The floating-point dtypes. */
export type FloatDType = Extract<DType, `${string}float${string}`>;

/** The dtype a layer of dtype D works in: floating-point inputs are cast to D, others are left as they are. */
export type Autocast<In, D extends DType> = In extends FloatDType ? D : In extends DType ? In : D;
