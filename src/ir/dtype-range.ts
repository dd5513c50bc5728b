import { type DType, isFloat, kindOf } from "./dtypes.ts";

/** The value that no element of a dtype is below. */
export function lowest(dtype: DType): number {
  if (isFloat(dtype)) return -Infinity;
  return kindOf(dtype) === "int" ? -(2 ** (bits(dtype) - 1)) : 0;
}

/** The value that no element of a dtype is above. */
export function highest(dtype: DType): number {
  if (isFloat(dtype)) return Infinity;
  if (dtype === "bool") return 1;
  return 2 ** (kindOf(dtype) === "int" ? bits(dtype) - 1 : bits(dtype)) - 1;
}

/** The largest number of a dtype. */
export function largest(dtype: DType): number {
  switch (dtype) {
    case "float16":
      return 65504;
    case "bfloat16":
      return 3.3895313892515355e38;
    case "float32":
      return 3.4028234663852886e38;
    case "float64":
      return Number.MAX_VALUE;
    default:
      return highest(dtype);
  }
}

function bits(dtype: DType): number {
  return Number(dtype.replace(/\D/g, ""));
}
