import { triangularSolve } from "./triangular-solve.ts";
import {
  asBatch,
  at,
  matricesOf,
  requireMatrices,
  stacked,
  startsAlong,
  triangle,
  zeroMatrix,
  type Matrix,
} from "../matrices.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { dynamicSlice } from "./dynamic-slice.ts";
import { scan } from "./scan.ts";

function factor(a: Matrix): Matrix {
  const n = a.length;
  const l = zeroMatrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = at(a, i, j);
      for (let k = 0; k < j; k++) sum -= at(l, i, k) * at(l, j, k);
      l[i]?.splice(j, 1, i === j ? Math.sqrt(sum) : sum / at(l, j, j));
    }
  }
  return l;
}

export const choleskyPrimitive: Primitive<Record<never, never>> = {
  name: "cholesky",
  infer: ([x]) => {
    if (x === undefined) return [];
    requireMatrices("cholesky", x, true);
    return [{ shape: x.shape, dtype: x.dtype }];
  },
  lowering: {
    kind: "composite",
    // Column by column: take it from what is left of the matrix, scale it, subtract its outer product.
    expand: ([x], _, p) => {
      if (!x) return [];
      const matrix = asBatch(p, x);
      const [batch = 0, n = 0] = matrix.shape;
      const below = p.ge(p.iota([n, n], 1, "int32"), p.iota([n, n], 0, "int32"));
      const { ys } = scan(
        ([rest], [start, diagonal, rows]) => {
          const column = dynamicSlice(rest, start, [batch, n, 1]);
          const pivot = p.sqrt(dynamicSlice(column, diagonal, [batch, 1, 1]));
          const scaled = p.div(column, p.broadcast(pivot, column.shape));
          const l = p.select(p.broadcast(rows, column.shape, [1]), scaled, p.zerosLike(scaled));
          return { carry: [p.sub(rest, p.matmul(l, p.swapLastAxes(l)))], ys: [p.reshape(l, [batch, n])] };
        },
        [matrix],
        [startsAlong(p, n, 3, 2), startsAlong(p, n, 3, 1), below],
        { length: n },
      );
      // [column, batch, row] → [batch, row, column]
      return [p.reshape(p.transpose(ys[0], [1, 2, 0]), x.shape)];
    },
  },
  // With P the lower triangle of Lᵀ·G, its diagonal halved: dA = sym(L⁻ᵀ·P·L⁻¹) (Murray, "Differentiation of the Cholesky decomposition", 2016)
  vjp: ([g], { outputs: [l], p }) => {
    if (!g || !l) return [];
    const product = p.matmul(p.swapLastAxes(l), g);
    const inner = p.sub(
      triangle(p, product, "lower"),
      p.scale(p.sub(triangle(p, product, "lower"), triangle(p, product, "lower", -1)), 0.5),
    );
    const left = triangularSolve(l, inner, { lower: true, transposeA: true });
    const both = p.swapLastAxes(triangularSolve(l, p.swapLastAxes(left), { lower: true, transposeA: true }));
    return [p.scale(p.add(both, p.swapLastAxes(both)), 0.5)];
  },
  samples: () =>
    [
      { shape: [1, 1], values: [4] },
      { shape: [3, 3], values: [4, 1, -0.5, 1, 3, 0.7, -0.5, 0.7, 2] },
      { shape: [2, 2, 2], values: [2, 0.5, 0.5, 1, 5, -2, -2, 3] },
    ].map(({ shape, values }) => ({
      inputs: [{ shape, dtype: "float32" as const, values }],
      params: {},
    })),
};

/** The meaning of `cholesky`, in double precision. */
export const choleskyMeaning: Meaning<Record<never, never>> = ([x]) =>
  x ? [stacked(matricesOf(x).map(factor), x.shape, x.dtype)] : [];

/** Lower triangular `L` with `L·Lᵀ = x` for symmetric positive definite matrices `[…, n, n]`; NaN where there is none. */
export function cholesky(x: Var): Var {
  return emitOne(choleskyPrimitive, [x], {});
}
