import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, divide, multiply, subtract } from "../../ops/arithmetic.ts";
import { less } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { where } from "../../ops/indexing.ts";
import { clip } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import {
  bindImage,
  type ColorOptions,
  type Factor,
  intervalOf,
  RandomImageLayer,
  rangeOf,
  type Transformation,
} from "./image-layer.ts";

export interface SolarizationOptions extends ColorOptions {
  /** How much is added first, as part of 255: up to so much, or from one to the other. Default 0. */
  readonly additionFactor?: Factor | undefined;
  /** From where on values are inverted, as part of 255, likewise. Default 0. */
  readonly thresholdFactor?: Factor | undefined;
}

class SolarizationLayer extends RandomImageLayer {
  static readonly className = "Solarization";
  static readonly parameters: ParameterTable = {
    additionFactor: 0,
    thresholdFactor: 0,
    valueRange: [0, 255],
    seed: null,
  };

  readonly additionFactor: readonly [number, number];
  readonly thresholdFactor: readonly [number, number];
  readonly valueRange: readonly [number, number];

  constructor(...args: readonly unknown[]) {
    const given = bindImage<SolarizationOptions>("Solarization", SolarizationLayer.parameters, args);
    super(given);
    this.additionFactor = intervalOf("Solarization", "additionFactor", given.additionFactor ?? 0, [0, 1]);
    this.thresholdFactor = intervalOf("Solarization", "thresholdFactor", given.thresholdFactor ?? 0, [0, 1]);
    this.valueRange = rangeOf("Solarization", given.valueRange);
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch } = this.sizesOf(images);
    const scaled = ([low, high]: readonly [number, number]): Tensor =>
      this.uniform([batch, 1, 1, 1], low, high * 255);
    return { additions: scaled(this.additionFactor), thresholds: scaled(this.thresholdFactor) };
  }

  override transformImages(
    images: Tensor,
    { additions, thresholds }: Transformation,
    training: boolean,
  ): Tensor {
    if (!training || additions === undefined || thresholds === undefined) return images;
    const [least, most] = this.valueRange;
    const bytes = multiply(divide(subtract(images, least), most - least), 255);
    const raised = clip(add(bytes, additions), 0, 255);
    const turned = where(less(raised, thresholds), raised, subtract(255, raised));
    return add(multiply(divide(turned, 255), most - least), least) as Tensor; // SAFETY: tensors in, tensor out
  }
}

export interface Solarization extends SolarizationLayer, LayerCall<SameRule> {}

export interface SolarizationConstructor extends LayerConstructor<
  Fixed<Solarization>,
  SolarizationOptions,
  [
    additionFactor: "additionFactor",
    thresholdFactor: "thresholdFactor",
    valueRange: "valueRange",
    seed: "seed",
  ]
> {}

/**
 * In training, inverts what is brighter than a random threshold.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/solarization.py`
 */
export const Solarization: SolarizationConstructor = callable<
  typeof SolarizationLayer,
  SolarizationConstructor
>(SolarizationLayer);
