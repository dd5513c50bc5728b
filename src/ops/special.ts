import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { invariant } from "../util/errors.ts";
import { binaryOp } from "./core/binary.ts";
import { axesOf } from "./core/compute.ts";
import type { FloatBinaryOp } from "./core/op-types.ts";
import { floatType } from "./core/promote.ts";

const precision = 1e-8;
const tiny = 1e-30;

/** True while any element of a condition holds. */
function any(condition: Var): Var {
  return p.reduceMax(condition, axesOf(condition));
}

/** `Σ xᵏ / (a·(a + 1)⋯(a + k))`: converges fast for `x < a + 1`. */
function series(a: Var, x: Var): Var {
  const first = p.div(p.fullLike(a, 1), a);
  const [, , sum] = p.whileLoop(
    ([, term, total]) => any(p.gt(p.abs(term), p.scale(p.abs(total), precision))),
    ([n, term, total]) => {
      const next = p.offset(n, 1);
      const part = p.mul(term, p.div(x, next));
      return [next, part, p.add(total, part)];
    },
    [a, first, first],
  );
  return sum;
}

/** Lentz's continued fraction of the upper function: converges fast for `x ≥ a + 1`. */
function fraction(a: Var, x: Var): Var {
  const away = (v: Var): Var => p.select(p.lt(p.abs(v), p.fullLike(v, tiny)), p.fullLike(v, tiny), v);
  const b0 = p.offset(p.sub(x, a), 1);
  const d0 = p.div(p.fullLike(x, 1), away(b0));
  const [, , , , h] = p.whileLoop(
    ([i, , c, d]) => {
      const change = p.abs(p.offset(p.mul(c, d), -1));
      const isStart = p.eq(i, p.fullLike(i, 0));
      return p.and(
        any(p.or(isStart, p.gt(change, p.fullLike(change, precision)))),
        any(p.lt(i, p.fullLike(i, 2000))),
      );
    },
    ([i, b, c, d, value]) => {
      const k = p.offset(i, 1);
      const an = p.mul(p.neg(k), p.sub(k, a));
      const next = p.offset(b, 2);
      const newD = p.div(p.fullLike(x, 1), away(p.add(p.mul(an, d), next)));
      const newC = away(p.add(next, p.div(an, c)));
      return [k, next, newC, newD, p.mul(value, p.mul(newC, newD))];
    },
    [p.fullLike(x, 0), b0, p.fullLike(x, 1 / tiny), d0, d0],
  );
  return h;
}

/** The regularized lower incomplete gamma function, without its gradient. */
function lowerGamma(a: Var, x: Var): Var {
  const isSeries = p.lt(x, p.offset(a, 1));
  const one = p.fullLike(x, 1);
  const scale = p.exp(p.sub(p.sub(p.mul(a, p.log(p.max(x, p.fullLike(x, tiny)))), x), p.lgamma(a)));
  const below = p.mul(scale, series(a, p.select(isSeries, x, p.fullLike(x, 0))));
  const above = p.sub(one, p.mul(scale, fraction(a, p.select(isSeries, p.offset(a, 1), x))));
  const value = p.select(p.le(x, p.fullLike(x, 0)), p.fullLike(x, 0), p.select(isSeries, below, above));
  return p.select(p.isFinite(x), value, p.select(p.isNan(x), x, one));
}

/**
 * Regularized lower incomplete gamma function: the share of the gamma distribution of shape `x1` below `x2`.
 *
 * It has a gradient with respect to `x2` alone.
 *
 * @see Keras `ops.gammainc`
 */
export const gammainc: FloatBinaryOp = binaryOp(
  { name: "gammainc", module: "math", operands: floatType },
  (a, x) => {
    const [shape, place] = [p.stopGradient(a), p.stopGradient(x)];
    const [result] = p.customGradient([lowerGamma(shape, place)], [x], ([g]) => {
      if (!g) return [null];
      // d/dx = x^(a − 1) · e^(−x) / Γ(a)
      const log = p.sub(p.sub(p.mul(p.offset(shape, -1), p.log(place)), place), p.lgamma(shape));
      return [p.mul(g, p.exp(log))];
    });
    invariant(result !== undefined, "customGradient passes its values on");
    return result;
  },
);
