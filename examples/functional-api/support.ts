/** What the examples share: a check, and data that needs no network. */
import { datasets, ops, type Tensor, tensor } from "antler";

/** Ends the example with an error unless a promise of the guide holds. */
export function check(holds: boolean, promise: string): void {
  if (!holds) throw new Error(`not as promised: ${promise}`);
  console.log(`✓ ${promise}`);
}

/** The largest difference between two tensors' elements. */
export function difference(a: Tensor, b: Tensor): number {
  return ops.max(ops.abs(ops.subtract(a, b))).item();
}

/** MNIST from Keras's cache where it is, else digits drawn here; pixels from 0 to 1. */
export async function digits(
  train: number,
  test: number,
): Promise<{ xTrain: Tensor; yTrain: Tensor; xTest: Tensor; yTest: Tensor }> {
  const [[x0, y0], [x1, y1]] = await datasets.digits.loadData({ train, test, seed: 1 });
  const scale = (x: Tensor): Tensor => ops.divide(ops.cast(x, "float32"), 255);
  return { xTrain: scale(x0), yTrain: y0, xTest: scale(x1), yTest: y1 };
}

/** Whole numbers below `limit`, the same at every run. */
export function integers(shape: readonly number[], limit: number, seed: number): Tensor {
  const size = shape.reduce((product, dim) => product * dim, 1);
  let state = seed;
  const data = Int32Array.from({ length: size }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  });
  return tensor(data, { shape });
}
