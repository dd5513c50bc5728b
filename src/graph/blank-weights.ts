import { allocate, bytesOf, type DType } from "../ir/dtypes.ts";
import { sizeOf } from "../ir/shape.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { ShapeError } from "../util/errors.ts";

/** Weights that are not in a file, or are wider than there, may take so much beside it. */
const slackBytes = 16 * 2 ** 20;
/** A file may have 8-bit integers for float64. */
const widest = 8;

/** What WebAssembly can address. */
const largestBytes = 2 ** 32;

let left: number | null = null;

/**
 * Runs code that makes the layers of a model whose weights will come from a file of so many bytes of numbers. Weights are
 * made without initializing them; those that cannot be in the file, being larger than it, are refused before they take
 * memory.
 */
export function withBlankWeights<T>(fileBytes: number, make: () => T): T {
  const before = left;
  left = slackBytes + widest * fileBytes;
  try {
    return make();
  } finally {
    left = before;
  }
}

/**
 * Zeros in place of a weight's initial value; null where it is to be initialized.
 *
 * @throws {ShapeError} when no file of that size, or no memory, can have it.
 */
export function blankWeight(where: string, shape: readonly number[], dtype: DType): Tensor | null {
  const byteLength = sizeOf(shape) * bytesOf(dtype);
  if (left === null) {
    if (byteLength <= largestBytes) return null;
    throw new ShapeError(
      `${where}: a weight of shape [${shape.join(", ")}] takes ${byteLength} bytes, more than the engine's memory.`,
    );
  }
  left -= byteLength;
  if (left >= 0) return Tensor.fromData(allocate(dtype, sizeOf(shape)), shape, dtype);
  throw new ShapeError(
    `${where}: a weight of shape [${shape.join(", ")}] takes ${byteLength} bytes, more than the file has for the model.`,
  );
}
