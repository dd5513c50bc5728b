import { elementBytes, elementCount, type FileArray, viewElements } from "../codec/array.ts";
import { FormatError } from "../util/errors.ts";
import { Tensor } from "../ops/core/tensor.ts";

/** `[[xTrain, yTrain], [xTest, yTest]]`, in the order of Keras's tuples. */
export type Split<X, Y = Tensor> = [train: [x: X, y: Y], test: [x: X, y: Y]];

/** A tensor of an array from a file; the elements are not copied. */
export function asTensor({ data, shape, dtype }: FileArray): Tensor {
  return Tensor.fromData(data, shape, dtype);
}

/** The rows of an array (items of its first axis) at `indices`, in that order. */
export function takeRows(array: FileArray, indices: ArrayLike<number>): FileArray {
  const rowShape = array.shape.slice(1);
  const rowBytes = elementCount(rowShape) * elementBytes(array.dtype);
  const from = new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength);
  const to = new Uint8Array(indices.length * rowBytes);
  for (let i = 0; i < indices.length; i++) {
    const start = (indices[i] ?? 0) * rowBytes;
    to.set(from.subarray(start, start + rowBytes), i * rowBytes);
  }
  return {
    shape: [indices.length, ...rowShape],
    dtype: array.dtype,
    data: viewElements(array.dtype, to.buffer),
  };
}

/** Checks the shape of what a dataset's file holds; `null` stands for any size. */
export function expectShape(
  array: FileArray,
  expected: readonly (number | null)[],
  where: string,
): FileArray {
  const fits =
    array.shape.length === expected.length &&
    expected.every((size, axis) => size === null || size === array.shape[axis]);
  if (!fits) {
    const text = (shape: readonly (number | null)[]): string =>
      `(${shape.map((size) => size ?? "…").join(", ")})`;
    throw new FormatError(
      `${where}: expected an array of shape ${text(expected)}, received ${text(array.shape)}`,
    );
  }
  return array;
}

/** An array of bytes of a shape. */
export function byteArray(data: Uint8Array, shape: readonly number[]): FileArray {
  return { shape, dtype: "uint8", data };
}
