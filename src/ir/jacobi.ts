import { gather } from "./primitives/gather.ts";
import type { PrimitiveFunctions } from "./primitive.ts";
import type { Var } from "./program.ts";

/**
 * Jacobi's method in rounds: the columns are paired `(i, i + half)`, all pairs are rotated at once, and a fixed
 * permutation then makes new pairs, so that `2·half − 1` rounds (a sweep) meet every pair once.
 */
export function roundRobin(columns: number): Int32Array {
  const half = columns / 2;
  const top = Array.from({ length: half }, (_, i) => i);
  const bottom = top.map((i) => i + half);
  // The first column stays; the others move on by one place around the table.
  const nextTop = half === 1 ? top : [0, half, ...top.slice(1, -1)];
  const nextBottom = half === 1 ? bottom : [...bottom.slice(1), half - 1];
  return Int32Array.from([...nextTop, ...nextBottom]);
}

/** Sweeps after which single and double precision have converged, with some to spare. */
export function sweepsFor(columns: number): number {
  return 6 + Math.ceil(Math.log2(Math.max(columns, 2)));
}

/** Cosine and sine that annihilate `coupling` between two columns whose squared lengths (diagonal entries) are `first` and `second`. */
export function rotation(
  p: PrimitiveFunctions,
  first: Var,
  second: Var,
  coupling: Var,
): { cosine: Var; sine: Var } {
  const zero = p.zerosLike(coupling);
  const one = p.fullLike(coupling, 1);
  const none = p.eq(coupling, zero);
  const cotangent = p.div(p.sub(second, first), p.scale(p.select(none, one, coupling), 2));
  const size = p.add(p.abs(cotangent), p.sqrt(p.offset(p.mul(cotangent, cotangent), 1)));
  const signed = p.select(p.lt(cotangent, zero), p.neg(size), size);
  const tangent = p.select(none, zero, p.div(one, signed));
  const cosine = p.rsqrt(p.offset(p.mul(tangent, tangent), 1));
  return { cosine, sine: p.mul(tangent, cosine) };
}

/** Rotates the columns (`axis` 2) or rows (`axis` 1) of `x [batch, …]` pairwise, then puts them into the order of the next round. */
export function rotatePairs(
  p: PrimitiveFunctions,
  x: Var,
  axis: 1 | 2,
  cosine: Var,
  sine: Var,
  order: Var,
): Var {
  const half = (x.shape[axis] ?? 0) / 2;
  const limit = x.shape.map((dim, i) => (i === axis ? half : dim));
  const start = x.shape.map((_, i) => (i === axis ? half : 0));
  const first = p.slice(
    x,
    x.shape.map(() => 0),
    limit,
  );
  const second = p.slice(x, start, x.shape);
  const c = p.broadcast(cosine, first.shape, [0, axis]);
  const s = p.broadcast(sine, first.shape, [0, axis]);
  const rotated = p.concat(
    [p.sub(p.mul(c, first), p.mul(s, second)), p.add(p.mul(s, first), p.mul(c, second))],
    axis,
  );
  return gather(rotated, order, axis);
}
