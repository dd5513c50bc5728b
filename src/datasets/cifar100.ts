import { bindArguments, oneOf } from "../util/options.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import type { Split } from "./arrays.ts";
import { joinCifarBatches, openCifar, readCifarBatch } from "./cifar.ts";

const labelModes = ["fine", "coarse"] as const;

export interface Cifar100Options {
  /** `"fine"`: 100 classes (default); `"coarse"`: 20 groups of them. */
  readonly labelMode?: (typeof labelModes)[number];
}

/**
 * Small colour pictures in 100 classes: 50,000 to train on and 10,000 to test on.
 *
 * Shapes: x `[n, 32, 32, 3]` uint8 in 0 … 255, y `[n, 1]` uint8.
 *
 * @throws {DataError} when the archive is neither cached nor downloadable.
 * @see Keras `datasets/cifar100.py`
 */
export async function loadData(
  ...args: [labelMode?: "fine" | "coarse"] | [options: Cifar100Options]
): Promise<Split<Tensor>> {
  const given = bindArguments("cifar100.loadData", ["labelMode"], args);
  const labelKey = `${oneOf("cifar100.loadData", "labelMode", given["labelMode"] ?? "fine", labelModes)}_labels`;
  const read = await openCifar({
    name: "cifar-100-python-target",
    url: "https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz",
    hash: "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7",
    folder: "cifar-100-python",
  });
  const train = readCifarBatch(await read("train"), labelKey, "train");
  const test = readCifarBatch(await read("test"), labelKey, "test");
  return [joinCifarBatches([train]), joinCifarBatches([test])];
}
