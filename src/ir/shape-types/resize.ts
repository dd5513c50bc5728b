import type { DType } from "../dtypes.ts";
import type { Add } from "./arithmetic/add.ts";
import type { Multiply } from "./arithmetic/multiply.ts";
import type { Subtract } from "./arithmetic/subtract.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Autocast, Expected, ShapeRule } from "./rule.ts";
import type { Dim, IsWide, Shape, Show } from "./shape.ts";
import type {
  DataFormat,
  Image,
  ImageOf,
  IsKnown,
  PerAxis,
  RankOf,
  ShapeOfImage,
  SpatialRank,
  Spread,
  WideImage,
} from "./spatial.ts";
import type { First, Rest } from "./window.ts";

/** What happens to each spatial axis: multiplied by a factor, widened, or narrowed. */
export type Resizing = "multiply" | "add" | "subtract";

/**
 * What is added or cut at the border: one number for all sides, a number for each axis, or `[before, after]` for each.
 * With one axis, `[before, after]` alone.
 */
export type Border = number | readonly (number | readonly [number, number])[];

/** The two sides of each axis added up. */
export type BorderSum<V extends Border, N extends SpatialRank> = V extends number
  ? Spread<Twice<V>, N>
  : N extends 1
    ? V extends readonly [infer A extends number, infer B extends number]
      ? readonly [ToNumber<Add<A, B>>]
      : Sides<V>
    : Sides<V>;

type Sides<V> = V extends readonly [infer H, ...infer T]
  ? readonly [
      H extends number
        ? Twice<H>
        : H extends readonly [infer A extends number, infer B extends number]
          ? ToNumber<Add<A, B>>
          : number,
      ...Sides<T>,
    ]
  : V extends readonly []
    ? readonly []
    : readonly number[];

type Twice<V extends number> = ToNumber<Add<V, V>>;
type ToNumber<D> = D extends number ? D : number;

type Resized<
  N extends Shape,
  V extends readonly number[],
  How extends Resizing,
  R extends Shape = readonly [],
> = N extends readonly [infer N0 extends Dim, ...infer Ns extends Shape]
  ? ResizedDim<N0, First<V>, How> extends infer L extends Dim
    ? Resized<Ns, Rest<V>, How, readonly [...R, L]>
    : undefined
  : R;

type ResizedDim<N extends Dim, V extends number, How extends Resizing> = How extends "multiply"
  ? Multiply<N, V>
  : How extends "add"
    ? Add<N, V>
    : Positive<Subtract<N, V>>;

type Positive<D extends Dim> = D extends 0 ? undefined : `${D}` extends `-${number}` ? undefined : D;

/** UpSampling ("multiply" by the factors), ZeroPadding ("add" the borders' sums), Cropping ("subtract" them). */
export interface ResizeRule<
  Name extends string,
  N extends SpatialRank,
  How extends Resizing,
  V extends PerAxis,
  F extends DataFormat = "channels_last",
  D extends DType = "float32",
> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape
    ? IsWide<S> extends true
      ? WideImage<N>
      : IsKnown<F> extends false
        ? WideImage<N>
        : ImageOf<S, F, N> extends infer I extends Image
          ? Resized<I["spatial"], Spread<V, N>, How> extends infer R extends Shape
            ? ShapeOfImage<F, I["batch"], R, I["channels"]>
            : ShapeMismatch<`${Name}: nothing is left of the input ${Show<S>}`>
          : ShapeMismatch<`${Name}: expected an input of rank ${RankOf<N>}, received ${Show<S>}`>
    : Expected<Name, "one tensor">;
  readonly outDtype: Autocast<this["inDtype"], D>;
}
