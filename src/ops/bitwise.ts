import { type DType, kindOf } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { binaryOp } from "./core/binary.ts";
import type { BinaryOp, UnaryOp } from "./core/op-types.ts";
import { unaryOp } from "./core/unary.ts";

const names = ["x", "y"] as const;
const noBool = (dtype: DType): DType => (dtype === "bool" ? "int32" : dtype);

/** Bits that both have. @see Keras `ops.bitwise_and` */
export const bitwiseAnd: BinaryOp<"y"> = binaryOp({ name: "bitwiseAnd", names }, p.and);

/** Bits that at least one has. @see Keras `ops.bitwise_or` */
export const bitwiseOr: BinaryOp<"y"> = binaryOp({ name: "bitwiseOr", names }, p.or);

/** Bits that exactly one has. @see Keras `ops.bitwise_xor` */
export const bitwiseXor: BinaryOp<"y"> = binaryOp({ name: "bitwiseXor", names }, p.xor);

/** Bits flipped. @see Keras `ops.bitwise_invert` */
export const bitwiseInvert: UnaryOp = unaryOp({ name: "bitwiseInvert" }, p.not);

/** Bits flipped. @see Keras `ops.bitwise_not` */
export const bitwiseNot: UnaryOp = unaryOp({ name: "bitwiseNot" }, p.not);

/** Whether to shift by `y` leaves nothing: by as many places as there are, more, or a negative number of them. */
function isBeyond(y: Var): Var {
  const bits = Number(y.dtype.replaceAll(/\D/g, ""));
  return p.or(p.lt(y, p.zerosLike(y)), p.ge(y, p.fullLike(y, bits)));
}

function shiftedLeft(x: Var, y: Var): Var {
  return p.select(isBeyond(y), p.zerosLike(x), p.shiftLeft(x, y));
}

/** Beyond the width only copies of the sign are left. */
function shiftedRight(x: Var, y: Var): Var {
  const zero = p.zerosLike(x);
  const sign = kindOf(x.dtype) === "int" ? p.select(p.lt(x, zero), p.fullLike(x, -1), zero) : zero;
  return p.select(isBeyond(y), sign, p.shiftRight(x, y));
}

/** `x · 2^y` on bits. @see Keras `ops.bitwise_left_shift` */
export const bitwiseLeftShift: BinaryOp<"y"> = binaryOp(
  { name: "bitwiseLeftShift", names, operands: noBool },
  shiftedLeft,
);

/** `x · 2^y` on bits. @see Keras `ops.left_shift` */
export const leftShift: BinaryOp<"y"> = binaryOp({ name: "leftShift", names, operands: noBool }, shiftedLeft);

/** `⌊x / 2^y⌋` on bits. @see Keras `ops.bitwise_right_shift` */
export const bitwiseRightShift: BinaryOp<"y"> = binaryOp(
  { name: "bitwiseRightShift", names, operands: noBool },
  shiftedRight,
);

/** `⌊x / 2^y⌋` on bits. @see Keras `ops.right_shift` */
export const rightShift: BinaryOp<"y"> = binaryOp(
  { name: "rightShift", names, operands: noBool },
  shiftedRight,
);
