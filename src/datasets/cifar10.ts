import type { Tensor } from "../ops/core/tensor.ts";
import type { Split } from "./arrays.ts";
import { joinCifarBatches, openCifar, readCifarBatch } from "./cifar.ts";

/**
 * Small colour pictures in 10 classes (airplane, automobile, bird, cat, deer, dog, frog, horse, ship, truck):
 * 50,000 to train on and 10,000 to test on.
 *
 * Shapes: x `[n, 32, 32, 3]` uint8 in 0 … 255, y `[n, 1]` uint8.
 *
 * @throws {DataError} when the archive is neither cached nor downloadable.
 * @see Keras `datasets/cifar10.py`
 */
export async function loadData(): Promise<Split<Tensor>> {
  const read = await openCifar({
    name: "cifar-10-batches-py-target",
    url: "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",
    hash: "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce",
    folder: "cifar-10-batches-py",
  });
  const train = [];
  for (const i of [1, 2, 3, 4, 5])
    train.push(readCifarBatch(await read(`data_batch_${i}`), "labels", `data_batch_${i}`));
  const test = readCifarBatch(await read("test_batch"), "labels", "test_batch");
  return [joinCifarBatches(train), joinCifarBatches([test])];
}
