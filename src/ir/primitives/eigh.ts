import { roundRobin, rotatePairs, rotation, sweepsFor } from "../jacobi.ts";
import {
  asBatch,
  at,
  columnSigns,
  diagonal,
  identity,
  identityMatrix,
  matricesOf,
  type Matrix,
  requireMatrices,
  signWeight,
  stacked,
} from "../matrices.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emit, type Var } from "../program.ts";
import { scan } from "./scan.ts";
import { sort } from "./sort.ts";

/** Cyclic Jacobi rotations in plain numbers. */
function decompose(matrix: Matrix): { values: number[]; vectors: Matrix } {
  const n = matrix.length;
  const a = matrix.map((row, i) => row.map((_, j) => (j <= i ? at(matrix, i, j) : at(matrix, j, i))));
  const v = identityMatrix(n);
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        if (at(a, i, j) === 0) continue;
        const cotangent = (at(a, j, j) - at(a, i, i)) / (2 * at(a, i, j));
        const t = (cotangent < 0 ? -1 : 1) / (Math.abs(cotangent) + Math.hypot(cotangent, 1));
        const c = 1 / Math.hypot(t, 1);
        const turn = (x: number, y: number): [number, number] => [c * x - t * c * y, t * c * x + c * y];
        for (const row of [...a, ...v]) [row[i], row[j]] = turn(row[i] ?? 0, row[j] ?? 0);
        const [first = [], second = []] = [a[i], a[j]];
        first.forEach((value, k) => ([first[k], second[k]] = turn(value, second[k] ?? 0)));
      }
    }
  }
  const order = a.map((_, i) => i).toSorted((i, j) => at(a, i, i) - at(a, j, j));
  const signs = order.map((j) =>
    v.reduce((sum, row, i) => sum + (row[j] ?? 0) * signWeight(i), 0) < 0 ? -1 : 1,
  );
  return {
    values: order.map((i) => at(a, i, i)),
    vectors: v.map((row) => order.map((j, k) => (row[j] ?? 0) * (signs[k] ?? 1))),
  };
}

export const eighPrimitive: Primitive<Record<never, never>> = {
  name: "eigh",
  infer: ([x]) => {
    if (!x) return [];
    requireMatrices("eigh", x, true);
    return [
      { shape: x.shape.slice(0, -1), dtype: x.dtype },
      { shape: x.shape, dtype: x.dtype },
    ];
  },
  lowering: {
    kind: "composite",
    expand: ([x], _, p) => {
      if (!x) return [];
      const matrix = asBatch(p, x);
      const [batch = 0, n = 0] = matrix.shape;
      // Pairs want an even number of columns; a column of zeros is never rotated.
      const size = n + (n % 2);
      const half = size / 2;
      const lower = p.ge(p.iota(matrix.shape, 1, "int32"), p.iota(matrix.shape, 2, "int32"));
      const full = p.select(lower, matrix, p.swapLastAxes(matrix));
      const start = p.pad(full, 0, [0, 0, 0], [0, size - n, size - n]);
      const order = p.literal(roundRobin(size), [size], "int32");
      const { carry } = scan(
        ([a, v]) => {
          const entries = diagonal(p, a);
          const [first, second] = [
            p.slice(entries, [0, 0], [batch, half]),
            p.slice(entries, [0, half], [batch, size]),
          ];
          const coupling = diagonal(p, p.slice(a, [0, 0, half], [batch, half, size]));
          const { cosine, sine } = rotation(p, first, second, coupling);
          const columns = rotatePairs(p, a, 2, cosine, sine, order);
          const next = rotatePairs(p, columns, 1, cosine, sine, order);
          return { carry: [next, rotatePairs(p, v, 2, cosine, sine, order)], ys: [] };
        },
        [start, identity(p, [batch, size, size], x.dtype)],
        [],
        { length: sweepsFor(size) * (size - 1) },
      );
      const found = diagonal(p, carry[0]);
      // The column of the padding is the one with an entry in the last row; it goes behind all others.
      const last = p.reshape(p.slice(carry[1], [0, size - 1, 0], [batch, size, size]), [batch, size]);
      const padding = p.gt(p.abs(last), p.fullLike(last, 0.5));
      const keys = n === size ? found : p.select(padding, p.fullLike(found, Infinity), found);
      const [, sorted = carry[1]] = sort([p.broadcast(keys, carry[1].shape, [0, 2]), carry[1]], 2);
      const [values = keys] = sort([keys], 1);
      const vectors = p.slice(sorted, [0, 0, 0], [batch, n, n]);
      const signed = p.mul(vectors, p.broadcast(columnSigns(p, vectors), vectors.shape, [0, 2]));
      return [
        p.reshape(p.slice(values, [0, 0], [batch, n]), x.shape.slice(0, -1)),
        p.reshape(signed, x.shape),
      ];
    },
  },
  // dA = V·(diag(dw) + F∘(Vᵀ·dV))·Vᵀ with F_ij = 1/(w_j − w_i), symmetric part (Giles, "Collected matrix derivative results", 2008)
  vjp: ([gw, gv], { outputs: [w, v], p }) => {
    if (!w || !v || (!gw && !gv)) return [];
    const rank = v.shape.length;
    const leading = v.shape.map((_, i) => i).slice(0, -2);
    const eye = identity(p, v.shape, v.dtype);
    const gaps = p.sub(
      p.broadcast(w, v.shape, [...leading, rank - 1]),
      p.broadcast(w, v.shape, [...leading, rank - 2]),
    );
    const onDiagonal = gw ? p.mul(eye, p.broadcast(gw, v.shape, [...leading, rank - 1])) : p.zerosLike(v);
    const apart = gv ? p.matmul(p.swapLastAxes(v), gv) : p.zerosLike(v);
    const scaled = p.mul(p.div(apart, p.add(gaps, eye)), p.sub(p.fullLike(eye, 1), eye));
    const dA = p.matmul(p.matmul(v, p.add(onDiagonal, scaled)), p.swapLastAxes(v));
    return [p.scale(p.add(dA, p.swapLastAxes(dA)), 0.5)];
  },
  samples: () =>
    [
      { shape: [1, 1], values: [-3] },
      { shape: [2, 2], values: [2, 1, 1, -1] },
      { shape: [3, 3], values: [4, 1, -0.5, 1, 3, 0.7, -0.5, 0.7, 2] },
      {
        shape: [2, 4, 4],
        values: [1, 2].flatMap((k) => [
          k,
          0.5,
          -1,
          0.2,
          0.5,
          3,
          0.4,
          1,
          -1,
          0.4,
          -2 * k,
          0.3,
          0.2,
          1,
          0.3,
          5,
        ]),
      },
    ].map(({ shape, values }) => ({ inputs: [{ shape, dtype: "float32" as const, values }], params: {} })),
};

/** The meaning of `eigh`, in double precision. */
export const eighMeaning: Meaning<Record<never, never>> = ([x]) => {
  if (!x) return [];
  const parts = matricesOf(x).map(decompose);
  return [
    stacked(
      parts.map(({ values }) => values),
      x.shape.slice(0, -1),
      x.dtype,
    ),
    stacked(
      parts.map(({ vectors }) => vectors),
      x.shape,
      x.dtype,
    ),
  ];
};

/**
 * Eigenvalues, ascending, and eigenvectors (columns) of symmetric matrices `[..., n, n]`, of which the lower triangle is read.
 *
 * Jacobi's method. The sign of each vector is fixed, though not as LAPACK would leave it.
 */
export function eigh(x: Var): readonly [values: Var, vectors: Var] {
  return emit(eighPrimitive, [x], {}) as readonly Var[] as readonly [Var, Var]; // SAFETY: `infer` states two results
}
