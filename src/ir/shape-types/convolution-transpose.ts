import type { DType } from "../dtypes.ts";
import type { Add } from "./arithmetic/add.ts";
import type { Compare } from "./arithmetic/compare.ts";
import type { Remainder } from "./arithmetic/divide.ts";
import type { Multiply } from "./arithmetic/multiply.ts";
import type { Subtract } from "./arithmetic/subtract.ts";
import type { ConvolutionSettings } from "./convolution.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Expected, ShapeRule } from "./rule.ts";
import type { Dim, IsWide, Shape, Show } from "./shape.ts";
import type {
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
import type { Extent, First, Padding, Rest } from "./window.ts";

/** What of a transposed convolution decides its output shape. */
export interface TransposeSettings extends ConvolutionSettings {
  /** `null` chooses it so that nothing is cut off. */
  readonly outputPadding: PerAxis | null;
}

/** The size along an axis after a transposed convolution (Keras `backend/common/backend_utils.py`). E is the kernel's extent. */
type Grown<
  N extends Dim,
  E extends number,
  S extends number,
  P extends Padding,
  O extends number | null,
> = N extends null
  ? null
  : [P] extends ["same"]
    ? [O] extends [number]
      ? Add<Spaced<N, S>, Add<ToNumber<Remainder<E, 2>>, O>>
      : [O] extends [null]
        ? Multiply<N, S>
        : number
    : [P] extends ["valid"]
      ? [O] extends [number]
        ? Add<Spaced<N, S>, Add<E, O>>
        : [O] extends [null]
          ? Compare<E, S> extends infer C
            ? C extends "unknown"
              ? number
              : C extends "less"
                ? Multiply<N, S>
                : Add<Spaced<N, S>, E>
            : never
          : number
      : number;

/** (n - 1) · s */
type Spaced<N extends Dim, S extends number> = Multiply<Subtract<N, 1>, S>;

type ToNumber<D> = D extends number ? D : number;

type AllGrown<
  N extends Shape,
  K extends readonly number[],
  S extends readonly number[],
  D extends readonly number[],
  P extends Padding,
  O extends readonly number[] | null,
  R extends Shape = readonly [],
> = N extends readonly [infer N0 extends Dim, ...infer Ns extends Shape]
  ? AllGrown<
      Ns,
      Rest<K>,
      Rest<S>,
      Rest<D>,
      P,
      O extends readonly number[] ? Rest<O> : O,
      readonly [
        ...R,
        Grown<
          N0,
          ToNumber<Extent<First<K>, First<D>>>,
          First<S>,
          P,
          O extends readonly number[] ? First<O> : null
        >,
      ]
    >
  : R;

/** The output shape of a transposed convolution over N spatial axes. */
export type TransposeShape<
  Name extends string,
  N extends SpatialRank,
  S extends Shape,
  O extends TransposeSettings,
> =
  IsWide<S> extends true
    ? WideImage<N>
    : IsKnown<O["dataFormat"]> extends false
      ? WideImage<N>
      : ImageOf<S, O["dataFormat"], N> extends infer I extends Image
        ? [I["channels"]] extends [null]
          ? ShapeMismatch<`${Name}: the channels axis of the input must be known, received ${Show<S>}`>
          : ShapeOfImage<
              O["dataFormat"],
              I["batch"],
              AllGrown<
                I["spatial"],
                Spread<O["kernelSize"], N>,
                Spread<O["strides"], N>,
                Spread<O["dilationRate"], N>,
                O["padding"],
                O["outputPadding"] extends infer V extends PerAxis ? Spread<V, N> : null
              >,
              O["filters"]
            >
        : ShapeMismatch<`${Name}: expected an input of rank ${RankOf<N>}, received ${Show<S>}`>;

/** Conv1DTranspose, Conv2DTranspose, Conv3DTranspose. */
export interface TransposeRule<
  Name extends string,
  N extends SpatialRank,
  O extends TransposeSettings,
  D extends DType = "float32",
> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape
    ? TransposeShape<Name, N, S, O>
    : Expected<Name, "one tensor">;
  readonly outDtype: D;
}
