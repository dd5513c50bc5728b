import { isFloat } from "../../ir/dtypes.ts";
import { addPrimitive } from "../../ir/primitives/add.ts";
import type { CastParams } from "../../ir/primitives/cast.ts";
import { divPrimitive } from "../../ir/primitives/div.ts";
import { mulPrimitive } from "../../ir/primitives/mul.ts";
import { negPrimitive } from "../../ir/primitives/neg.ts";
import { selectPrimitive } from "../../ir/primitives/select.ts";
import { sqrtPrimitive } from "../../ir/primitives/sqrt.ts";
import { subPrimitive } from "../../ir/primitives/sub.ts";
import type { Var } from "../../ir/program.ts";
import type { Rewriter, Rule, RuleTable } from "./rewriter.ts";

const none = {};

function negated(r: Rewriter, value: Var | undefined): Var | null {
  return r.match(value, "neg")?.inputs[0] ?? null;
}

function isPowerOfTwo(x: number): boolean {
  return (
    Number.isFinite(x) &&
    x !== 0 &&
    Number.isInteger(Math.log2(Math.abs(x))) &&
    2 ** Math.log2(Math.abs(x)) === Math.abs(x)
  );
}

const add: Rule = (r, [x, y]) => {
  if (x === undefined || y === undefined) return null;
  if (r.constantOf(x) === 0) return y;
  if (r.constantOf(y) === 0) return x;
  const minusY = negated(r, y);
  if (minusY !== null) return r.apply(subPrimitive, [x, minusY], none);
  const minusX = negated(r, x);
  return minusX === null ? null : r.apply(subPrimitive, [y, minusX], none);
};

const sub: Rule = (r, [x, y]) => {
  if (x === undefined || y === undefined) return null;
  if (r.constantOf(y) === 0) return x;
  const minusY = negated(r, y);
  if (minusY !== null) return r.apply(addPrimitive, [x, minusY], none);
  return r.constantOf(x) === 0 ? r.apply(negPrimitive, [y], none) : null;
};

const mul: Rule = (r, [x, y], _, result) => {
  if (x === undefined || y === undefined) return null;
  for (const [a, b] of [
    [x, y],
    [y, x],
  ] as const) {
    const c = r.constantOf(b);
    if (c === 1) return a;
    if (c === null) continue;
    if (c === -1 && isFloat(result.dtype)) return r.apply(negPrimitive, [a], none);
    const minusA = negated(r, a);
    if (minusA !== null && isFloat(result.dtype))
      return r.apply(mulPrimitive, [minusA, r.full(-c, result)], none);
  }
  const [minusX, minusY] = [negated(r, x), negated(r, y)];
  return minusX !== null && minusY !== null ? r.apply(mulPrimitive, [minusX, minusY], none) : null;
};

const div: Rule = (r, [x, y], _, result) => {
  if (x === undefined || y === undefined) return null;
  const c = r.constantOf(y);
  if (c === 1) return x;
  if (c === null || !isFloat(result.dtype) || !isPowerOfTwo(c) || !isPowerOfTwo(1 / c)) return null;
  // Exact: only the exponent changes.
  return r.apply(mulPrimitive, [x, r.full(1 / c, result)], none);
};

const pow: Rule = (r, [x, y], _, result) => {
  if (x === undefined || y === undefined || !isFloat(result.dtype)) return null;
  const square = (): Var => r.apply(mulPrimitive, [x, x], none);
  switch (r.constantOf(y)) {
    case 0:
      return r.full(1, result);
    case 0.5:
      return r.apply(sqrtPrimitive, [x], none);
    case 1:
      return x;
    case 2:
      return square();
    case 3:
      return r.apply(mulPrimitive, [square(), x], none);
    case -1:
      return r.apply(divPrimitive, [r.full(1, result), x], none);
    default:
      return null;
  }
};

const neg: Rule = (r, [x], _, result) => {
  const inner = negated(r, x);
  if (inner !== null) return inner;
  const factors = r.match(x, "mul")?.inputs ?? [];
  const constant = factors.findIndex((factor) => r.constantOf(factor) !== null);
  const other = factors[1 - constant];
  if (constant >= 0 && other !== undefined && isFloat(result.dtype)) {
    return r.apply(mulPrimitive, [other, r.full(-(r.constantOf(factors[constant]) ?? 0), result)], none);
  }
  const [a, b] = r.match(x, "sub")?.inputs ?? [];
  return a !== undefined && b !== undefined ? r.apply(subPrimitive, [b, a], none) : null;
};

const select: Rule = (r, [condition, x, y]) => {
  if (condition === undefined || x === undefined || y === undefined) return null;
  if (x === y) return x;
  const known = r.constantOf(condition);
  if (known !== null) return known !== 0 ? x : y;
  const opposite = r.match(condition, "not")?.inputs[0];
  return opposite === undefined ? null : r.apply(selectPrimitive, [opposite, y, x], none);
};

/** Casts that lose nothing: those behind them may start from the value before. */
const lossless: Readonly<Record<string, readonly string[]>> = {
  bool: [
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "bfloat16",
    "float32",
    "float64",
  ],
  int8: ["int16", "int32", "int64", "float32", "float64"],
  uint8: ["int16", "int32", "int64", "uint16", "uint32", "uint64", "float32", "float64"],
  int16: ["int32", "int64", "float32", "float64"],
  uint16: ["int32", "int64", "uint32", "uint64", "float32", "float64"],
  int32: ["int64", "float64"],
  uint32: ["int64", "uint64", "float64"],
  float16: ["float32", "float64"],
  bfloat16: ["float32", "float64"],
  float32: ["float64"],
};

const cast: Rule = (r, [x], params) => {
  if (x === undefined) return null;
  const { dtype } = params as CastParams; // SAFETY: the parameters of `cast`
  if (x.dtype === dtype) return x;
  const before = r.match(x, "cast");
  const [origin] = before?.inputs ?? [];
  if (before === null || origin === undefined || !lossless[origin.dtype]?.includes(x.dtype)) return null;
  return r.apply(before.primitive, [origin], { dtype });
};

/** Laws of logic; the constant is 1 for true. */
const and: Rule = (r, [x, y], _, result) => logic(r, x, y, result.dtype === "bool", (c) => c !== 0);
const or: Rule = (r, [x, y], _, result) => logic(r, x, y, result.dtype === "bool", (c) => c === 0);

function logic(
  r: Rewriter,
  x: Var | undefined,
  y: Var | undefined,
  isBool: boolean,
  isNeutral: (c: number) => boolean,
): Var | null {
  if (x === undefined || y === undefined || !isBool) return null;
  if (x === y) return x;
  for (const [a, b] of [
    [x, y],
    [y, x],
  ] as const) {
    const c = r.constantOf(b);
    if (c !== null) return isNeutral(c) ? a : b;
  }
  return null;
}

const not: Rule = (r, [x]) => r.match(x, "not")?.inputs[0] ?? null;

const same: Rule = (_, [x]) => x ?? null;

/** Rules for element-wise primitives. They keep the result for all finite inputs, up to the sign of zero. */
export const algebraRules: RuleTable = {
  add,
  sub,
  mul,
  div,
  pow,
  neg,
  select,
  cast,
  and,
  or,
  not,
  stopGradient: same,
};
