import { triangularSolve } from "./triangular-solve.ts";
import {
  asBatch,
  at,
  matricesOf,
  type Matrix,
  requireMatrices,
  stacked,
  startsAlong,
  triangle,
} from "../matrices.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emit, type Var } from "../program.ts";
import { argMax } from "./arg-max.ts";
import { dynamicSlice } from "./dynamic-slice.ts";
import { scan } from "./scan.ts";

interface Factored {
  readonly lu: Matrix;
  readonly pivots: number[];
  readonly permutation: number[];
}

function factor(a: Matrix, columns: number): Factored {
  const lu = a.map((row) => [...row]);
  const permutation = a.map((_, i) => i);
  const pivots: number[] = [];
  for (let k = 0; k < Math.min(a.length, columns); k++) {
    let pivot = k;
    for (let i = k + 1; i < a.length; i++) if (Math.abs(at(lu, i, k)) > Math.abs(at(lu, pivot, k))) pivot = i;
    pivots.push(pivot);
    swapItems(lu, k, pivot);
    swapItems(permutation, k, pivot);
    for (let i = k + 1; i < a.length; i++) {
      const l = at(lu, k, k) === 0 ? 0 : at(lu, i, k) / at(lu, k, k);
      lu[i] = (lu[i] ?? []).map((value, j) => (j < k ? value : j === k ? l : value - l * at(lu, k, j)));
    }
  }
  return { lu, pivots, permutation };
}

function swapItems<T>(list: T[], i: number, j: number): void {
  const [a, b] = [list[i], list[j]];
  if (a !== undefined && b !== undefined) list.splice(i, 1, b);
  if (a !== undefined && b !== undefined) list.splice(j, 1, a);
}

export const luPrimitive: Primitive<Record<never, never>> = {
  name: "lu",
  infer: ([x]) => {
    if (!x) return [];
    const [rows, columns] = requireMatrices("lu", x);
    const leading = x.shape.slice(0, -2);
    return [
      { shape: x.shape, dtype: x.dtype },
      { shape: [...leading, Math.min(rows, columns)], dtype: "int32" },
      { shape: [...leading, rows], dtype: "int32" },
    ];
  },
  lowering: {
    kind: "composite",
    // Column by column: find the pivot, swap its row up, eliminate below it.
    expand: ([x], _, p) => {
      if (!x) return [];
      const matrix = asBatch(p, x);
      const [batch = 0, m = 0, n = 0] = matrix.shape;
      const steps = Math.min(m, n);
      const whole = matrix.shape;
      const rows = p.iota([batch, m], 1, "int32");
      const columns = p.iota([batch, n], 1, "int32");
      const { carry, ys } = scan(
        ([lu, order], [k, atColumn, atRow]) => {
          const row = p.broadcast(k, [batch, m], []);
          const column = p.reshape(dynamicSlice(lu, atColumn, [batch, m, 1]), [batch, m]);
          const pivot = argMax(p.select(p.ge(rows, row), p.abs(column), p.fullLike(column, -1)), 1);
          const isPivot = p.eq(rows, p.broadcast(pivot, [batch, m], [0]));
          const isRow = p.eq(rows, row);
          const pick = (value: Var, mask: Var): Var =>
            p.reduceSum(p.select(mask, value, p.zerosLike(value)), [1]);
          const swap = (value: Var, old: Var, found: Var): Var => {
            const [first, second] = [isRow, isPivot].map((mask) => p.broadcast(mask, value.shape, [0, 1]));
            const kept = value.shape.map((__, i) => i).filter((i) => i !== 1);
            if (!first || !second) return value;
            const upper = p.broadcast(found, value.shape, kept);
            return p.select(first, upper, p.select(second, p.broadcast(old, value.shape, kept), value));
          };
          const old = p.reshape(dynamicSlice(lu, atRow, [batch, 1, n]), [batch, n]);
          const found = pick(lu, p.broadcast(isPivot, whole, [0, 1]));
          const swapped = swap(lu, old, found);
          const permutation = swap(order, pick(order, isRow), pick(order, isPivot));
          // Eliminate: l = column / pivot below row k; subtract l·(row k right of column k).
          const head = p.reduceSum(
            p.select(p.eq(columns, p.broadcast(k, [batch, n], [])), found, p.zerosLike(found)),
            [1],
          );
          const below = p.gt(rows, row);
          const divisor = p.select(p.eq(head, p.zerosLike(head)), p.fullLike(head, 1), head);
          const entries = p.reshape(dynamicSlice(swapped, atColumn, [batch, m, 1]), [batch, m]);
          const l = p.select(
            below,
            p.div(entries, p.broadcast(divisor, [batch, m], [0])),
            p.zerosLike(entries),
          );
          const right = p.select(p.gt(columns, p.broadcast(k, [batch, n], [])), found, p.zerosLike(found));
          const outer = p.mul(p.broadcast(l, whole, [0, 1]), p.broadcast(right, whole, [0, 2]));
          const isColumn = p.eq(p.iota(whole, 2, "int32"), p.broadcast(k, whole, []));
          const written = p.and(isColumn, p.broadcast(below, whole, [0, 1]));
          const next = p.select(written, p.broadcast(l, whole, [0, 1]), p.sub(swapped, outer));
          return { carry: [next, permutation], ys: [pivot] };
        },
        [matrix, rows],
        [p.iota([steps], 0, "int32"), startsAlong(p, steps, 3, 2), startsAlong(p, steps, 3, 1)],
        { length: steps },
      );
      const leading = x.shape.slice(0, -2);
      return [
        p.reshape(carry[0], x.shape),
        p.reshape(p.transpose(ys[0], [1, 0]), [...leading, steps]),
        p.reshape(carry[1], [...leading, m]),
      ];
    },
  },
  // A = Pᵀ·L·U: dA = Pᵀ·L⁻ᵀ·(stril(Lᵀ·G) + triu(G·Uᵀ))·U⁻ᵀ, for square matrices
  vjp: ([g], { outputs: [lu, , permutation], p }) => {
    if (!g || !lu || !permutation) return [];
    requireMatrices("the gradient of lu", lu, true);
    const n = lu.shape.at(-1) ?? 0;
    const rank = lu.shape.length;
    const unit = p.add(
      triangle(p, lu, "lower", -1),
      p.cast(p.eq(p.iota(lu.shape, rank - 2, "int32"), p.iota(lu.shape, rank - 1, "int32")), lu.dtype),
    );
    const upper = triangle(p, lu, "upper");
    const lower = triangle(p, p.matmul(p.swapLastAxes(unit), triangle(p, g, "lower", -1)), "lower", -1);
    const inner = p.add(
      lower,
      triangle(p, p.matmul(triangle(p, g, "upper"), p.swapLastAxes(upper)), "upper"),
    );
    const left = triangularSolve(lu, inner, { lower: true, transposeA: true, unitDiagonal: true });
    const both = p.swapLastAxes(triangularSolve(lu, p.swapLastAxes(left), { lower: false }));
    // Row i of P·A is row permutation[i] of A.
    const shape = [...lu.shape.slice(0, -2), n, n];
    const chosen = p.eq(
      p.broadcast(
        permutation,
        shape,
        shape.map((_, i) => i).filter((i) => i !== rank - 1),
      ),
      p.iota(shape, rank - 1, "int32"),
    );
    return [p.matmul(p.swapLastAxes(p.cast(chosen, lu.dtype)), both)];
  },
  samples: () => [
    { inputs: [{ shape: [1, 1], dtype: "float32", values: [-2] }], params: {} },
    { inputs: [{ shape: [3, 3], dtype: "float32", values: [0.1, 2, 1, 4, 1, -1, 2, 3, 3] }], params: {} },
    { inputs: [{ shape: [2, 4, 4], dtype: "float32" }], params: {} },
    { inputs: [{ shape: [3, 5], dtype: "float32" }], params: {}, differentiate: false },
    { inputs: [{ shape: [5, 3], dtype: "float32" }], params: {}, differentiate: false },
  ],
};

/** The meaning of `lu`, in double precision. */
export const luMeaning: Meaning<Record<never, never>> = ([x]) => {
  if (!x) return [];
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  const results = matricesOf(x).map((matrix) => factor(matrix, columns));
  const leading = x.shape.slice(0, -2);
  return [
    stacked(
      results.map(({ lu }) => lu),
      x.shape,
      x.dtype,
    ),
    stacked(
      results.map(({ pivots }) => pivots),
      [...leading, Math.min(rows, columns)],
      "int32",
    ),
    stacked(
      results.map(({ permutation }) => permutation),
      [...leading, rows],
      "int32",
    ),
  ];
};

/**
 * LU decomposition with row pivoting of `x [..., m, n]`.
 *
 * @returns `[lu, pivots, permutation]`: L (below the diagonal, which is 1) and U in one array; at each step the row
 *   (int32, from 0) that row k was swapped with; and, for each row of L·U, which row of `x` it is.
 */
export function lu(x: Var): readonly [lu: Var, pivots: Var, permutation: Var] {
  return emit(luPrimitive, [x], {}) as readonly Var[] as readonly [Var, Var, Var]; // SAFETY: `infer` states three results
}
