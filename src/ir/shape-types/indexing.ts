import type { ShapeMismatch } from "./mismatch.ts";
import type { Dim, IsWide, Shape, Show } from "./shape.ts";

/** One index of `at`: a place, a slice such as `"1:3"`, a new axis (`null`), or `"..."`. */
export type Index = number | string | null;

/** The shape of `x.at(...index)`. Slices other than `":"` have a size of `number` (unknown sizes stay unknown). */
export type Indexed<S extends Shape, X extends readonly Index[]> =
  IsWide<S> extends true
    ? Shape
    : number extends X["length"]
      ? Shape
      : string extends X[number]
        ? Shape
        : FromFront<S, X> extends infer R extends Shape
          ? R
          : ShapeMismatch<`at: too many indices for ${Show<S>}`>;

type FromFront<
  S extends Shape,
  X extends readonly Index[],
  R extends Shape = readonly [],
> = X extends readonly [infer H extends Index, ...infer Rest extends readonly Index[]]
  ? H extends null
    ? FromFront<S, Rest, readonly [...R, 1]>
    : H extends "..."
      ? FromBack<S, Rest, R>
      : S extends readonly [infer D extends Dim, ...infer Ds extends Shape]
        ? FromFront<Ds, Rest, H extends number ? R : readonly [...R, SliceOf<D, H>]>
        : undefined
  : readonly [...R, ...S];

/** The indices behind `"..."` go with the last axes. */
type FromBack<
  S extends Shape,
  X extends readonly Index[],
  Head extends Shape,
  Tail extends Shape = readonly [],
> = X extends readonly [...infer Rest extends readonly Index[], infer H extends Index]
  ? H extends null
    ? FromBack<S, Rest, Head, readonly [1, ...Tail]>
    : H extends "..."
      ? undefined
      : S extends readonly [...infer Ds extends Shape, infer D extends Dim]
        ? FromBack<Ds, Rest, Head, H extends number ? Tail : readonly [SliceOf<D, H>, ...Tail]>
        : undefined
  : readonly [...Head, ...S, ...Tail];

type SliceOf<D extends Dim, H> = H extends ":" | "::" | "::1" | "::-1" ? D : D extends null ? null : number;
