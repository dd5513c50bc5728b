import type { DType } from "../dtypes.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Expected, ShapeRule } from "./rule.ts";
import type { IsWide, Shape, Show } from "./shape.ts";
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

/** What of a convolution decides its output shape. */
export interface ConvolutionSettings {
  readonly filters: number;
  readonly kernelSize: PerAxis;
  readonly strides: PerAxis;
  readonly padding: Padding;
  readonly dilationRate: PerAxis;
  readonly dataFormat: DataFormat;
}

/** The output shape of a convolution over N spatial axes. */
export type ConvolutionShape<
  Name extends string,
  N extends SpatialRank,
  S extends Shape,
  O extends ConvolutionSettings,
> =
  IsWide<S> extends true
    ? WideImage<N>
    : IsKnown<O["dataFormat"]> extends false
      ? WideImage<N>
      : ImageOf<S, O["dataFormat"], N> extends infer I extends Image
        ? [I["channels"]] extends [null]
          ? ShapeMismatch<`${Name}: the channels axis of the input must be known, received ${Show<S>}`>
          : Windows<
                I["spatial"],
                Spread<O["kernelSize"], N>,
                Spread<O["strides"], N>,
                Spread<O["dilationRate"], N>,
                O["padding"]
              > extends infer W extends Shape
            ? ShapeOfImage<O["dataFormat"], I["batch"], W, O["filters"]>
            : ShapeMismatch<`${Name}: the kernel is larger than the input ${Show<S>}`>
        : ShapeMismatch<`${Name}: expected an input of rank ${RankOf<N>}, received ${Show<S>}`>;

/** Conv1D, Conv2D, Conv3D and the separable forms: `[batch, …spatial, channels]` → `[batch, …windows, filters]`. */
export interface ConvolutionRule<
  Name extends string,
  N extends SpatialRank,
  O extends ConvolutionSettings,
  D extends DType = "float32",
> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape
    ? ConvolutionShape<Name, N, S, O>
    : Expected<Name, "one tensor">;
  readonly outDtype: D;
}
