import type { DType } from "../../../ir/dtypes.ts";
import { i64, i64x2, select, v128, type Expr } from "../assembler/index.ts";
import { narrowMask } from "./float64.ts";
import { isUnsigned } from "./lanes.ts";
import { outline, type VectorFunction } from "./outline.ts";
import type { Scope, Vector, VectorExpr } from "./scope.ts";

/** A function of 64-bit integers, lane by lane. */
function lanewise(
  name: string,
  f: (s: Scope, a: Expr<"i64">, b: Expr<"i64">) => Expr<"i64">,
): VectorFunction {
  return outline(`${name} i64`, 2, (s, a, b) => {
    const result = s.temp(s.f64(0));
    for (const lane of [0, 1]) {
      const value = f(s, i64x2.extractLane(a, lane), i64x2.extractLane(b, lane));
      s.fn.set(result, i64x2.replaceLane(result, lane, value));
    }
    return result;
  });
}

/** Quotient or remainder, 0 for a divisor of 0, wrapping where the machine would trap. */
function division(
  name: string,
  machine: (a: Expr<"i64">, b: Expr<"i64">) => Expr<"i64">,
  overflow: VectorLane,
): VectorFunction {
  return lanewise(name, (_, a, b) => {
    const isZero = i64.eqz(b);
    const isMinusOne = i64.eq(b, -1n);
    const safe = select(i64.const(1n), select(i64.const(1n), b, isMinusOne), isZero);
    return select(i64.const(0n), select(overflow(a), machine(a, safe), isMinusOne), isZero);
  });
}

type VectorLane = (a: Expr<"i64">) => Expr<"i64">;

/** Unsigned division has no overflow, so a divisor of all ones is not special. */
function unsignedDivision(
  name: string,
  machine: (a: Expr<"i64">, b: Expr<"i64">) => Expr<"i64">,
): VectorFunction {
  return lanewise(name, (_, a, b) => {
    const isZero = i64.eqz(b);
    return select(i64.const(0n), machine(a, select(i64.const(1n), b, isZero)), isZero);
  });
}

/** Mask of `a < b` in 64-bit lanes; unsigned order is signed order with the top bit flipped. */
function below(s: Scope, a: VectorExpr, b: VectorExpr, unsigned: boolean): VectorExpr {
  return unsigned ? i64x2.ltS(v128.xor(a, s.f64(-0)), v128.xor(b, s.f64(-0))) : i64x2.ltS(a, b);
}

function table(unsigned: boolean): Record<string, VectorFunction> {
  const lt = (s: Scope, a: Vector, b: Vector): VectorExpr => below(s, a, b, unsigned);
  return {
    add: (_, a, b) => i64x2.add(a, b),
    sub: (_, a, b) => i64x2.sub(a, b),
    mul: (_, a, b) => i64x2.mul(a, b),
    div: unsigned ? unsignedDivision("div u", i64.divU) : division("div", i64.divS, (a) => i64.sub(0n, a)),
    rem: unsigned ? unsignedDivision("rem u", i64.remU) : division("rem", i64.remS, () => i64.const(0n)),
    neg: (_, a) => i64x2.neg(a),
    abs: unsigned ? (_, a) => a : (_, a) => i64x2.abs(a),
    sign: (s, a) => {
      const zero = s.f64(0);
      const one = s.constant(1, "int64");
      const nonzero = v128.andnot(one, i64x2.eq(a, zero));
      return unsigned ? nonzero : v128.or(i64x2.ltS(a, zero), nonzero);
    },
    min: (s, a, b) => v128.bitselect(a, b, lt(s, a, b)),
    max: (s, a, b) => v128.bitselect(b, a, lt(s, a, b)),
    pow: lanewise("pow", (s, a, b) => s.fn.callValue("i64", s.shared.host.powI64, a, b)),
    floor: (_, a) => a,
    ceil: (_, a) => a,
    trunc: (_, a) => a,
    round: (_, a) => a,
    eq: (s, a, b) => narrowMask(s, i64x2.eq(a, b)),
    ne: (s, a, b) => narrowMask(s, i64x2.ne(a, b)),
    lt: (s, a, b) => narrowMask(s, lt(s, a, b)),
    le: (s, a, b) => narrowMask(s, v128.not(lt(s, b, a))),
    and: (_, a, b) => v128.and(a, b),
    or: (_, a, b) => v128.or(a, b),
    xor: (_, a, b) => v128.xor(a, b),
    not: (_, a) => v128.not(a),
    shl: lanewise("shl", (_, a, b) => i64.shl(a, b)),
    shr: lanewise(unsigned ? "shr u" : "shr", (_, a, b) => (unsigned ? i64.shrU(a, b) : i64.shrS(a, b))),
  };
}

const signed = table(false);
const unsignedTable = table(true);

/** Operations on 64-bit integers. */
export function integer64(dtype: DType): Readonly<Record<string, VectorFunction>> {
  return isUnsigned(dtype) ? unsignedTable : signed;
}
