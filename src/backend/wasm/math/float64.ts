import { f64x2, shuffle32, v128 } from "../assembler/index.ts";
import type { HostName } from "./host.ts";
import { outline, type VectorFunction } from "./outline.ts";
import type { Scope, Vector, VectorExpr } from "./scope.ts";

/** A 64-bit comparison's mask as the lower two 32-bit lanes, where bools live. */
export function narrowMask(s: Scope, mask: VectorExpr): VectorExpr {
  const local = s.temp(mask);
  return shuffle32(local, local, [0, 2, 0, 2]);
}

/** A double-precision function of JavaScript's, lane by lane. */
function host(name: HostName, arity: 1 | 2): VectorFunction {
  return outline(`${name} f64`, arity, (s, ...args) => {
    const result = s.temp(s.f64(0));
    for (const lane of [0, 1]) {
      const value = s.fn.callValue(
        "f64",
        s.shared.host[name],
        ...args.map((x) => f64x2.extractLane(x, lane)),
      );
      s.fn.set(result, f64x2.replaceLane(result, lane, value));
    }
    return result;
  });
}

function sign(s: Scope, x: Vector): VectorExpr {
  const signed = v128.or(v128.and(x, s.f64(-0)), s.f64(1));
  return v128.bitselect(signed, x, f64x2.gt(f64x2.abs(x), s.f64(0)));
}

/** Operations on 64-bit floats. */
export const float64: Readonly<Record<string, VectorFunction>> = {
  add: (_, a, b) => f64x2.add(a, b),
  sub: (_, a, b) => f64x2.sub(a, b),
  mul: (_, a, b) => f64x2.mul(a, b),
  div: (_, a, b) => f64x2.div(a, b),
  rem: host("rem", 2),
  neg: (_, a) => f64x2.neg(a),
  abs: (_, a) => f64x2.abs(a),
  sign,
  min: (_, a, b) => f64x2.min(a, b),
  max: (_, a, b) => f64x2.max(a, b),
  pow: host("pow", 2),
  atan2: host("atan2", 2),
  floor: (_, a) => f64x2.floor(a),
  ceil: (_, a) => f64x2.ceil(a),
  trunc: (_, a) => f64x2.trunc(a),
  round: (_, a) => f64x2.nearest(a),
  sqrt: (_, a) => f64x2.sqrt(a),
  exp: host("exp", 1),
  expm1: host("expm1", 1),
  log: host("log", 1),
  log1p: host("log1p", 1),
  sin: host("sin", 1),
  cos: host("cos", 1),
  tan: host("tan", 1),
  atan: host("atan", 1),
  tanh: host("tanh", 1),
  erf: host("erf", 1),
  eq: (s, a, b) => narrowMask(s, f64x2.eq(a, b)),
  ne: (s, a, b) => narrowMask(s, f64x2.ne(a, b)),
  lt: (s, a, b) => narrowMask(s, f64x2.lt(a, b)),
  le: (s, a, b) => narrowMask(s, f64x2.le(a, b)),
};
