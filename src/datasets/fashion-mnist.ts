import { gunzip } from "../codec/inflate.ts";
import { readIdx } from "../codec/idx.ts";
import type { FileArray } from "../codec/array.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { asTensor, expectShape, type Split } from "./arrays.ts";
import { datasetBytes, origin } from "./download.ts";

async function readGzippedIdx(fileName: string, shape: readonly (number | null)[]): Promise<FileArray> {
  const bytes = await datasetBytes({ fileName, url: origin + fileName, folder: "datasets/fashion-mnist" });
  return expectShape(readIdx(await gunzip(bytes, fileName), fileName), shape, fileName);
}

/**
 * Pictures of clothes in 10 classes (T-shirt/top, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag, ankle boot):
 * 60,000 to train on and 10,000 to test on.
 *
 * Shapes: x `[n, 28, 28]` uint8 in 0 … 255, y `[n]` uint8.
 *
 * @throws {DataError} when one of the four files is neither cached nor downloadable.
 * @see Keras `datasets/fashion_mnist.py`
 */
export async function loadData(): Promise<Split<Tensor>> {
  const part = async (name: string): Promise<[Tensor, Tensor]> => {
    const y = await readGzippedIdx(`${name}-labels-idx1-ubyte.gz`, [null]);
    const x = await readGzippedIdx(`${name}-images-idx3-ubyte.gz`, [y.shape[0] ?? 0, 28, 28]);
    return [asTensor(x), asTensor(y)];
  };
  return [await part("train"), await part("t10k")];
}
