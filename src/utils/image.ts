import { channelsOf, type PixelMode, type Pixels } from "../codec/pixels.ts";
import { isPng, readPng } from "../codec/png-read.ts";
import { writePng } from "../codec/png-write.ts";
import { floatx } from "../ir/floatx.ts";
import { imageDataFormat } from "../util/image-data-format.ts";
import type { DType } from "../ir/dtypes.ts";
import { toNumbers } from "../ir/numbers.ts";
import { formatShape } from "../ir/shape.ts";
import { makeTensor, type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { transpose } from "../ops/shape.ts";
import { type FileSource, readSource } from "../saving/source.ts";
import { OptionError, ShapeError, warnOnce } from "../util/errors.ts";
import { checkOptions, oneOf } from "../util/options.ts";
import { writeFileAtomic } from "../util/platform/index.ts";
import { type ImageBox, type ImageInterpolation, imageInterpolations, resample } from "./image-resample.ts";

const colorModes = ["grayscale", "rgb", "rgba"] as const;
const dataFormats = ["channels_last", "channels_first"] as const;

/** An image as files have it: what `loadImg` gives, and `imgToArray` takes. */
export type Image = Pixels;

export interface LoadImgOptions {
  /** `"grayscale"`, `"rgb"` (the default) or `"rgba"`. */
  readonly colorMode?: (typeof colorModes)[number] | undefined;
  /** Height and width. Default: those of the file. */
  readonly targetSize?: readonly [height: number, width: number] | null | undefined;
  /** Default `"nearest"`. */
  readonly interpolation?: ImageInterpolation | undefined;
  /** Whether the sides are cut off that do not fit, in place of being squeezed. Default false. */
  readonly keepAspectRatio?: boolean | undefined;
}

/**
 * Reads an image from a file: a path, a URL, bytes or a `Blob`. PNG, JPEG, GIF (the first image) and BMP; in a page also
 * WebP and what the browser knows besides. Orientation (EXIF) and colour profiles in files do not count, as in Keras.
 *
 * @throws {FormatError} for other formats, and damaged files.
 * @see Keras `utils/image_utils.py`
 */
export async function loadImg(source: FileSource, options: LoadImgOptions = {}): Promise<Image> {
  const where = "utils.loadImg";
  checkOptions(where, options, ["colorMode", "targetSize", "interpolation", "keepAspectRatio"]);
  const {
    colorMode = "rgb",
    targetSize = null,
    interpolation = "nearest",
    keepAspectRatio = false,
  } = options;
  oneOf(where, "colorMode", colorMode, colorModes);
  oneOf(where, "interpolation", interpolation, imageInterpolations);
  const size = targetSize === null ? null : checkSize(where, "targetSize", targetSize);
  const { bytes, name } = await readSource(source);
  const image = inColors(await readImage(bytes, name), colorMode);
  if (size === null) return image;
  const [height, width] = size;
  if (image.width === width && image.height === height) return image;
  const box = keepAspectRatio ? centerBox(image, width, height) : undefined;
  return resample(image, [width, height], interpolation, box);
}

/**
 * The image in the bytes of a file: PNG, JPEG, GIF (the first) or BMP; in a page also what the browser knows besides.
 * What reads formats other than PNG is loaded when there is such a file.
 *
 * @throws {FormatError} for other formats, and damaged files.
 */
export async function readImage(bytes: Uint8Array, name: string): Promise<Image> {
  if (isPng(bytes)) return readPng(bytes, name);
  const { readOtherImage } = await import("../codec/other-images.ts");
  return readOtherImage(bytes, name);
}

/** Checks a height and a width. */
export function checkSize(where: string, name: string, size: unknown): readonly [number, number] {
  if (Array.isArray(size) && size.length === 2 && size.every((n) => Number.isInteger(n) && n > 0))
    return [Number(size[0]), Number(size[1])];
  throw new OptionError(
    `${where}: expected \`${name}\` to be [height, width], received ${JSON.stringify(size)}.`,
  );
}

/** The largest part of an image, in its middle, with the sides of another size. */
function centerBox({ width, height }: Pixels, toWidth: number, toHeight: number): ImageBox {
  const cropHeight = Math.min(height, Math.floor((width * toHeight) / toWidth));
  const cropWidth = Math.min(width, Math.floor((height * toWidth) / toHeight));
  const top = Math.floor((height - cropHeight) / 2);
  const left = Math.floor((width - cropWidth) / 2);
  return [left, top, left + cropWidth, top + cropHeight];
}

/** An image in other colours; gray of 16 bits stays so in `"grayscale"`. */
export function inColors(image: Image, colorMode: (typeof colorModes)[number]): Image {
  const mode: PixelMode = colorMode === "grayscale" ? "L" : colorMode === "rgb" ? "RGB" : "RGBA";
  if (image.mode === mode || (mode === "L" && image.mode === "I;16")) return image;
  const { width, height, data } = image;
  const from = channelsOf[image.mode];
  const to = channelsOf[mode];
  const shift = image.mode === "I;16" ? 8 : 0;
  const out = new Uint8Array(width * height * to);
  for (let i = 0; i < width * height; i++) {
    const at = (c: number): number => (data[i * from + c] ?? 0) >> shift;
    const [r, g, b] = from < 3 ? [at(0), at(0), at(0)] : [at(0), at(1), at(2)];
    // ITU-R 601-2, in 16 bits as Pillow computes it.
    if (to === 1) out[i] = from < 3 ? r : (r * 19_595 + g * 38_470 + b * 7471 + 0x8000) >> 16;
    else out.set([r, g, b], i * to);
    if (to === 4) out[i * 4 + 3] = from === 2 ? at(1) : 255;
  }
  return { mode, width, height, data: out };
}

export interface ImgToArrayOptions {
  /** Default: `config.imageDataFormat()`. */
  readonly dataFormat?: (typeof dataFormats)[number] | null | undefined;
  /** Default: `config.floatx()`. */
  readonly dtype?: DType | null | undefined;
}

/** An image's numbers, 0 … 255, as a tensor `[height, width, channels]`. @see Keras `utils/image_utils.py` */
export function imgToArray(img: Image, options: ImgToArrayOptions = {}): Tensor {
  checkOptions("utils.imgToArray", options, ["dataFormat", "dtype"]);
  const { mode, width, height, data } = img;
  const dtype = options.dtype ?? floatx();
  const x = makeTensor(data, { shape: [height, width, channelsOf[mode]], dtype });
  return formatOf("utils.imgToArray", options) === "channels_last"
    ? x
    : (transpose(x, { axes: [2, 0, 1] }) as Tensor); // SAFETY: tensors in, tensors out
}

function formatOf(where: string, { dataFormat }: ImgToArrayOptions): (typeof dataFormats)[number] {
  return oneOf(where, "dataFormat", dataFormat ?? imageDataFormat(), dataFormats);
}

export interface ArrayToImgOptions extends ImgToArrayOptions {
  /** Whether numbers are stretched to 0 … 255. Default true. */
  readonly scale?: boolean | undefined;
}

/**
 * The image that a tensor `[height, width, channels]` (1, 3 or 4 channels) holds.
 *
 * @throws {ShapeError} for other shapes.
 * @see Keras `utils/image_utils.py`
 */
export function arrayToImg(x: TensorInput, options: ArrayToImgOptions = {}): Image {
  const where = "utils.arrayToImg";
  checkOptions(where, options, ["dataFormat", "dtype", "scale"]);
  const given = toValue(x) as Tensor; // SAFETY: images are no symbolic tensors
  if (given.dims.length !== 3)
    throw new ShapeError(`${where}: expected one image, of rank 3, received ${formatShape(given.dims)}.`);
  const last = formatOf(where, options) === "channels_last";
  const tensor = last ? given : (transpose(given, { axes: [1, 2, 0] }) as Tensor); // SAFETY: tensors in, tensors out
  const [height = 0, width = 0, channels = 0] = tensor.dims;
  if (channels !== 1 && channels !== 3 && channels !== 4)
    throw new ShapeError(
      `${where}: expected 1, 3 or 4 channels, received ${formatShape(given.dims)}${last ? "" : " (channels first)"}.`,
    );
  const wide = options.dtype === "float64" ? (value: number): number => value : Math.fround;
  let values = Array.from(toNumbers(tensor.dataSync(), tensor.dtype), wide);
  if (options.scale ?? true) {
    const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const moved = values.map((value) => wide(value - least));
    const most = moved.reduce((a, b) => Math.max(a, b), 0);
    values = moved.map((value) => wide((most === 0 ? value : wide(value / most)) * 255));
  }
  if (channels === 1 && values.some((value) => value > 255))
    return { mode: "I;16", width, height, data: Uint16Array.from(values, Math.trunc) };
  const mode: PixelMode = channels === 1 ? "L" : channels === 3 ? "RGB" : "RGBA";
  return { mode, width, height, data: Uint8Array.from(values, (value) => Math.trunc(value) & 255) };
}

export interface SaveImgOptions {
  /** Default: `config.imageDataFormat()`. */
  readonly dataFormat?: (typeof dataFormats)[number] | null | undefined;
  /** `"png"`, `"jpeg"` or `"jpg"`. Default: by the path's ending. */
  readonly fileFormat?: string | null | undefined;
  /** Whether numbers are stretched to 0 … 255. Default true. */
  readonly scale?: boolean | undefined;
  /** Of a JPEG file, 1 … 100. Default 75. */
  readonly quality?: number | undefined;
}

/**
 * Writes a tensor `[height, width, channels]` as a PNG or JPEG file. JPEG files have no opacity: that of four channels is left
 * out, with a warning.
 *
 * @throws {OptionError} for another format, and a quality where there is none.
 * @throws {ShapeError} for gray beyond 255 in a JPEG file, and other shapes.
 * @see Keras `utils/image_utils.py`
 */
export async function saveImg(path: string, x: TensorInput, options: SaveImgOptions = {}): Promise<void> {
  const where = "utils.saveImg";
  checkOptions(where, options, ["dataFormat", "fileFormat", "scale", "quality"]);
  const { dataFormat, scale, fileFormat, quality = 75 } = options;
  const format = (fileFormat ?? /\.(\w+)$/.exec(path)?.[1] ?? "").toLowerCase();
  const isJpeg = format === "jpeg" || format === "jpg";
  if (format !== "png" && !isJpeg)
    throw new OptionError(
      `${where}: expected a path ending in .png, .jpg or .jpeg, or such a \`fileFormat\`, received "${fileFormat ?? path}".`,
    );
  if (!isJpeg && options.quality !== undefined)
    throw new OptionError(`${where}: \`quality\` is for JPEG files; PNG files lose nothing. Leave it out.`);
  if (!Number.isInteger(quality) || quality < 1 || quality > 100)
    throw new OptionError(
      `${where}: expected \`quality\` from 1 to 100, received ${JSON.stringify(quality)}.`,
    );
  const image = arrayToImg(x, { dataFormat, scale });
  if (!isJpeg) return writeFileAtomic(path, await writePng(image));
  if (image.mode === "I;16")
    throw new ShapeError(
      `${where}: expected gray of 0 … 255 for a JPEG file, received values up to 65,535. Save it as PNG, or let \`scale\` be true.`,
    );
  if (image.mode === "RGBA")
    warnOnce(`${where}: a JPEG file has no opacity; the fourth channel is left out.`);
  const { writeJpeg } = await import("../codec/other-images.ts");
  return writeFileAtomic(
    path,
    writeJpeg(image.mode === "RGBA" ? inColors(image, "rgb") : image, quality, where),
  );
}
