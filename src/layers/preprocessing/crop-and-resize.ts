import type { DataFormat } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { getItem } from "../../ops/get-item.ts";
import { resize } from "../../ops/image.ts";

/** A window of a batch of images. */
export function cropWindow(
  images: Tensor,
  [top, left]: readonly [number, number],
  [height, width]: readonly [number, number],
  format: DataFormat,
): Tensor {
  const window = [`${top}:${top + height}`, `${left}:${left + width}`] as const;
  return getItem(
    images,
    format === "channels_last" ? [":", ...window, ":"] : [":", ":", ...window],
  ) as Tensor; // SAFETY: tensor in, tensor out
}

/** The height and width of the largest window of images that has the proportions of another size. */
export function windowSize(
  height: number,
  width: number,
  toHeight: number,
  toWidth: number,
): readonly [height: number, width: number] {
  return [
    Math.max(Math.min(height, Math.trunc((width * toHeight) / toWidth)), 1),
    Math.max(Math.min(width, Math.trunc((height * toWidth) / toHeight)), 1),
  ];
}

/** Images in another size, without distortion: the largest window of the new proportions, resized. @see Keras `utils/image_utils.py` */
export function smartResize(
  images: Tensor,
  [height, width]: readonly [number, number],
  [toHeight, toWidth]: readonly [number, number],
  interpolation: "bilinear" | "nearest",
  format: DataFormat,
): Tensor {
  const [cropHeight, cropWidth] = windowSize(height, width, toHeight, toWidth);
  const start = [Math.trunc((height - cropHeight) / 2), Math.trunc((width - cropWidth) / 2)] as const;
  const window = cropWindow(images, start, [cropHeight, cropWidth], format);
  return resize(window, { size: [toHeight, toWidth], interpolation, dataFormat: format }) as Tensor; // SAFETY: tensor in, tensor out
}
