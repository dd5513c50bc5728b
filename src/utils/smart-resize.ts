import { formatShape } from "../ir/shape.ts";
import { slice } from "../ops/blocks.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import { type Interpolation, resize } from "../ops/image-resize.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { ShapeError } from "../util/errors.ts";
import { checkOptions, oneOf } from "../util/options.ts";
import { checkSize } from "./image.ts";

const where = "preprocessing.image.smartResize";
const dataFormats = ["channels_last", "channels_first"] as const;

export interface SmartResizeOptions {
  /** Default `"bilinear"`. */
  readonly interpolation?: Interpolation | undefined;
  /** Default `"channels_last"`. */
  readonly dataFormat?: (typeof dataFormats)[number] | undefined;
}

/**
 * Images (one, or a batch) in another size, without squeezing them: what does not fit is cut off at both sides.
 *
 * @param size - `[height, width]`.
 * @throws {ShapeError} for another rank than 3 and 4.
 * @see Keras `utils/image_utils.py`, `smart_resize`
 */
export function smartResize(
  x: TensorInput,
  size: readonly [number, number],
  options: SmartResizeOptions = {},
): Tensor {
  checkOptions(where, options, ["interpolation", "dataFormat"]);
  const { interpolation = "bilinear", dataFormat = "channels_last" } = options;
  oneOf(where, "dataFormat", dataFormat, dataFormats);
  const [toHeight, toWidth] = checkSize(where, "size", size);
  const images = toValue(x) as Tensor; // SAFETY: images are no symbolic tensors
  const { dims } = images;
  if (dims.length !== 3 && dims.length !== 4)
    throw new ShapeError(`${where}: expected an image or a batch of images, received ${formatShape(dims)}.`);
  const at = dims.length - (dataFormat === "channels_last" ? 3 : 2);
  const [height = 0, width = 0] = dims.slice(at);
  const kept = (own: number, other: number, toOwn: number, toOther: number): number =>
    Math.max(Math.min(own, Math.trunc((other * toOwn) / toOther)), 1);
  const [cropHeight, cropWidth] = [
    kept(height, width, toHeight, toWidth),
    kept(width, height, toWidth, toHeight),
  ];
  const start = dims.map((_, i) =>
    i === at ? Math.trunc((height - cropHeight) / 2) : i === at + 1 ? Math.trunc((width - cropWidth) / 2) : 0,
  );
  const shape = dims.map((dim, i) => (i === at ? cropHeight : i === at + 1 ? cropWidth : dim));
  const cropped = slice(images, start, shape) as Tensor; // SAFETY: tensors in, tensors out
  return resize(cropped, [toHeight, toWidth], { interpolation, dataFormat }) as Tensor; // SAFETY: as above
}
