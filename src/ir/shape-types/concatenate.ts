import type { DType } from "../dtypes.ts";
import type { Add } from "./arithmetic/add.ts";
import type { AxisOf, SameRank, SetAxis } from "./axis.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Autocast, Expected, ShapeRule } from "./rule.ts";
import type { Differ, Dim, IsWide, Shape, Show } from "./shape.ts";

/** Shapes joined along an axis: its sizes add up, the others must agree (an unknown size agrees with any). */
export type Concatenated<
  Name extends string,
  T extends readonly Shape[],
  A extends number,
> = number extends T["length"]
  ? Shape
  : T extends readonly [infer S extends Shape, ...infer Rest extends readonly Shape[]]
    ? IsWide<S> extends true
      ? Shape
      : AxisOf<S, A> extends infer I extends number
        ? number extends I
          ? SameRank<S>
          : Joined<Name, S, Rest, I>
        : ShapeMismatch<`${Name}: no axis ${A} in ${Show<S>}`>
    : ShapeMismatch<`${Name}: expected at least one input`>;

type Joined<
  Name extends string,
  S extends Shape,
  T extends readonly Shape[],
  A extends number,
> = T extends readonly [infer H extends Shape, ...infer Rest extends readonly Shape[]]
  ? IsWide<H> extends true
    ? Joined<Name, SetAxis<S, A, Dim>, Rest, A>
    : Joins<S, H, A> extends true
      ? Joined<Name, SetAxis<S, A, Add<DimAt<S, A>, DimAt<H, A>>>, Rest, A>
      : ShapeMismatch<`${Name}: cannot join ${Show<S>} and ${Show<H>} along axis ${A}`>
  : S;

/** The size at an axis from the front. */
export type DimAt<S extends Shape, A extends number> = S[A] extends infer D extends Dim ? D : Dim;

/** True unless two shapes differ for certain elsewhere than in axis A. */
type Joins<A extends Shape, B extends Shape, I extends number> = A["length"] extends B["length"]
  ? true extends { readonly [K in keyof A]: K extends `${I}` ? false : Differ<A[K], At<B, K>> }[number]
    ? false
    : true
  : false;

type At<S extends Shape, K> = K extends keyof S ? (S[K] extends Dim ? S[K] : Dim) : Dim;

/** Concatenate: an array of shapes → one, joined along an axis. */
export interface ConcatenateRule<
  Name extends string,
  A extends number = -1,
  D extends DType = "float32",
> extends ShapeRule {
  readonly out: this["in"] extends infer T extends readonly Shape[]
    ? Concatenated<Name, T, A>
    : Expected<Name, "an array of tensors">;
  readonly outDtype: Autocast<this["inDtype"], D>;
}
