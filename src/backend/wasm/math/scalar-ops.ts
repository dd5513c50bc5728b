import type { DType } from "../../../ir/dtypes.ts";
import type { ScalarOp } from "../../../ir/scalar.ts";
import { DTypeError } from "../../../util/errors.ts";
import { f32x4, i32x4, v128 } from "../assembler/index.ts";
import { convertLanes, selectLanes } from "./convert.ts";
import { float32Operation } from "./float32.ts";
import { float64 } from "./float64.ts";
import { integer32, wrapLanes } from "./integer32.ts";
import { integer64 } from "./integer64.ts";
import { laneClass } from "./lanes.ts";
import type { VectorFunction } from "./outline.ts";
import type { Scope, Vector, VectorExpr } from "./scope.ts";

/** What an operation is applied to, besides its arguments. */
export interface OpContext {
  /** Dtype of the result. */
  readonly dtype: DType;
  /** Dtype of the last argument, in which comparisons and conversions read. */
  readonly from: DType;
  /** Value of the last argument where it is a constant. */
  readonly constant: number | undefined;
}

/** Operations on bools, held as masks. Arithmetic is that of two-valued logic: `add` is or, `mul` is and. */
const logic: Record<string, VectorFunction> = {
  add: (_, a, b) => v128.or(a, b),
  mul: (_, a, b) => v128.and(a, b),
  max: (_, a, b) => v128.or(a, b),
  min: (_, a, b) => v128.and(a, b),
  and: (_, a, b) => v128.and(a, b),
  or: (_, a, b) => v128.or(a, b),
  xor: (_, a, b) => v128.xor(a, b),
  ne: (_, a, b) => v128.xor(a, b),
  not: (_, a) => v128.not(a),
  eq: (_, a, b) => v128.not(v128.xor(a, b)),
  lt: (_, a, b) => v128.andnot(b, a),
  le: (_, a, b) => v128.or(v128.not(a), b),
  abs: (_, a) => a,
  sign: (_, a) => a,
};

function operationOn(dtype: DType, op: ScalarOp): VectorFunction | undefined {
  switch (laneClass(dtype)) {
    case "f32":
      return float32Operation(op);
    case "f64":
      return float64[op];
    case "i32":
      return integer32(dtype)[op];
    case "i64":
      return integer64(dtype)[op];
    case "bool":
      return logic[op];
  }
}

export type Emit = (s: Scope, args: readonly Vector[], context: OpContext) => VectorExpr;

/** An operation looked up in the table of the class that it computes in. */
function byClass(op: ScalarOp): Emit {
  return (s, args, { dtype, from }) => {
    const f = operationOn(from, op);
    if (f === undefined)
      throw new DTypeError(`wasm backend: the operation "${op}" does not exist for ${from}.`);
    const value = f(s, ...args);
    return dtype === from ? wrapLanes(s, value, dtype) : value;
  };
}

/** A shift; by a constant it is one instruction. */
function shift(op: "shl" | "shr"): Emit {
  const general = byClass(op);
  return (s, args, context) => {
    const { dtype, constant } = context;
    const [x] = args;
    if (constant === undefined || laneClass(dtype) !== "i32" || x === undefined)
      return general(s, args, context);
    const shr = dtype.startsWith("uint") ? i32x4.shrU : i32x4.shrS;
    return wrapLanes(s, op === "shl" ? i32x4.shl(x, constant) : shr(x, constant), dtype);
  };
}

/**
 * The larger or smaller of two. With a constant second argument one instruction does: it keeps the first argument
 * where that is NaN (and where both are zeros).
 */
function extreme(op: "min" | "max"): Emit {
  const general = byClass(op);
  const quick = op === "min" ? f32x4.pmin : f32x4.pmax;
  return (s, args, context) => {
    const [a, b] = args;
    const isQuick =
      laneClass(context.from) === "f32" && context.constant !== undefined && !Number.isNaN(context.constant);
    return isQuick && a !== undefined && b !== undefined ? quick(a, b) : general(s, args, context);
  };
}

/** Vector code of every scalar operation. */
export const scalarEmitters: Readonly<Record<ScalarOp, Emit>> = {
  add: byClass("add"),
  sub: byClass("sub"),
  mul: byClass("mul"),
  div: byClass("div"),
  rem: byClass("rem"),
  neg: byClass("neg"),
  abs: byClass("abs"),
  sign: byClass("sign"),
  min: extreme("min"),
  max: extreme("max"),
  pow: byClass("pow"),
  atan2: byClass("atan2"),
  floor: byClass("floor"),
  ceil: byClass("ceil"),
  trunc: byClass("trunc"),
  round: byClass("round"),
  sqrt: byClass("sqrt"),
  exp: byClass("exp"),
  expm1: byClass("expm1"),
  log: byClass("log"),
  log1p: byClass("log1p"),
  sin: byClass("sin"),
  cos: byClass("cos"),
  tan: byClass("tan"),
  atan: byClass("atan"),
  tanh: byClass("tanh"),
  erf: byClass("erf"),
  eq: byClass("eq"),
  ne: byClass("ne"),
  lt: byClass("lt"),
  le: byClass("le"),
  and: byClass("and"),
  or: byClass("or"),
  xor: byClass("xor"),
  not: byClass("not"),
  shl: shift("shl"),
  shr: shift("shr"),
  select: (_, [mask, a, b], { dtype }) => (mask && a && b ? selectLanes(mask, a, b, dtype) : v128.const([])),
  cast: (s, [x], { from, dtype }) => (x ? convertLanes(s, x, from, dtype) : v128.const([])),
};
