import type { LayerCall } from "../../graph/layer.ts";
import type { SameRule } from "../../ir/shape-types/index.ts";
import { slice } from "../../ops/blocks.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { pad } from "../../ops/rearranging.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { type ParameterTable, positiveInteger, required } from "../../util/parameters.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";
import type { ImageBoxes } from "./bounding-boxes/move.ts";
import { bindImage, ImageLayer, type ImageLayerOptions } from "./image-layer.ts";

export interface MaxNumBoundingBoxesOptions extends Omit<ImageLayerOptions, "seed"> {
  readonly maxNumber?: number | undefined;
  /** What stands in places without a box, and for its label. Default −1. */
  readonly fillValue?: number | undefined;
}

class MaxNumBoundingBoxesLayer extends ImageLayer {
  static readonly className = "MaxNumBoundingBoxes";
  static readonly parameters: ParameterTable = { maxNumber: required, fillValue: -1 };

  readonly maxNumber: number;
  readonly fillValue: number;

  constructor(...args: readonly unknown[]) {
    const { parameters, className } = MaxNumBoundingBoxesLayer;
    const given = bindImage<MaxNumBoundingBoxesOptions>(className, parameters, args);
    super(given);
    this.maxNumber = positiveInteger(className, "maxNumber", given.maxNumber);
    this.fillValue = given.fillValue ?? -1;
    if (!Number.isInteger(this.fillValue))
      throw new OptionError(
        `${className}: expected \`fillValue\` to be a whole number, received ${JSON.stringify(given.fillValue)}.`,
      );
  }

  override transformImages(images: Tensor): Tensor {
    return images;
  }

  override transformBoundingBoxes({ boxes, labels }: ImageBoxes): ImageBoxes {
    return { boxes: this.#fit(boxes), labels: this.#fit(labels) };
  }

  /** The first boxes, and places without a box up to the number. */
  #fit(x: Tensor): Tensor {
    const [, count = 0] = x.dims;
    const kept = Math.min(count, this.maxNumber);
    const first = slice(
      x,
      x.dims.map(() => 0),
      x.dims.map((dim, i) => (i === 1 ? kept : dim)),
    ) as Tensor; // SAFETY: tensor in, tensor out
    const added = x.dims.map((_, i): [number, number] => [0, i === 1 ? this.maxNumber - kept : 0]);
    return pad(first, added, { constantValues: this.fillValue }) as Tensor; // SAFETY: as above
  }

  /** As Keras writes it, which leaves its default out, and every other value. */
  override getConfig(): Record<string, unknown> {
    const { fillValue, ...config } = super.getConfig();
    return fillValue === -1 ? config : { ...config, fillValue };
  }
}

export interface MaxNumBoundingBoxes extends MaxNumBoundingBoxesLayer, LayerCall<SameRule> {}

export interface MaxNumBoundingBoxesConstructor extends LayerConstructorOf<
  Fixed<MaxNumBoundingBoxes>,
  { readonly maxNumber: number },
  [maxNumber: "maxNumber"],
  MaxNumBoundingBoxesOptions,
  [fillValue: "fillValue"]
> {}

/**
 * Brings the boxes beside images to one number: those that are too many are left out, places for more are filled.
 *
 * Shapes of `boundingBoxes`: `boxes` `[batch, n, 4]` → `[batch, maxNumber, 4]`, `labels` `[batch, n]` → `[batch, maxNumber]`;
 * images, labels and masks stay as they are.
 *
 * @param maxNumber - Boxes of an image; a positive integer.
 * @throws {OptionError} when boxes come without a `boundingBoxFormat`.
 * @example
 * const layer = MaxNumBoundingBoxes(10, { boundingBoxFormat: "xyxy" });
 * const { boundingBoxes } = layer({ images, boundingBoxes: { boxes, labels } });
 * @see Keras `layers/preprocessing/image_preprocessing/max_num_bounding_box.py`
 */
export const MaxNumBoundingBoxes: MaxNumBoundingBoxesConstructor = callable<
  typeof MaxNumBoundingBoxesLayer,
  MaxNumBoundingBoxesConstructor
>(MaxNumBoundingBoxesLayer);
