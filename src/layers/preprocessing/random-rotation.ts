import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, multiply, subtract } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { cos, negative, sin } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import { affine } from "./affine.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";
import { bindImage, type Factor, type ImageSizes, intervalOf, type Transformation } from "./image-layer.ts";
import { type AffineOptions, RandomAffineLayer } from "./random-affine-layer.ts";

export interface RandomRotationOptions extends AffineOptions {
  /** Parts of a full turn: up to so much both ways, or from one to the other. */
  readonly factor?: Factor | undefined;
}

class RandomRotationLayer extends RandomAffineLayer {
  static readonly className = "RandomRotation";
  static readonly parameters: ParameterTable = {
    factor: required,
    fillMode: "reflect",
    interpolation: "bilinear",
    seed: null,
    fillValue: 0,
    dataFormat: null,
  };

  readonly factor: readonly [number, number];

  constructor(...args: readonly unknown[]) {
    const given = bindImage<RandomRotationOptions>("RandomRotation", RandomRotationLayer.parameters, args);
    super(given);
    this.factor = intervalOf("RandomRotation", "factor", given.factor ?? 0);
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch, height, width } = this.sizesOf(images);
    const [low, high] = this.factor;
    const angle = this.uniform([batch], low * 360, high * 360);
    const radians = multiply(angle, Math.PI / 180);
    const [cosine, sine] = [cos(radians) as Tensor, sin(radians) as Tensor]; // SAFETY: tensors in, tensor out
    // About the middle of the image.
    const [x, y] = [(width - 1) / 2, (height - 1) / 2];
    const offset = (at: number, a: Tensor, b: Tensor): Tensor =>
      subtract(at, add(multiply(a, x), multiply(b, y))) as Tensor; // SAFETY: tensors in, tensor out
    const minus = negative(sine) as Tensor; // SAFETY: tensors in, tensor out
    return {
      angle,
      rotationMatrix: affine([
        cosine,
        minus,
        offset(x, cosine, minus),
        sine,
        cosine,
        offset(y, sine, cosine),
      ]),
    };
  }

  protected override matrixOf(_sizes: ImageSizes, { rotationMatrix }: Transformation): Tensor | null {
    return rotationMatrix ?? null;
  }
}

export interface RandomRotation extends RandomRotationLayer, LayerCall<SameRule> {}

export interface RandomRotationConstructor extends LayerConstructorOf<
  Fixed<RandomRotation>,
  { readonly factor: Factor },
  [factor: "factor"],
  RandomRotationOptions,
  [
    fillMode: "fillMode",
    interpolation: "interpolation",
    seed: "seed",
    fillValue: "fillValue",
    dataFormat: "dataFormat",
  ]
> {}

/**
 * In training, turns each image by a random angle about its middle.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_rotation.py`
 */
export const RandomRotation: RandomRotationConstructor = callable<
  typeof RandomRotationLayer,
  RandomRotationConstructor
>(RandomRotationLayer);
