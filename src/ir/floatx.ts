import { OptionError } from "../util/errors.ts";
import { type DType, isFloat } from "./dtypes.ts";

let current: DType = "float32";

/** The dtype of numbers and new tensors that are given none. @see Keras `config.floatx` */
export function floatx(): DType {
  return current;
}

/** @throws {OptionError} unless it is a float dtype. */
export function setFloatx(dtype: DType): void {
  if (!isFloat(dtype)) throw new OptionError(`config.setFloatx: expected a float dtype, received ${dtype}.`);
  current = dtype;
}
