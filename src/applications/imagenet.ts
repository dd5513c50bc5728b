import { getFile } from "../codec/get-file.ts";
import { flip } from "../ops/rearranging.ts";
import { add, divide } from "../ops/arithmetic.ts";
import { type NestedArray, type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { cast } from "../ops/cast.ts";
import { isFloat } from "../ir/dtypes.ts";
import { toDataFormat } from "../layers/data-format.ts";
import { toNumbers } from "../ir/numbers.ts";
import type { DataFormat } from "../ir/shape-types/index.ts";
import { formatShape } from "../ir/shape.ts";
import { FormatError, ShapeError } from "../util/errors.ts";
import { readFile } from "../util/platform/index.ts";

/** How pixels from 0 to 255 are scaled: to ±1; to 0…1 and normalised; or to BGR with the mean taken off. */
export type PreprocessMode = "tf" | "torch" | "caffe";

/**
 * Pixels as an application wants them.
 *
 * @param x - Images, or one image, with channels in the order red, green, blue.
 * @param dataFormat - Where the channels are. Default `config.imageDataFormat()`, `"channels_last"`.
 * @see Keras `applications/imagenet_utils.py`
 */
export function preprocess(x: TensorInput, mode: PreprocessMode, dataFormat?: DataFormat | null): Tensor {
  const format = toDataFormat("preprocess", dataFormat);
  const given = toValue(x) as Tensor; // SAFETY: numbers or a tensor
  const pixels = isFloat(given.dtype) ? given : (cast(given, "float32") as Tensor); // SAFETY: tensor in, tensor out
  if (mode === "tf") return add(divide(pixels, 127.5), -1) as Tensor; // SAFETY: as above
  const channelAxis = format === "channels_last" ? -1 : -3;
  const perChannel = (values: readonly number[]): NestedArray =>
    channelAxis === -1 ? values : values.map((value) => [[value]]);
  if (mode === "torch") {
    const centred = add(divide(pixels, 255), perChannel([-0.485, -0.456, -0.406]));
    return divide(centred, perChannel([0.229, 0.224, 0.225])) as Tensor; // SAFETY: as above
  }
  return add(flip(pixels, channelAxis), perChannel([-103.939, -116.779, -123.68])) as Tensor; // SAFETY: as above
}

/** One guess: ImageNet's name of the class, a description, the score. */
export type Guess = readonly [className: string, description: string, score: number];

/**
 * The best guesses of an ImageNet classifier: one list for each sample, best first.
 *
 * @param predictions - Scores `[samples, 1000]`.
 * @param top - How many. Default 5.
 * @throws {ShapeError} for another shape.
 */
export async function decodePredictions(predictions: Tensor, top = 5): Promise<Guess[][]> {
  if (predictions.shape.length !== 2 || predictions.shape[1] !== 1000) {
    throw new ShapeError(
      `decodePredictions: expected scores of shape [samples, 1000], received ${formatShape(predictions.shape)}.`,
    );
  }
  const path = await getFile({
    fname: "imagenet_class_index.json",
    origin: "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json",
    cacheSubdir: "models",
    fileHash: "c2c37ea517e94d9795004a39431a14cb",
  });
  const index: unknown = JSON.parse(new TextDecoder().decode(await readFile(path)));
  if (typeof index !== "object" || index === null)
    throw new FormatError(`${path}: expected ImageNet's classes.`);
  const classes = index as Readonly<Record<string, readonly [string, string]>>; // SAFETY: the file's hash was checked
  const scores = toNumbers(predictions.dataSync(), predictions.dtype);
  return Array.from({ length: predictions.dims[0] ?? 0 }, (_, row) =>
    Array.from({ length: 1000 }, (_unused, i) => ({ i, score: scores[row * 1000 + i] ?? 0 }))
      .sort((a, b) => b.score - a.score)
      .slice(0, top)
      .map(({ i, score }): Guess => [classes[i]?.[0] ?? "", classes[i]?.[1] ?? "", score]),
  );
}
