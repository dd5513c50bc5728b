import type { DType } from "../dtypes.ts";
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
import type { Padding, Windows } from "./window.ts";

/** What of a pooling layer decides its output shape; strides are the pool's size unless given. */
export interface PoolingSettings {
  readonly poolSize: PerAxis;
  readonly strides: PerAxis;
  readonly padding: Padding;
  readonly dataFormat: DataFormat;
}

/** The output shape of pooling over N spatial axes. */
export type PoolingShape<
  Name extends string,
  N extends SpatialRank,
  S extends Shape,
  O extends PoolingSettings,
> =
  IsWide<S> extends true
    ? WideImage<N>
    : IsKnown<O["dataFormat"]> extends false
      ? WideImage<N>
      : ImageOf<S, O["dataFormat"], N> extends infer I extends Image
        ? Windows<
            I["spatial"],
            Spread<O["poolSize"], N>,
            Spread<O["strides"], N>,
            Spread<1, N>,
            O["padding"]
          > extends infer W extends Shape
          ? ShapeOfImage<O["dataFormat"], I["batch"], W, I["channels"]>
          : ShapeMismatch<`${Name}: the pool is larger than the input ${Show<S>}`>
        : ShapeMismatch<`${Name}: expected an input of rank ${RankOf<N>}, received ${Show<S>}`>;

/** MaxPooling and AveragePooling: `[batch, …spatial, channels]` → `[batch, …windows, channels]`. */
export interface PoolingRule<
  Name extends string,
  N extends SpatialRank,
  O extends PoolingSettings,
  D extends DType = "float32",
> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape
    ? PoolingShape<Name, N, S, O>
    : Expected<Name, "one tensor">;
  readonly outDtype: Autocast<this["inDtype"], D>;
}

/** The output shape of pooling all of N spatial axes away, or to 1 with `keepdims`. */
export type GlobalPoolingShape<
  Name extends string,
  N extends SpatialRank,
  S extends Shape,
  F extends DataFormat,
  Keep extends boolean,
> =
  IsWide<S> extends true
    ? [Keep] extends [false]
      ? readonly [Dim, Dim]
      : Shape
    : IsKnown<F> extends false
      ? Shape
      : ImageOf<S, F, N> extends infer I extends Image
        ? [Keep] extends [false]
          ? readonly [I["batch"], I["channels"]]
          : [Keep] extends [true]
            ? ShapeOfImage<F, I["batch"], Spread<1, N>, I["channels"]>
            : Shape
        : ShapeMismatch<`${Name}: expected an input of rank ${RankOf<N>}, received ${Show<S>}`>;

/** GlobalMaxPooling and GlobalAveragePooling: `[batch, …spatial, channels]` → `[batch, channels]`. */
export interface GlobalPoolingRule<
  Name extends string,
  N extends SpatialRank,
  F extends DataFormat = "channels_last",
  Keep extends boolean = false,
  D extends DType = "float32",
> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape
    ? GlobalPoolingShape<Name, N, S, F, Keep>
    : Expected<Name, "one tensor">;
  readonly outDtype: Autocast<this["inDtype"], D>;
}

/** Adaptive pooling: `[batch, …spatial, channels]` → `[batch, …sizes, channels]`. */
export interface AdaptivePoolingRule<
  Name extends string,
  N extends SpatialRank,
  V extends PerAxis,
  F extends DataFormat = "channels_last",
  D extends DType = "float32",
> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape
    ? AdaptivePoolingShape<Name, N, S, V, F>
    : Expected<Name, "one tensor">;
  readonly outDtype: Autocast<this["inDtype"], D>;
}

type AdaptivePoolingShape<
  Name extends string,
  N extends SpatialRank,
  S extends Shape,
  V extends PerAxis,
  F extends DataFormat,
> =
  IsWide<S> extends true
    ? WideImage<N>
    : IsKnown<F> extends false
      ? WideImage<N>
      : ImageOf<S, F, N> extends infer I extends Image
        ? ShapeOfImage<F, I["batch"], Spread<V, N>, I["channels"]>
        : ShapeMismatch<`${Name}: expected an input of rank ${RankOf<N>}, received ${Show<S>}`>;
