import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, subtract } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { arange } from "../../ops/creation.ts";
import { where } from "../../ops/indexing.ts";
import { take } from "../../ops/taking.ts";
import { keyedBeta, keyedShuffle } from "../../ops/random-distributions.ts";
import { reshape } from "../../ops/shape.ts";
import { sqrt } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import type { ImageBoxes } from "./bounding-boxes/move.ts";
import {
  bindImage,
  type Factor,
  type ImageLayerOptions,
  intervalOf,
  RandomImageLayer,
  type Transformation,
} from "./image-layer.ts";
import { mix } from "./mixing.ts";
import { windowMask } from "./window-mask.ts";

export interface CutMixOptions extends ImageLayerOptions {
  /** Parameter of the beta distribution that sizes are drawn from, between 0 and 1. Default 1. */
  readonly factor?: Factor | undefined;
}

class CutMixLayer extends RandomImageLayer {
  static readonly className = "CutMix";
  static readonly parameters: ParameterTable = { factor: 1, seed: null, dataFormat: null };

  readonly factor: readonly [number, number];

  constructor(...args: readonly unknown[]) {
    const given = bindImage<CutMixOptions>("CutMix", CutMixLayer.parameters, args);
    super(given);
    this.factor = intervalOf("CutMix", "factor", given.factor ?? 1, [0, 1]);
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch } = this.sizesOf(images);
    const alpha = add(this.uniform([], ...this.factor), 1e-6) as Tensor; // SAFETY: tensors in, tensor out
    const drawn = keyedBeta(this.generator.next(), [batch], alpha, alpha);
    const ratio = sqrt(subtract(1, drawn)) as Tensor; // SAFETY: tensors in, tensor out
    const { mask, share } = windowMask(images, this.dataFormat, ratio, ratio, (shape) => this.uniform(shape));
    const order = keyedShuffle(this.generator.next(), arange(batch, { dtype: "int32" }), 0);
    return {
      permutationOrder: order,
      batchMasks: mask,
      mixWeight: reshape(subtract(1, share), [-1, 1, 1, 1]) as Tensor,
    }; // SAFETY: tensors in, tensor out
  }

  override transformImages(
    images: Tensor,
    { permutationOrder: order, batchMasks: mask }: Transformation,
    training: boolean,
  ): Tensor {
    if (!training || order === undefined || mask === undefined) return images;
    return where(mask, take(images, order, { axis: 0 }), images) as Tensor; // SAFETY: tensors in, tensor out
  }

  override transformLabels(
    labels: Tensor,
    { mixWeight: weight, permutationOrder: order }: Transformation,
    training: boolean,
  ): Tensor {
    if (!training || weight === undefined || order === undefined) return labels;
    return mix(labels, reshape(weight, [-1, 1]) as Tensor, order); // SAFETY: tensors in, tensor out
  }

  override transformBoundingBoxes(
    boxes: ImageBoxes,
    _transformation: Transformation,
    training: boolean,
  ): ImageBoxes {
    return training ? this.refuseBoxes() : boxes;
  }
}

export interface CutMix extends CutMixLayer, LayerCall<SameRule> {}

export interface CutMixConstructor extends LayerConstructor<
  Fixed<CutMix>,
  CutMixOptions,
  [factor: "factor", seed: "seed", dataFormat: "dataFormat"]
> {}

/**
 * In training, replaces a window of each image by that of another one, and mixes their labels by its area.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/cut_mix.py`
 */
export const CutMix: CutMixConstructor = callable<typeof CutMixLayer, CutMixConstructor>(CutMixLayer);
