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

function bits(dtype: DType): number {
  return Number(dtype.replace(/\D/g, ""));
}
