import { triangularSolve } from "./triangular-solve.ts";
import {
  asBatch,
  at,
  identity,
  identityMatrix,
  matricesOf,
  type Matrix,
  requireMatrices,
  stacked,
  startsAlong,
  triangle,
} from "../matrices.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emit, type Var } from "../program.ts";
import { dynamicSlice } from "./dynamic-slice.ts";
import { scan } from "./scan.ts";

export interface QrParams extends Record<string, unknown> {
  /** Q square, R as tall as `x`; otherwise both as small as the factorisation allows. */
  readonly complete: boolean;
}

/** Householder's method with LAPACK's signs: a reflection only where something lies below the diagonal. */
function factor(a: Matrix, columns: number): { q: Matrix; r: Matrix } {
  const m = a.length;
  const r = a.map((row) => [...row]);
  const q = identityMatrix(m);
  for (let k = 0; k < Math.min(m, columns); k++) {
    const alpha = at(r, k, k);
    let rest = 0;
    for (let i = k + 1; i < m; i++) rest += at(r, i, k) ** 2;
    if (rest === 0) continue;
    const beta = (alpha < 0 ? 1 : -1) * Math.sqrt(alpha * alpha + rest);
    const tau = (beta - alpha) / beta;
    const v = r.map((row, i) => (i < k ? 0 : i === k ? 1 : (row[k] ?? 0) / (alpha - beta)));
    for (let j = 0; j < columns; j++) {
      const dot = v.reduce((sum, value, i) => sum + value * at(r, i, j), 0);
      r.forEach((row, i) => (row[j] = (row[j] ?? 0) - tau * dot * (v[i] ?? 0)));
    }
    for (const row of q) {
      const dot = v.reduce((sum, value, i) => sum + value * (row[i] ?? 0), 0);
      row.forEach((value, i) => (row[i] = value - tau * dot * (v[i] ?? 0)));
    }
  }
  return { q, r: r.map((row, i) => row.map((value, j) => (j < i ? 0 : value))) };
}

export const qrPrimitive: Primitive<QrParams> = {
  name: "qr",
  infer: ([x], { complete }) => {
    if (!x) return [];
    const [m, n] = requireMatrices("qr", x);
    const inner = complete ? m : Math.min(m, n);
    const leading = x.shape.slice(0, -2);
    return [
      { shape: [...leading, m, inner], dtype: x.dtype },
      { shape: [...leading, inner, n], dtype: x.dtype },
    ];
  },
  lowering: {
    kind: "composite",
    expand: ([x], { complete }, p) => {
      if (!x) return [];
      const matrix = asBatch(p, x);
      const [batch = 0, m = 0, n = 0] = matrix.shape;
      const steps = Math.min(m, n);
      const squares = [steps, m];
      const atRow = p.eq(p.iota(squares, 1, "int32"), p.iota(squares, 0, "int32"));
      const below = p.gt(p.iota(squares, 1, "int32"), p.iota(squares, 0, "int32"));
      const { carry } = scan(
        ([r, q], [start, isRow, isBelow]) => {
          const column = p.reshape(dynamicSlice(r, start, [batch, m, 1]), [batch, m]);
          const zeros = p.zerosLike(column);
          const onRow = p.broadcast(isRow, column.shape, [1]);
          const tail = p.select(p.broadcast(isBelow, column.shape, [1]), column, zeros);
          const alpha = p.reduceSum(p.select(onRow, column, zeros), [1]);
          const rest = p.reduceSum(p.mul(tail, tail), [1]);
          const none = p.eq(rest, p.zerosLike(rest));
          const norm = p.sqrt(p.add(p.mul(alpha, alpha), rest));
          const beta = p.select(p.lt(alpha, p.zerosLike(alpha)), norm, p.neg(norm));
          // Without anything below the diagonal there is no reflection: tau = 0.
          const one = p.fullLike(alpha, 1);
          const tau = p.select(
            none,
            p.zerosLike(alpha),
            p.div(p.sub(beta, alpha), p.select(none, one, beta)),
          );
          const divisor = p.broadcast(p.select(none, one, p.sub(alpha, beta)), column.shape, [0]);
          const v = p.select(onRow, p.fullLike(column, 1), p.div(tail, divisor));
          const vertical = p.reshape(v, [batch, m, 1]);
          const horizontal = p.reshape(v, [batch, 1, m]);
          const scaled = (value: Var): Var => p.mul(value, p.broadcast(tau, value.shape, [0]));
          const nextR = p.sub(r, p.matmul(vertical, scaled(p.matmul(horizontal, r))));
          const nextQ = p.sub(q, p.matmul(scaled(p.matmul(q, vertical)), horizontal));
          return { carry: [nextR, nextQ], ys: [] };
        },
        [matrix, identity(p, [batch, m, m], x.dtype)],
        [startsAlong(p, steps, 3, 2), atRow, below],
        { length: steps },
      );
      const inner = complete ? m : steps;
      const leading = x.shape.slice(0, -2);
      const q = p.slice(carry[1], [0, 0, 0], [batch, m, inner]);
      const r = triangle(p, p.slice(carry[0], [0, 0, 0], [batch, inner, n]), "upper");
      return [p.reshape(q, [...leading, m, inner]), p.reshape(r, [...leading, inner, n])];
    },
  },
  // For m ≥ n and full rank, with M = R·dRᵀ − dQᵀ·Q: dA = (dQ + Q·(tril M + (stril M)ᵀ))·R⁻ᵀ
  // (Walter and Lehmann, "Algorithmic differentiation of linear algebra functions", 2018)
  vjp: ([gq, gr], { outputs: [q, r], p }) => {
    if (!q || !r || (!gq && !gr)) return [];
    requireMatrices("the gradient of qr", r, true);
    const dq = gq ?? p.zerosLike(q);
    const dr = gr ? triangle(p, gr, "upper") : p.zerosLike(r);
    const m = p.sub(p.matmul(r, p.swapLastAxes(dr)), p.matmul(p.swapLastAxes(dq), q));
    const symmetric = p.add(triangle(p, m, "lower"), p.swapLastAxes(triangle(p, m, "lower", -1)));
    const right = p.add(dq, p.matmul(q, symmetric));
    return [p.swapLastAxes(triangularSolve(r, p.swapLastAxes(right), { lower: false }))];
  },
  samples: () => [
    ...[
      [1, 1],
      [4, 4],
      [5, 3],
      [2, 6, 2],
    ].map((shape) => ({
      inputs: [{ shape, dtype: "float32" as const }],
      params: { complete: false },
    })),
    { inputs: [{ shape: [3, 5], dtype: "float32" }], params: { complete: false }, differentiate: false },
    { inputs: [{ shape: [5, 3], dtype: "float32" }], params: { complete: true }, differentiate: false },
    {
      inputs: [{ shape: [3, 2], dtype: "float32", values: [1, 2, 0, 3, 0, 0] }],
      params: { complete: true },
      differentiate: false,
    },
  ],
};

/** The meaning of `qr`, in double precision. */
export const qrMeaning: Meaning<QrParams> = ([x], { complete }) => {
  if (!x) return [];
  const [m = 0, n = 0] = x.shape.slice(-2);
  const inner = complete ? m : Math.min(m, n);
  const leading = x.shape.slice(0, -2);
  const parts = matricesOf(x).map((matrix) => factor(matrix, n));
  return [
    stacked(
      parts.map(({ q }) => q.map((row) => row.slice(0, inner))),
      [...leading, m, inner],
      x.dtype,
    ),
    stacked(
      parts.map(({ r }) => r.slice(0, inner)),
      [...leading, inner, n],
      x.dtype,
    ),
  ];
};

/**
 * QR decomposition of `x [..., m, n]`, with LAPACK's signs: `[q, r]`.
 *
 * `complete`: q `[..., m, m]`, r `[..., m, n]`; otherwise q `[..., m, k]`, r `[..., k, n]` with k the smaller of m and n.
 * The gradient wants m ≥ n and the reduced form.
 */
export function qr(
  x: Var,
  { complete = false }: { readonly complete?: boolean } = {},
): readonly [q: Var, r: Var] {
  return emit(qrPrimitive, [x], { complete }) as readonly Var[] as readonly [Var, Var]; // SAFETY: `infer` states two results
}
