import type { DType } from "../../../ir/dtypes.ts";

// The dtypes for which the CPU provider of ONNX Runtime has kernels, by groups of operators.
// https://github.com/microsoft/onnxruntime/blob/main/docs/OperatorKernels.md

/** `Conv`, `Erf`, `Cos`, …: single precision alone. Half precision is computed in it by the runtime itself. */
export const single: readonly DType[] = ["float32", "float16"];
/** `Exp`, `Sqrt`, `Sigmoid`, … */
export const floats: readonly DType[] = ["float32", "float16", "float64"];
/** `Add`, `Less`, `ReduceSum`, … */
export const numbers: readonly DType[] = ["float32", "float16", "float64", "int32", "int64"];
/** `Max`, `Clip`, … */
export const wideNumbers: readonly DType[] = [...numbers, "uint32", "uint64"];
/** `Abs`, `Sign`, `Mod`, … */
export const allNumbers: readonly DType[] = [...wideNumbers, "int8", "int16", "uint8", "uint16"];
export const integers: readonly DType[] = [
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
];
/** Operators that only move elements. */
export const anything: readonly DType[] = [...allNumbers, "bool", "bfloat16"];
