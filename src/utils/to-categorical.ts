import { fromNumbers, toNumbers } from "../ir/numbers.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { DataError } from "../util/errors.ts";

/**
 * Class numbers as one-hot rows: `[n]` (or `[n, 1]`) → `[n, numClasses]`, float32.
 *
 * @param numClasses - Default: the largest number plus one.
 * @throws {DataError} for a number outside the classes.
 * @see Keras `utils/numerical_utils.py`
 */
export function toCategorical(
  x: TensorInput,
  numClasses?: number | { readonly numClasses?: number } | null,
): Tensor {
  const labels = toValue(x);
  if (!(labels instanceof Tensor))
    throw new DataError("toCategorical: expected numbers, received a symbolic tensor.");
  const numbers = toNumbers(labels.dataSync(), labels.dtype);
  const given = typeof numClasses === "object" ? numClasses?.numClasses : numClasses;
  const classes = given ?? Array.from(numbers).reduce((most, value) => Math.max(most, value), -1) + 1;
  const out = new Float64Array(numbers.length * classes);
  for (let i = 0; i < numbers.length; i++) {
    const label = numbers[i] ?? 0;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new DataError(
        `toCategorical: expected whole numbers from 0 to ${classes - 1}, received ${label} at position ${i}.`,
      );
    }
    out[i * classes + label] = 1;
  }
  const shape = labels.dims.length > 1 && labels.dims.at(-1) === 1 ? labels.dims.slice(0, -1) : labels.dims;
  return Tensor.fromData(fromNumbers(out, "float32"), [...shape, classes], "float32");
}
