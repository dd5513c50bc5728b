import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { multiply } from "../../ops/arithmetic.ts";
import { greater } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { getItem } from "../../ops/get-item.ts";
import { where } from "../../ops/indexing.ts";
import { concatenate } from "../../ops/joining.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable } from "../../util/parameters.ts";
import { affine } from "./affine.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import { bindImage, type Factor, type ImageSizes, intervalOf, type Transformation } from "./image-layer.ts";
import { type AffineOptions, RandomAffineLayer } from "./random-affine-layer.ts";

export interface RandomShearOptions extends AffineOptions {
  /** How far rows are moved against each other, between 0 and 1. Default 0. */
  readonly xFactor?: Factor | undefined;
  /** How far columns are. Default 0. */
  readonly yFactor?: Factor | undefined;
}

class RandomShearLayer extends RandomAffineLayer {
  static readonly className = "RandomShear";
  static readonly parameters: ParameterTable = {
    xFactor: 0,
    yFactor: 0,
    interpolation: "bilinear",
    fillMode: "reflect",
    fillValue: 0,
    dataFormat: null,
    seed: null,
  };

  readonly xFactor: readonly [number, number];
  readonly yFactor: readonly [number, number];

  constructor(...args: readonly unknown[]) {
    const given = bindImage<RandomShearOptions>("RandomShear", RandomShearLayer.parameters, args);
    super(given);
    this.xFactor = shearOf("xFactor", given.xFactor);
    this.yFactor = shearOf("yFactor", given.yFactor);
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch } = this.sizesOf(images);
    // Both ways alike.
    const sign = where(greater(this.uniform([batch, 1]), 0.5), -1, 1);
    const y = this.uniform([batch, 1], ...this.yFactor);
    const x = this.uniform([batch, 1], ...this.xFactor);
    return { shearFactor: multiply(concatenate([x, y], 1), sign) as Tensor }; // SAFETY: tensors in, tensor out
  }

  protected override matrixOf(_sizes: ImageSizes, { shearFactor: factor }: Transformation): Tensor | null {
    if (factor === undefined) return null;
    const [x, y] = [0, 1].map((i) => getItem(factor, [":", i]) as Tensor) as [Tensor, Tensor]; // SAFETY: tensors in, tensor out
    return affine([1, x, 0, y, 1, 0]);
  }
}

/** A number stands for both directions. */
function shearOf(name: string, value: unknown): readonly [number, number] {
  const [low, high] = intervalOf("RandomShear", name, value, [0, 1]);
  return typeof value === "number" ? [-high, high] : [low, high];
}

export interface RandomShear extends RandomShearLayer, LayerCall<SameRule> {}

export interface RandomShearConstructor extends LayerConstructor<
  Fixed<RandomShear>,
  RandomShearOptions,
  [
    xFactor: "xFactor",
    yFactor: "yFactor",
    interpolation: "interpolation",
    fillMode: "fillMode",
    fillValue: "fillValue",
    dataFormat: "dataFormat",
    seed: "seed",
  ]
> {}

/**
 * In training, slants each image.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_shear.py`
 */
export const RandomShear: RandomShearConstructor = callable<typeof RandomShearLayer, RandomShearConstructor>(
  RandomShearLayer,
);
