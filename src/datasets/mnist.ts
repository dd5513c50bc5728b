import { bindArguments } from "../util/options.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { asTensor, expectShape, type Split } from "./arrays.ts";
import { datasetNpz, origin } from "./download.ts";
import { checkFileName } from "./options.ts";

export interface MnistOptions {
  /** Name of the file in the cache; default `"mnist.npz"`. */
  readonly path?: string;
}

/**
 * Handwritten digits: 60,000 images to train on and 10,000 to test on, in 10 classes.
 *
 * Shapes: x `[n, 28, 28]` uint8 in 0 … 255, y `[n]` uint8.
 *
 * @throws {DataError} when the file is neither cached nor downloadable.
 * @see Keras `datasets/mnist.py`
 */
export async function loadData(...args: [path?: string] | [options: MnistOptions]): Promise<Split<Tensor>> {
  const fileName = checkFileName(
    "mnist.loadData",
    bindArguments("mnist.loadData", ["path"], args)["path"],
    "mnist.npz",
  );
  const npz = await datasetNpz({
    fileName,
    url: `${origin}mnist.npz`,
    hash: "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
  });
  const part = async (name: string): Promise<[Tensor, Tensor]> => {
    const x = expectShape(
      await npz.readNumbers(`x_${name}`),
      [null, 28, 28],
      `${fileName}: array "x_${name}"`,
    );
    const y = expectShape(
      await npz.readNumbers(`y_${name}`),
      [x.shape[0] ?? 0],
      `${fileName}: array "y_${name}"`,
    );
    return [asTensor(x), asTensor(y)];
  };
  return [await part("train"), await part("test")];
}
