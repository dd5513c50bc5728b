import type { Dim, Shape } from "./shape.ts";

/** Where the channels axis is. */
export type DataFormat = "channels_last" | "channels_first";

/** The number of spatial axes of a convolution or pooling layer. */
export type SpatialRank = 1 | 2 | 3;

/** A setting of each spatial axis, or one number for all. */
export type PerAxis = number | readonly number[];

/** A setting spread over the spatial axes: 3 becomes `[3, 3]` for two of them. */
export type Spread<V extends PerAxis, N extends SpatialRank> = V extends number
  ? { 1: readonly [V]; 2: readonly [V, V]; 3: readonly [V, V, V] }[N]
  : V;

/** An image batch taken apart: batch size, spatial sizes, channels. `undefined` when its rank does not fit. */
export interface Image<B extends Dim = Dim, S extends Shape = Shape, C extends Dim = Dim> {
  readonly batch: B;
  readonly spatial: S;
  readonly channels: C;
}

/** Takes a shape of exact rank apart; `undefined` when it does not have N spatial axes. */
export type ImageOf<S extends Shape, F extends DataFormat, N extends SpatialRank> = S extends readonly [
  infer B extends Dim,
  ...infer Rest extends Shape,
]
  ? [F] extends ["channels_last"]
    ? Rest extends readonly [...infer X extends Shape, infer C extends Dim]
      ? OfRank<N, Image<B, X, C>>
      : undefined
    : Rest extends readonly [infer C extends Dim, ...infer X extends Shape]
      ? OfRank<N, Image<B, X, C>>
      : undefined
  : undefined;

type OfRank<N extends SpatialRank, I extends Image> = I["spatial"]["length"] extends N ? I : undefined;

/** The shape of an image batch. */
export type ShapeOfImage<F extends DataFormat, B extends Dim, S extends Shape, C extends Dim> = [F] extends [
  "channels_last",
]
  ? readonly [B, ...S, C]
  : readonly [B, C, ...S];

/** A shape of N spatial axes of which nothing more is known. */
export type WideImage<N extends SpatialRank> = {
  1: readonly [Dim, Dim, Dim];
  2: readonly [Dim, Dim, Dim, Dim];
  3: readonly [Dim, Dim, Dim, Dim, Dim];
}[N];

/** True for one of the two data formats, false when it is not known which. */
export type IsKnown<F extends string> = [F] extends ["channels_last"]
  ? true
  : [F] extends ["channels_first"]
    ? true
    : false;

/** "expected an input of rank 4": the batch and channels axes and N spatial ones. */
export type RankOf<N extends SpatialRank> = { 1: 3; 2: 4; 3: 5 }[N];
