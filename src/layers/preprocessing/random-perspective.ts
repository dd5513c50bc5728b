import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { add, multiply } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import { makeTensor } from "../../ops/core/convert.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { onesLike, zerosLike } from "../../ops/creation.ts";
import { perspectiveTransform } from "../../ops/image.ts";
import { getItem } from "../../ops/get-item.ts";
import { where } from "../../ops/indexing.ts";
import { stack } from "../../ops/joining.ts";
import { solve } from "../../ops/linear-algebra.ts";
import { expandDims, reshape } from "../../ops/shape.ts";
import { negative } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { oneOf } from "../../util/options.ts";
import { type ParameterTable } from "../../util/parameters.ts";
import type { Fixed, LayerConstructor } from "../constructor.ts";
import { type ImageBoxes, throughHomography } from "./bounding-boxes/move.ts";
import {
  bindImage,
  chance,
  type Factor,
  type ImageLayerOptions,
  type ImageSizes,
  intervalOf,
  perImage,
  pointInterpolations,
  RandomImageLayer,
  type Transformation,
} from "./image-layer.ts";

export interface RandomPerspectiveOptions extends ImageLayerOptions {
  /** How likely an image is changed, between 0 and 1. Default 1. */
  readonly factor?: Factor | undefined;
  /** How far corners move, between 0 and 1. Default 1. */
  readonly scale?: number | undefined;
  /** Default `"bilinear"`. */
  readonly interpolation?: (typeof pointInterpolations)[number] | undefined;
  /** What lies outside the images. Default 0. */
  readonly fillValue?: number | undefined;
}

class RandomPerspectiveLayer extends RandomImageLayer {
  static readonly className = "RandomPerspective";
  static readonly parameters: ParameterTable = {
    factor: 1,
    scale: 1,
    interpolation: "bilinear",
    fillValue: 0,
    seed: null,
    dataFormat: null,
  };

  readonly factor: readonly [number, number];
  readonly scale: number;
  readonly interpolation: (typeof pointInterpolations)[number];
  readonly fillValue: number;

  constructor(...args: readonly unknown[]) {
    const given = bindImage<RandomPerspectiveOptions>(
      "RandomPerspective",
      RandomPerspectiveLayer.parameters,
      args,
    );
    super(given);
    this.factor = intervalOf("RandomPerspective", "factor", given.factor ?? 1, [0, 1]);
    this.scale = chance("RandomPerspective", "scale", given.scale ?? 1);
    this.interpolation = oneOf(
      "RandomPerspective",
      "interpolation",
      given.interpolation,
      pointInterpolations,
    );
    this.fillValue = given.fillValue ?? 0;
  }

  override drawTransformation(images: Tensor, training: boolean): Transformation {
    if (!training) return {};
    const { batch, height, width } = this.sizesOf(images);
    const apply = this.chosen(batch, this.factor);
    const corners = [
      [0, 0],
      [width - 1, 0],
      [0, height - 1],
      [width - 1, height - 1],
    ];
    const start = makeTensor(new Array(batch).fill(corners) as number[][][], { dtype: this.computeDtype }); // SAFETY: tensors in, tensor out
    const moved = add(
      start,
      multiply(start, this.uniform([batch, 4, 2], -0.5 * this.scale, 0.5 * this.scale)),
    );
    const end = where(reshape(apply, [batch, 1, 1]), moved, start) as Tensor; // SAFETY: tensors in, tensor out
    return { applyPerspective: apply, startPoints: start, endPoints: end };
  }

  override transformImages(images: Tensor, transformation: Transformation, training: boolean): Tensor {
    return training ? this.#transform(images, transformation, this.interpolation) : images;
  }

  override transformSegmentationMasks(
    masks: Tensor,
    transformation: Transformation,
    training: boolean,
  ): Tensor {
    return training ? this.#transform(masks, transformation, "nearest") : masks;
  }

  override transformBoundingBoxes(
    boxes: ImageBoxes,
    { startPoints: start, endPoints: end }: Transformation,
    training: boolean,
    sizes: ImageSizes,
  ): ImageBoxes {
    if (!training || start === undefined || end === undefined) return boxes;
    const numbers = homography(start, end);
    return this.movedBoxes(boxes, sizes, sizes, (corners) => throughHomography(corners, numbers));
  }

  #transform(
    images: Tensor,
    how: Transformation,
    interpolation: (typeof pointInterpolations)[number],
  ): Tensor {
    const { applyPerspective: apply, startPoints: start, endPoints: end } = how;
    if (apply === undefined || start === undefined || end === undefined) return images;
    const { fillValue, dataFormat } = this;
    const moved = perspectiveTransform(images, start, end, { interpolation, fillValue, dataFormat });
    return cast(where(perImage(apply), moved, images), images.dtype) as Tensor; // SAFETY: tensors in, tensor out
  }
}

/** The eight numbers, `[batch, 1, 1]` each, of the homography that takes start points to end points. */
function homography(start: Tensor, end: Tensor): readonly Tensor[] {
  const own = (value: unknown): Tensor => value as Tensor; // SAFETY: of tensors, ops make tensors
  const along = (points: Tensor, i: number, axis: number): Tensor =>
    own(cast(getItem(points, [":", i, axis]), "float32"));
  const row = (parts: readonly Tensor[]): Tensor => own(stack(parts, { axis: -1 }));
  const product = (a: Tensor, b: Tensor): Tensor => own(negative(multiply(a, b)));
  const equations = [0, 1, 2, 3].flatMap((i) => {
    const [x, y, u, v] = [along(start, i, 0), along(start, i, 1), along(end, i, 0), along(end, i, 1)];
    const [one, none] = [own(onesLike(x)), own(zerosLike(x))];
    return [
      { left: row([x, y, one, none, none, none, product(u, x), product(u, y)]), right: u },
      { left: row([none, none, none, x, y, one, product(v, x), product(v, y)]), right: v },
    ];
  });
  const matrix = stack(
    equations.map(({ left }) => left),
    { axis: 1 },
  );
  const values = row(equations.map(({ right }) => right));
  const solved = solve(matrix, expandDims(values, -1));
  return equations.map((_, i) => own(expandDims(getItem(solved, [":", i]), -1)));
}

export interface RandomPerspective extends RandomPerspectiveLayer, LayerCall<SameRule> {}

export interface RandomPerspectiveConstructor extends LayerConstructor<
  Fixed<RandomPerspective>,
  RandomPerspectiveOptions,
  [
    factor: "factor",
    scale: "scale",
    interpolation: "interpolation",
    fillValue: "fillValue",
    seed: "seed",
    dataFormat: "dataFormat",
  ]
> {}

/**
 * In training, shows images as if from another side.
 *
 * @see Keras `layers/preprocessing/image_preprocessing/random_perspective.py`
 */
export const RandomPerspective: RandomPerspectiveConstructor = callable<
  typeof RandomPerspectiveLayer,
  RandomPerspectiveConstructor
>(RandomPerspectiveLayer);
