import { type Interpolation, interpolations, resize } from "../ops/image-resize.ts";
import { stack } from "../ops/joining.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { imageDataFormat } from "../util/image-data-format.ts";
import { OptionError } from "../util/errors.ts";
import { checkOptions, oneOf } from "../util/options.ts";
import { readFile } from "../util/platform/index.ts";
import {
  type DirectoryDatasets,
  directoryDatasets,
  type DirectoryOptions,
  directoryOptionNames,
} from "./directory-dataset.ts";
import { checkSize, imgToArray, inColors, readImage } from "./image.ts";
import { smartResize } from "./smart-resize.ts";

const where = "utils.imageDatasetFromDirectory";
const colorModes = ["rgb", "rgba", "grayscale"] as const;
const dataFormats = ["channels_last", "channels_first"] as const;

export interface ImageDirectoryOptions extends DirectoryOptions {
  /** `"rgb"` (the default), `"rgba"` or `"grayscale"`. */
  readonly colorMode?: (typeof colorModes)[number] | undefined;
  /** Height and width of all images. Default `[256, 256]`. */
  readonly imageSize?: readonly [height: number, width: number] | number | undefined;
  /** Default `"bilinear"`. */
  readonly interpolation?: Interpolation | undefined;
  /** Whether the sides are cut off that do not fit. Default false: images are squeezed. */
  readonly cropToAspectRatio?: boolean | undefined;
  /** Whether black is added at the sides that are too short. Default false. */
  readonly padToAspectRatio?: boolean | undefined;
  /** Default: `config.imageDataFormat()`. */
  readonly dataFormat?: (typeof dataFormats)[number] | null | undefined;
}

const known = [...directoryOptionNames, "colorMode", "imageSize", "interpolation", "cropToAspectRatio", "padToAspectRatio", "dataFormat"]; // prettier-ignore

/** What the options make of a directory. */
export type ImageDatasets<O> = DirectoryDatasets<O, Tensor, Tensor>;

/**
 * The images of a directory (PNG, JPEG, GIF and BMP files), in batches: `[images, labels]`, or `images` without labels. Each
 * folder in it is a class. Images are float32, 0 … 255, `[batch, height, width, channels]`; files are read when their batch is asked for.
 *
 * @throws {DataError} when there is no such directory, or no image in it.
 * @throws {OptionError} for an unknown option, or one that does not fit.
 * @throws {FormatError} while it is read, for a damaged file, or one of another format.
 * @example
 * const options = { imageSize: [64, 64], validationSplit: 0.2, subset: "both", seed: 1 } as const;
 * const [train, test] = await imageDatasetFromDirectory("flowers", options);
 * await model.fit(train, { validationData: test });
 * @see Keras `utils/image_dataset_utils.py`
 */
export async function imageDatasetFromDirectory<const O extends ImageDirectoryOptions = object>(
  directory: string,
  options?: O,
): Promise<ImageDatasets<O>> {
  const given: ImageDirectoryOptions = options ?? {};
  checkOptions(where, given, known);
  const { colorMode = "rgb", imageSize = [256, 256], interpolation = "bilinear" } = given;
  oneOf(where, "colorMode", colorMode, colorModes);
  oneOf(where, "interpolation", interpolation, interpolations);
  const size = checkSize(
    where,
    "imageSize",
    typeof imageSize === "number" ? [imageSize, imageSize] : imageSize,
  );
  const dataFormat = oneOf(where, "dataFormat", given.dataFormat ?? imageDataFormat(), dataFormats);
  const { cropToAspectRatio = false, padToAspectRatio = false } = given;
  if (cropToAspectRatio && padToAspectRatio)
    throw new OptionError(`${where}: of cropToAspectRatio and padToAspectRatio only one can be true.`);
  const read = async (path: string): Promise<Tensor> => {
    const image = inColors(await readImage(await readFile(path), path), colorMode);
    const x = imgToArray(image, { dataFormat, dtype: "float32" });
    if (cropToAspectRatio) return smartResize(x, size, { interpolation, dataFormat });
    return resize(x, size, { interpolation, padToAspectRatio, dataFormat }) as Tensor; // SAFETY: tensors in, tensors out
  };
  const made = await directoryDatasets(directory, given, {
    where,
    formats: [".bmp", ".gif", ".jpeg", ".jpg", ".png"],
    read,
    join: (images) => stack([...images], { axis: 0 }),
  });
  return made as unknown as ImageDatasets<O>; // SAFETY: the types say what the options make of it
}
