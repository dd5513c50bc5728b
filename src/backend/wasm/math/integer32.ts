import type { DType } from "../../../ir/dtypes.ts";
import { f64x2, i32, i32x4, shuffle32, v128, type Expr } from "../assembler/index.ts";
import { isUnsigned } from "./lanes.ts";
import { outline, type VectorFunction } from "./outline.ts";
import type { Scope, Vector, VectorExpr } from "./scope.ts";

/** Truncated quotients through doubles, which hold them exactly; division by zero gives 0, overflow wraps. */
function quotient(unsigned: boolean): VectorFunction {
  const convert = unsigned ? f64x2.convertLowI32x4U : f64x2.convertLowI32x4S;
  return outline(unsigned ? "div u32" : "div i32", 2, (s, a, b) => {
    const pair = (x: VectorExpr, y: VectorExpr): Vector =>
      s.temp(f64x2.add(f64x2.trunc(f64x2.div(convert(x), convert(y))), s.f64(6755399441055744)));
    const high = (x: Vector): VectorExpr => shuffle32(x, x, [2, 3, 2, 3]);
    const low = pair(a, b);
    const result = shuffle32(low, pair(high(a), high(b)), [0, 2, 4, 6]);
    return v128.andnot(result, i32x4.eq(b, s.i32(0)));
  });
}

const divideSigned = quotient(false);
const divideUnsigned = quotient(true);

function remainder(divide: VectorFunction): VectorFunction {
  return (s, a, b) => {
    const q = s.temp(divide(s, a, b));
    return v128.andnot(i32x4.sub(a, i32x4.mul(q, b)), i32x4.eq(b, s.i32(0)));
  };
}

/** A function of integers, lane by lane. */
function lanewise(
  name: string,
  f: (s: Scope, a: Expr<"i32">, b: Expr<"i32">) => Expr<"i32">,
): VectorFunction {
  return outline(name, 2, (s, a, b) => {
    const result = s.temp(s.i32(0));
    for (const lane of [0, 1, 2, 3]) {
      const value = f(s, i32x4.extractLane(a, lane), i32x4.extractLane(b, lane));
      s.fn.set(result, i32x4.replaceLane(result, lane, value));
    }
    return result;
  });
}

const power = lanewise("pow i32", (s, a, b) => s.fn.callValue("i32", s.shared.host.powI32, a, b));
const shiftLeft = lanewise("shl", (_, a, b) => i32.shl(a, b));
const shiftRightSigned = lanewise("shr s", (_, a, b) => i32.shrS(a, b));
const shiftRightUnsigned = lanewise("shr u", (_, a, b) => i32.shrU(a, b));

/** Brings the lanes of an 8- or 16-bit dtype back into its range, by wrapping. */
export function wrapLanes(s: Scope, x: VectorExpr, dtype: DType): VectorExpr {
  switch (dtype) {
    case "int8":
      return i32x4.shrS(i32x4.shl(x, 24), 24);
    case "int16":
      return i32x4.shrS(i32x4.shl(x, 16), 16);
    case "uint8":
      return v128.and(x, s.i32(0xff));
    case "uint16":
      return v128.and(x, s.i32(0xffff));
    default:
      return x;
  }
}

/** Operations on integers of up to 32 bits, held in 32-bit lanes; results may need `wrapLanes`. */
export function integer32(dtype: DType): Readonly<Record<string, VectorFunction>> {
  return isUnsigned(dtype) ? unsigned : signed;
}

const common = {
  add: (_, a, b) => i32x4.add(a, b),
  sub: (_, a, b) => i32x4.sub(a, b),
  mul: (_, a, b) => i32x4.mul(a, b),
  neg: (_, a) => i32x4.neg(a),
  pow: power,
  eq: (_, a, b) => i32x4.eq(a, b),
  ne: (_, a, b) => i32x4.ne(a, b),
  and: (_, a, b) => v128.and(a, b),
  or: (_, a, b) => v128.or(a, b),
  xor: (_, a, b) => v128.xor(a, b),
  not: (_, a) => v128.not(a),
  shl: shiftLeft,
  floor: (_, a) => a,
  ceil: (_, a) => a,
  trunc: (_, a) => a,
  round: (_, a) => a,
} satisfies Record<string, VectorFunction>;

const signed: Record<string, VectorFunction> = {
  ...common,
  div: divideSigned,
  rem: remainder(divideSigned),
  abs: (_, a) => i32x4.abs(a),
  // A comparison is −1 where it holds, and so is a negative number's sign bit, spread.
  sign: (s, a) => i32x4.sub(i32x4.shrS(a, 31), i32x4.gtS(a, s.i32(0))),
  min: (_, a, b) => i32x4.minS(a, b),
  max: (_, a, b) => i32x4.maxS(a, b),
  lt: (_, a, b) => i32x4.ltS(a, b),
  le: (_, a, b) => i32x4.leS(a, b),
  shr: shiftRightSigned,
};

const unsigned: Record<string, VectorFunction> = {
  ...common,
  div: divideUnsigned,
  rem: remainder(divideUnsigned),
  abs: (_, a) => a,
  sign: (s, a) => v128.andnot(s.i32(1), i32x4.eq(a, s.i32(0))),
  min: (_, a, b) => i32x4.minU(a, b),
  max: (_, a, b) => i32x4.maxU(a, b),
  lt: (_, a, b) => i32x4.ltU(a, b),
  le: (_, a, b) => i32x4.leU(a, b),
  shr: shiftRightUnsigned,
};
