import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { arange } from "../../ops/creation.ts";
import { keyedBeta, keyedShuffle } from "../../ops/random-distributions.ts";
import { concatenate } from "../../ops/joining.ts";
import { reshape } from "../../ops/shape.ts";
import { take } from "../../ops/taking.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import type { ImageBoxes } from "./bounding-boxes/move.ts";
import {
  bindImage,
  type ImageLayerOptions,
  perImage,
  RandomImageLayer,
  type Transformation,
} from "./image-layer.ts";
import { mix } from "./mixing.ts";

export interface MixUpOptions extends ImageLayerOptions {
  /** Parameter of the beta distribution that weights are drawn from. Default 0.2. */
  readonly alpha?: number | undefined;
}

class MixUpLayer extends RandomImageLayer {
  static readonly className = "MixUp";
  static readonly parameters: ParameterTable = { alpha: 0.2, dataFormat: null, seed: null };

  readonly alpha: number;

  constructor(...args: readonly unknown[]) {
    const given = bindImage<MixUpOptions>("MixUp", MixUpLayer.parameters, args);
    super(given);
    this.alpha = given.alpha ?? 0.2;
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch } = this.sizesOf(images);
    const order = keyedShuffle(this.generator.next(), arange(batch, { dtype: "int32" }), 0);
    return {
      permutationOrder: order,
      mixWeight: keyedBeta(this.generator.next(), [batch], this.alpha, this.alpha),
    };
  }

  override transformImages(
    images: Tensor,
    { mixWeight: weight, permutationOrder: order }: Transformation,
    training: boolean,
  ): Tensor {
    if (!training || weight === undefined || order === undefined) return images;
    return mix(images, perImage(weight), order);
  }

  override transformLabels(
    labels: Tensor,
    { mixWeight: weight, permutationOrder: order }: Transformation,
    training: boolean,
  ): Tensor {
    if (!training || weight === undefined || order === undefined) return labels;
    return mix(labels, reshape(weight, [-1, 1]) as Tensor, order); // SAFETY: tensors in, tensor out
  }

  /** Those of both images. */
  override transformBoundingBoxes(
    given: ImageBoxes,
    { permutationOrder: order }: Transformation,
    training: boolean,
  ): ImageBoxes {
    if (!training || order === undefined) return given;
    const both = (x: Tensor): Tensor => concatenate([x, take(x, order, { axis: 0 })], 1) as Tensor; // SAFETY: tensors in, tensor out
    return { boxes: both(given.boxes), labels: both(given.labels) };
  }
}

export interface MixUp extends MixUpLayer, LayerCall<SameRule> {}

export interface MixUpConstructor extends LayerConstructor<
  Fixed<MixUp>,
  MixUpOptions,
  [alpha: "alpha", dataFormat: "dataFormat", seed: "seed"]
> {}

/**
 * In training, mixes pairs of images of a batch, and their labels alike.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/mix_up.py`
 */
export const MixUp: MixUpConstructor = callable<typeof MixUpLayer, MixUpConstructor>(MixUpLayer);
