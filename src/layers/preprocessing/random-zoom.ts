import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { multiply, subtract } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { reshape } from "../../ops/shape.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import { affine } from "./affine.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";
import { bindImage, type Factor, type ImageSizes, intervalOf, type Transformation } from "./image-layer.ts";
import { type AffineOptions, RandomAffineLayer } from "./random-affine-layer.ts";

export interface RandomZoomOptions extends AffineOptions {
  /** How much more of the height is seen: up to so much both ways, or from one to the other; negative numbers enlarge. */
  readonly heightFactor?: Factor | undefined;
  /** Likewise for the width. Default null: as the height, without distortion. */
  readonly widthFactor?: Factor | null | undefined;
}

class RandomZoomLayer extends RandomAffineLayer {
  static readonly className = "RandomZoom";
  static readonly parameters: ParameterTable = {
    heightFactor: required,
    widthFactor: null,
    fillMode: "reflect",
    interpolation: "bilinear",
    seed: null,
    fillValue: 0,
    dataFormat: null,
  };

  readonly heightFactor: Factor;
  readonly widthFactor: Factor | null;

  constructor(...args: readonly unknown[]) {
    const given = bindImage<RandomZoomOptions>("RandomZoom", RandomZoomLayer.parameters, args);
    super(given);
    this.heightFactor = given.heightFactor ?? 0;
    this.widthFactor = given.widthFactor ?? null;
    intervalOf("RandomZoom", "heightFactor", this.heightFactor);
    intervalOf("RandomZoom", "widthFactor", this.widthFactor ?? 0);
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch } = this.sizesOf(images);
    const zoom = (name: string, factor: Factor): Tensor => {
      const [low, high] = intervalOf("RandomZoom", name, factor);
      return this.uniform([batch, 1], 1 + low, 1 + high);
    };
    const vertical = zoom("heightFactor", this.heightFactor);
    return {
      heightZoom: vertical,
      widthZoom: this.widthFactor === null ? vertical : zoom("widthFactor", this.widthFactor),
    };
  }

  protected override matrixOf(
    { height, width }: ImageSizes,
    { heightZoom: vertical, widthZoom: horizontal }: Transformation,
  ): Tensor | null {
    if (vertical === undefined || horizontal === undefined) return null;
    const [y, x] = [vertical, horizontal].map((zoom) => reshape(zoom, [-1]) as Tensor) as [Tensor, Tensor]; // SAFETY: tensors in, tensor out
    const offset = (zoom: Tensor, size: number): Tensor =>
      multiply(subtract(1, zoom), (size - 1) / 2) as Tensor; // SAFETY: tensors in, tensor out
    return affine([x, 0, offset(x, width), 0, y, offset(y, height)]);
  }
}

export interface RandomZoom extends RandomZoomLayer, LayerCall<SameRule> {}

export interface RandomZoomConstructor extends LayerConstructorOf<
  Fixed<RandomZoom>,
  { readonly heightFactor: Factor },
  [heightFactor: "heightFactor"],
  RandomZoomOptions,
  [
    widthFactor: "widthFactor",
    fillMode: "fillMode",
    interpolation: "interpolation",
    seed: "seed",
    fillValue: "fillValue",
    dataFormat: "dataFormat",
  ]
> {}

/**
 * In training, shows each image from nearer or further away.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_zoom.py`
 */
export const RandomZoom: RandomZoomConstructor = callable<typeof RandomZoomLayer, RandomZoomConstructor>(
  RandomZoomLayer,
);
