import { isFloat } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { binaryOp } from "./core/binary.ts";
import { axesOf, isInfinite, isNotANumber, toBool } from "./core/compute.ts";
import { asFloat, castTo, unify, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { BoolUnaryOp, CompareOp, Op2 } from "./core/op-types.ts";
import { floatType, resultType } from "./core/promote.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt, unaryOp } from "./core/unary.ts";

const toBools = (): "bool" => "bool";

/** `x1 = x2`, element by element. @see Keras `ops.equal` */
export const equal: CompareOp = binaryOp({ name: "equal", result: toBools }, p.eq);

/** `x1 ≠ x2`, element by element. @see Keras `ops.not_equal` */
export const notEqual: CompareOp = binaryOp({ name: "notEqual", result: toBools }, p.ne);

/** `x1 > x2`, element by element. @see Keras `ops.greater` */
export const greater: CompareOp = binaryOp({ name: "greater", result: toBools }, p.gt);

/** `x1 ≥ x2`, element by element. @see Keras `ops.greater_equal` */
export const greaterEqual: CompareOp = binaryOp({ name: "greaterEqual", result: toBools }, p.ge);

/** `x1 < x2`, element by element. @see Keras `ops.less` */
export const less: CompareOp = binaryOp({ name: "less", result: toBools }, p.lt);

/** `x1 ≤ x2`, element by element. @see Keras `ops.less_equal` */
export const lessEqual: CompareOp = binaryOp({ name: "lessEqual", result: toBools }, p.le);

const logical = { operands: toBools, result: toBools } as const;

/** Both are true (not 0). @see Keras `ops.logical_and` */
export const logicalAnd: CompareOp = binaryOp({ name: "logicalAnd", ...logical }, p.and);

/** At least one is true (not 0). @see Keras `ops.logical_or` */
export const logicalOr: CompareOp = binaryOp({ name: "logicalOr", ...logical }, p.or);

/** Exactly one is true (not 0). @see Keras `ops.logical_xor` */
export const logicalXor: CompareOp = binaryOp({ name: "logicalXor", ...logical }, p.xor);

/** True where `x` is 0 or false. @see Keras `ops.logical_not` */
export const logicalNot: BoolUnaryOp = unaryOp({ name: "logicalNot" }, (x) => p.not(toBool(x)));

/** True where `x` is neither infinite nor NaN. @see Keras `ops.isfinite` */
export const isfinite: BoolUnaryOp = unaryOp({ name: "isfinite" }, (x) =>
  isFloat(x.dtype) ? p.isFinite(x) : p.full(1, x.shape, "bool"),
);

/** True where `x` is ∞ or −∞. @see Keras `ops.isinf` */
export const isinf: BoolUnaryOp = unaryOp({ name: "isinf" }, isInfinite);

/** True where `x` is NaN. @see Keras `ops.isnan` */
export const isnan: BoolUnaryOp = unaryOp({ name: "isnan" }, isNotANumber);

/** True where `x` is −∞. @see Keras `ops.isneginf` */
export const isneginf: BoolUnaryOp = unaryOp({ name: "isneginf" }, (x) =>
  p.and(isInfinite(x), p.lt(castTo(x, floatType(x.dtype)), p.full(0, x.shape, floatType(x.dtype)))),
);

/** True where `x` is ∞. @see Keras `ops.isposinf` */
export const isposinf: BoolUnaryOp = unaryOp({ name: "isposinf" }, (x) =>
  p.and(isInfinite(x), p.gt(castTo(x, floatType(x.dtype)), p.full(0, x.shape, floatType(x.dtype)))),
);

/** True everywhere: there are no complex tensors. @see Keras `ops.isreal` */
export const isreal: BoolUnaryOp = unaryOp({ name: "isreal" }, (x) => p.full(1, x.shape, "bool"));

/** True where the sign bit is set: negative numbers and −0. @see Keras `ops.signbit` */
export const signbit: BoolUnaryOp = unaryOp({ name: "signbit" }, (x) => {
  if (x.dtype === "bool") return p.full(0, x.shape, "bool");
  const zero = p.fullLike(x, 0);
  // 1 / −0 = −∞ tells the zeros apart.
  return isFloat(x.dtype)
    ? p.or(p.lt(x, zero), p.and(p.eq(x, zero), p.lt(p.div(p.fullLike(x, 1), x), zero)))
    : p.lt(x, zero);
});

interface Closeness {
  readonly rtol: number | Tensor;
  readonly atol: number | Tensor;
  readonly equalNan: boolean;
}

/** `|x1 − x2| ≤ atol + rtol · |x2|`; infinities equal themselves. */
function closeTo(where: string, x1: Tensor, x2: Tensor, { rtol, atol, equalNan }: Closeness): Var {
  const [a, b] = unify(where, [x1, x2], floatType(resultType([x1, x2])));
  if (a === undefined || b === undefined) throw new Error("unreachable");
  const amount = (value: number | Tensor): Var =>
    typeof value === "number" ? p.fullLike(a, value) : p.broadcast(castTo(asFloat(value), a.dtype), a.shape);
  const within = p.le(p.abs(p.sub(a, b)), p.add(amount(atol), p.mul(amount(rtol), p.abs(b))));
  const close = p.or(p.eq(a, b), p.and(p.and(p.isFinite(a), p.isFinite(b)), within));
  return equalNan ? p.or(close, p.and(p.isNan(a), p.isNan(b))) : close;
}

export type CloseOptions = [
  { readonly rtol?: number },
  { readonly atol?: number },
  { readonly equalNan?: boolean },
];
type CloseArguments = Closeness & { readonly x1: Tensor; readonly x2: Tensor };

/** True where two tensors agree within tolerances (rtol 1e-5, atol 1e-8). @see Keras `ops.isclose` */
export const isclose: Op2<CloseOptions> = defineOp(
  {
    name: "isclose",
    args: {
      x1: "tensor",
      x2: "tensor",
      rtol: { kind: "call", default: 1e-5 },
      atol: { kind: "call", default: 1e-8 },
      equalNan: opt(false),
    },
  },
  ({ x1, x2, ...how }: CloseArguments) => wrap(closeTo("ops.isclose", x1, x2, how)),
);

/** Whether two tensors agree within tolerances everywhere. @see Keras `ops.allclose` */
export const allclose: Op2<CloseOptions> = defineOp(
  {
    name: "allclose",
    className: "AllClose",
    args: { x1: "tensor", x2: "tensor", rtol: opt(1e-5), atol: opt(1e-8), equalNan: opt(false) },
  },
  ({ x1, x2, ...how }: CloseArguments) => {
    const close = closeTo("ops.allclose", x1, x2, how);
    return wrap(p.reduceMin(close, axesOf(close)));
  },
);

/** True where an element of `x1` is among those of `x2` (`invert`: is not). @see Keras `ops.isin` */
export const isin: Op2<[{ readonly assumeUnique?: boolean }, { readonly invert?: boolean }]> = defineOp(
  {
    name: "isin",
    className: "IsIn",
    args: { x1: "tensor", x2: "tensor", assumeUnique: opt(false), invert: opt(false) },
  },
  ({ x1, x2, invert }: { readonly x1: Tensor; readonly x2: Tensor; readonly invert: boolean }) => {
    const dtype = resultType([x1, x2]);
    const [a, b] = [castTo(x1.traced, dtype), castTo(x2.traced, dtype)];
    const count = b.shape.reduce((n, dim) => n * dim, 1);
    const shape = [...a.shape, count];
    const found = p.reduceMax(
      p.eq(p.broadcast(a, shape, axesOf(a)), p.broadcast(p.reshape(b, [count]), shape)),
      [a.shape.length],
    );
    return wrap(invert ? p.not(found) : found);
  },
);
