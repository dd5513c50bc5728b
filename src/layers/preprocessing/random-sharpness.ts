import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, multiply, subtract } from "../../ops/arithmetic.ts";
import { depthwiseConv } from "../../ops/convolution.ts";
import { makeTensor } from "../../ops/core/convert.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { reshape, swapaxes } from "../../ops/shape.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";
import {
  bindImage,
  type ColorOptions,
  type Factor,
  inRange,
  perImage,
  type Transformation,
} from "./image-layer.ts";
import { RandomColorLayer } from "./random-color-layer.ts";

export interface RandomSharpnessOptions extends ColorOptions {
  /** Between 0 and 1: 0 blurs, 0.5 changes nothing, 1 sharpens. */
  readonly factor?: Factor | undefined;
}

class RandomSharpnessLayer extends RandomColorLayer {
  static readonly className = "RandomSharpness";
  static readonly parameters: ParameterTable = {
    factor: required,
    valueRange: [0, 255],
    dataFormat: null,
    seed: null,
  };

  constructor(...args: readonly unknown[]) {
    super(
      bindImage<RandomSharpnessOptions>("RandomSharpness", RandomSharpnessLayer.parameters, args),
      [0, 1],
    );
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch } = this.sizesOf(images);
    return { factor: this.uniform([batch], ...this.factor) };
  }

  override transformImages(images: Tensor, { factor }: Transformation, training: boolean): Tensor {
    if (!training || factor === undefined) return images;
    const isLast = this.dataFormat === "channels_last";
    const x = (isLast ? images : swapaxes(images, -3, -1)) as Tensor; // SAFETY: tensors in, tensor out
    const channels = x.dims.at(-1) ?? 1;
    const weights = [1, 1, 1, 1, 5, 1, 1, 1, 1].flatMap((weight) =>
      new Array<number>(channels).fill(weight / 13),
    );
    const kernel = reshape(makeTensor(weights, { dtype: x.dtype }), [3, 3, channels, 1]);
    const smooth = depthwiseConv(x, kernel, { padding: "same", dataFormat: "channels_last" });
    const mixed = add(x, multiply(subtract(1, multiply(perImage(factor), 2)), subtract(smooth, x))) as Tensor; // SAFETY: tensors in, tensor out
    const sharp = inRange(mixed, this.valueRange);
    return (isLast ? sharp : swapaxes(sharp, -3, -1)) as Tensor; // SAFETY: tensors in, tensor out
  }
}

export interface RandomSharpness extends RandomSharpnessLayer, LayerCall<SameRule> {}

export interface RandomSharpnessConstructor extends LayerConstructorOf<
  Fixed<RandomSharpness>,
  { readonly factor: Factor },
  [factor: "factor"],
  RandomSharpnessOptions,
  [valueRange: "valueRange", dataFormat: "dataFormat", seed: "seed"]
> {}

/**
 * In training, blurs or sharpens each image.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_sharpness.py`
 */
export const RandomSharpness: RandomSharpnessConstructor = callable<
  typeof RandomSharpnessLayer,
  RandomSharpnessConstructor
>(RandomSharpnessLayer);
