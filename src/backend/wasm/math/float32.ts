import { f32, f32x4, f64, v128 } from "../assembler/index.ts";
import { outline, type VectorFunction } from "./outline.ts";
import { erf, exp, expm1, log, log1p, tanh } from "./exponential.ts";
import { pow } from "./power.ts";
import type { Scope, Vector, VectorExpr } from "./scope.ts";

function sign(s: Scope, x: Vector): VectorExpr {
  const bit = s.i32(-0x80000000);
  const signed = v128.or(v128.and(x, bit), s.f32(1));
  return v128.bitselect(signed, x, f32x4.gt(f32x4.abs(x), s.f32(0)));
}

/** The exact remainder, lane by lane: JavaScript's `%` on doubles. */
function remainder(s: Scope, x: Vector, y: Vector): VectorExpr {
  const result = s.temp(x);
  for (const lane of [0, 1, 2, 3]) {
    const [a, b] = [x, y].map((v) => f64.promoteF32(f32x4.extractLane(v, lane)));
    const value = s.fn.callValue("f64", s.shared.host.rem, a ?? f64.const(0), b ?? f64.const(0));
    s.fn.set(result, f32x4.replaceLane(result, lane, f32.demoteF64(value)));
  }
  return result;
}

/** Operations on 32-bit floats that every program may use. */
const float32: Readonly<Record<string, VectorFunction>> = {
  add: (_, a, b) => f32x4.add(a, b),
  sub: (_, a, b) => f32x4.sub(a, b),
  mul: (_, a, b) => f32x4.mul(a, b),
  div: (_, a, b) => f32x4.div(a, b),
  rem: outline("rem", 2, remainder),
  neg: (_, a) => f32x4.neg(a),
  abs: (_, a) => f32x4.abs(a),
  sign,
  min: (_, a, b) => f32x4.min(a, b),
  max: (_, a, b) => f32x4.max(a, b),
  pow: outline("pow", 2, pow),
  floor: (_, a) => f32x4.floor(a),
  ceil: (_, a) => f32x4.ceil(a),
  trunc: (_, a) => f32x4.trunc(a),
  round: (_, a) => f32x4.nearest(a),
  sqrt: (_, a) => f32x4.sqrt(a),
  exp,
  expm1,
  log,
  log1p,
  tanh,
  erf,
  eq: (_, a, b) => f32x4.eq(a, b),
  ne: (_, a, b) => f32x4.ne(a, b),
  lt: (_, a, b) => f32x4.lt(a, b),
  le: (_, a, b) => f32x4.le(a, b),
};

const provided = new Map<string, VectorFunction>();

/** Adds operations that only some programs use, so that pages without such programs do not carry them. */
export function provideFloat32(operations: Readonly<Record<string, VectorFunction>>): void {
  for (const [name, f] of Object.entries(operations)) provided.set(name, f);
}

/** An operation on 32-bit floats. */
export function float32Operation(name: string): VectorFunction | undefined {
  return float32[name] ?? provided.get(name);
}
