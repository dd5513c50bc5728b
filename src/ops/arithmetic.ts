import { isFloat } from "../ir/dtypes.ts";
import * as p from "../ir/primitives/index.ts";
import { type BinaryOp, binaryOp } from "./core/binary.ts";
import { castTo } from "./core/lift.ts";
import { floatType } from "./core/promote.ts";

/** `x1 + x2`, element by element; logical or for bools. @see Keras `ops.add` */
export const add: BinaryOp = binaryOp({ name: "add" }, (a, b) => (a.dtype === "bool" ? p.or(a, b) : p.add(a, b)));

/** `x1 − x2`, element by element. @see Keras `ops.subtract` */
export const subtract: BinaryOp = binaryOp({ name: "subtract", operands: (dtype) => (dtype === "bool" ? "int32" : dtype) }, p.sub);

/** `x1 · x2`, element by element; logical and for bools. @see Keras `ops.multiply` */
export const multiply: BinaryOp = binaryOp({ name: "multiply" }, (a, b) => (a.dtype === "bool" ? p.and(a, b) : p.mul(a, b)));

/** `x1 / x2`, element by element, in floating point. @see Keras `ops.divide` */
export const divide: BinaryOp = binaryOp({ name: "divide", operands: floatType }, p.div);

/** The larger of two elements; NaN when one is. @see Keras `ops.maximum` */
export const maximum: BinaryOp = binaryOp({ name: "maximum" }, (a, b) => (a.dtype === "bool" ? p.or(a, b) : p.max(a, b)));

/** `x1` to the power `x2`. @see Keras `ops.power` */
export const power: BinaryOp = binaryOp(
  { name: "power", operands: (dtype) => (dtype === "bool" ? "int32" : dtype) },
  (a, b) => (isFloat(a.dtype) ? p.pow(a, b) : castTo(p.round(p.pow(castTo(a, "float64"), castTo(b, "float64"))), a.dtype)),
);
