import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, divide, multiply, subtract } from "../../ops/arithmetic.ts";
import { bitwiseLeftShift, bitwiseRightShift } from "../../ops/bitwise.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { floor } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";
import { bindImage, type ColorOptions, type Factor, perImage, type Transformation } from "./image-layer.ts";
import { RandomColorLayer } from "./random-color-layer.ts";

export interface RandomPosterizationOptions extends ColorOptions {
  /** Number of bits that are kept, between 1 and 8: up to so many, or from one to the other. */
  readonly factor?: Factor | undefined;
}

class RandomPosterizationLayer extends RandomColorLayer {
  static readonly className = "RandomPosterization";
  static readonly parameters: ParameterTable = {
    factor: required,
    valueRange: [0, 255],
    dataFormat: null,
    seed: null,
  };

  constructor(...args: readonly unknown[]) {
    super(
      bindImage<RandomPosterizationOptions>("RandomPosterization", RandomPosterizationLayer.parameters, args),
      [1, 8],
    );
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch } = this.sizesOf(images);
    const [least, most] = this.factor;
    const bits = floor(this.uniform([batch], least, most));
    return { shiftFactor: cast(subtract(8, bits), "uint8") as Tensor }; // SAFETY: tensors in, tensor out
  }

  override transformImages(
    images: Tensor,
    { shiftFactor: shift }: Transformation,
    training: boolean,
  ): Tensor {
    if (!training || shift === undefined) return images;
    const [least, most] = this.valueRange;
    const bytes = cast(multiply(divide(subtract(images, least), most - least), 255), "uint8");
    const by = perImage(shift);
    const coarse = cast(bitwiseLeftShift(bitwiseRightShift(bytes, by), by), images.dtype);
    return add(multiply(divide(coarse, 255), most - least), least) as Tensor; // SAFETY: tensors in, tensor out
  }
}

export interface RandomPosterization extends RandomPosterizationLayer, LayerCall<SameRule> {}

export interface RandomPosterizationConstructor extends LayerConstructorOf<
  Fixed<RandomPosterization>,
  { readonly factor: Factor },
  [factor: "factor"],
  RandomPosterizationOptions,
  [valueRange: "valueRange", dataFormat: "dataFormat", seed: "seed"]
> {}

/**
 * In training, keeps only some bits of each colour.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_posterization.py`
 */
export const RandomPosterization: RandomPosterizationConstructor = callable<
  typeof RandomPosterizationLayer,
  RandomPosterizationConstructor
>(RandomPosterizationLayer);
