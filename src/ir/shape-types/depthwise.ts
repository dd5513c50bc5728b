import type { DType } from "../dtypes.ts";
import type { Multiply } from "./arithmetic/multiply.ts";
import type { ConvolutionSettings, ConvolutionShape } from "./convolution.ts";
import type { Expected, ShapeRule } from "./rule.ts";
import type { IsWide, Shape } from "./shape.ts";
import type { Image, ImageOf, SpatialRank, WideImage } from "./spatial.ts";

/** What of a depthwise convolution decides its output shape. */
export interface DepthwiseSettings extends Omit<ConvolutionSettings, "filters"> {
  readonly depthMultiplier: number;
}

type WithFilters<O extends DepthwiseSettings, F extends number> = {
  readonly filters: F;
  readonly kernelSize: O["kernelSize"];
  readonly strides: O["strides"];
  readonly padding: O["padding"];
  readonly dilationRate: O["dilationRate"];
  readonly dataFormat: O["dataFormat"];
};

/** DepthwiseConv1D, DepthwiseConv2D: every input channel gives `depthMultiplier` output channels. */
export interface DepthwiseRule<
  Name extends string,
  N extends SpatialRank,
  O extends DepthwiseSettings,
  D extends DType = "float32",
> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape
    ? DepthwiseShape<Name, N, S, O>
    : Expected<Name, "one tensor">;
  readonly outDtype: D;
}

/** The output shape of a depthwise convolution; anything but an image of the right rank is reported as for a convolution. */
export type DepthwiseShape<
  Name extends string,
  N extends SpatialRank,
  S extends Shape,
  O extends DepthwiseSettings,
> =
  IsWide<S> extends true
    ? WideImage<N>
    : ImageOf<S, O["dataFormat"], N> extends infer I extends Image
      ? Multiply<I["channels"], O["depthMultiplier"]> extends infer F extends number
        ? ConvolutionShape<Name, N, S, WithFilters<O, F>>
        : ConvolutionShape<Name, N, S, WithFilters<O, number>>
      : ConvolutionShape<Name, N, S, WithFilters<O, number>>;
