import type { DType } from "../dtypes.ts";
import type { DivideFloor, Remainder } from "./arithmetic/divide.ts";
import type { Product } from "./flatten.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Autocast, Expected, ShapeRule } from "./rule.ts";
import type { Differ, Dim, IsWide, Shape, Show } from "./shape.ts";

/**
 * The target T of a reshape with its -1 resolved for a source S, both without the batch axis; `undefined` when the
 * numbers of elements differ for certain.
 */
export type Reshaped<S extends Shape, T extends readonly number[]> =
  IsWide<T> extends true
    ? Shape
    : -1 extends T[number]
      ? IsWide<S> extends true
        ? Filled<T, null>
        : Inferred<T, Product<S>, Product<Others<T>>>
      : IsWide<S> extends true
        ? T
        : Differ<Product<S>, Product<T>> extends true
          ? undefined
          : T;

type Inferred<T extends readonly number[], Size extends Dim, Known extends Dim> =
  Remainder<Size, Known> extends infer R
    ? [R] extends [0]
      ? Filled<T, DivideFloor<Size, Known>>
      : [R] extends [null]
        ? Filled<T, null>
        : number extends R
          ? Filled<T, Dim>
          : undefined
    : never;

/** T with -1 replaced. */
type Filled<T extends readonly number[], D extends Dim> = {
  readonly [K in keyof T]: T[K] extends -1 ? D : T[K];
};

/** T with -1 as 1, so that its product is that of the other sizes. */
type Others<T extends readonly number[]> = { readonly [K in keyof T]: T[K] extends -1 ? 1 : T[K] };

/** Reshape: `[batch, …]` → `[batch, …target]`. */
export interface ReshapeRule<T extends readonly number[], D extends DType = "float32"> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape
    ? ReshapeShape<S, T>
    : Expected<"Reshape", "one tensor">;
  readonly outDtype: Autocast<this["inDtype"], D>;
}

type ReshapeShape<S extends Shape, T extends readonly number[]> =
  IsWide<S> extends true
    ? readonly [Dim, ...WideReshaped<T>]
    : S extends readonly [infer B extends Dim, ...infer Rest extends Shape]
      ? Reshaped<Rest, T> extends infer R extends Shape
        ? readonly [B, ...R]
        : ShapeMismatch<`Reshape: cannot reshape ${Show<Rest>} into ${Show<T>}`>
      : ShapeMismatch<"Reshape: expected a batch axis, received []">;

type WideReshaped<T extends readonly number[]> = IsWide<T> extends true ? Shape : Filled<T, Dim>;
