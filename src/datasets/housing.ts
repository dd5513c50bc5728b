import type { NpzFile } from "../codec/npz.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { asTensor, expectShape, type Split, takeRows } from "./arrays.ts";
import { RandomState } from "./numpy-random.ts";

/** Reads `x` and `y` of a table, shuffles the rows as NumPy does for this seed, and splits the last ones off for the test. */
export async function splitTable(
  npz: NpzFile,
  columns: number,
  options: { rows?: number; testSplit: number; seed: number; where: string },
): Promise<Split<Tensor>> {
  const allX = expectShape(await npz.readNumbers("x"), [null, columns], `${options.where}: array "x"`);
  const allY = expectShape(await npz.readNumbers("y"), [allX.shape[0] ?? 0], `${options.where}: array "y"`);
  const count = Math.min(allX.shape[0] ?? 0, options.rows ?? Infinity);
  const order = new RandomState(options.seed).shuffledIndices(count);
  const trainCount = Math.trunc(count * (1 - options.testSplit));
  const part = (indices: Uint32Array): [Tensor, Tensor] => [
    asTensor(takeRows(allX, indices)),
    asTensor(takeRows(allY, indices)),
  ];
  return [part(order.subarray(0, trainCount)), part(order.subarray(trainCount))];
}
