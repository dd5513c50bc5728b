import { KerasTensor } from "../graph/keras-tensor.ts";
import { type DType, toDType } from "../ir/dtypes.ts";
import { floatx } from "../ir/floatx.ts";

/**
 * A dtype by its name, checked; the default float type for null.
 *
 * @throws {DTypeError} for another name.
 * @see Keras `utils.standardize_dtype`
 */
export function standardizeDtype(dtype?: string | null): DType {
  return toDType(dtype ?? floatx(), "utils.standardizeDtype");
}

/** Whether a value is a symbolic tensor, as `Input` gives and layers make of it. @see Keras `utils.is_keras_tensor` */
export function isKerasTensor(x: unknown): x is KerasTensor {
  return x instanceof KerasTensor;
}
