import { qr } from "./qr.ts";
import { roundRobin, rotatePairs, rotation, sweepsFor } from "../jacobi.ts";
import {
  asBatch,
  columnSigns,
  identity,
  identityMatrix,
  matricesOf,
  type Matrix,
  requireMatrices,
  signWeight,
  stacked,
  transposed,
} from "../matrices.ts";
import type { Meaning, Primitive, PrimitiveFunctions } from "../primitive.ts";
import { emit, type Var } from "../program.ts";
import { scan } from "./scan.ts";
import { sort } from "./sort.ts";

export interface SvdParams extends Record<string, unknown> {
  /** U and V square; otherwise as small as the decomposition allows. */
  readonly fullMatrices: boolean;
}

/** Columns orthonormal to the first ones, in place of columns that are missing: Gram–Schmidt on unit vectors. */
function complete(columns: Matrix, size: number, count: number): Matrix {
  const basis = columns.map((column) => [...column]);
  for (let k = 0; basis.length < count && k < size; k++) {
    const candidate = identityMatrix(size)[k] ?? [];
    for (let pass = 0; pass < 2; pass++) {
      for (const column of basis) {
        const dot = column.reduce((sum, value, i) => sum + value * (candidate[i] ?? 0), 0);
        column.forEach((value, i) => (candidate[i] = (candidate[i] ?? 0) - dot * value));
      }
    }
    const norm = Math.hypot(...candidate);
    if (norm > 1e-6) basis.push(candidate.map((value) => value / norm));
  }
  return basis;
}

/** One-sided Jacobi in plain numbers, for at least as many rows as columns; vectors are given as lists of columns. */
function decompose(matrix: Matrix): { u: Matrix; s: number[]; v: Matrix } {
  const columns = transposed(matrix);
  const v = identityMatrix(columns.length);
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  for (let sweep = 0; sweep < 30; sweep++) {
    columns.forEach((first, i) => {
      columns.slice(i + 1).forEach((second, k) => {
        const coupling = dot(first, second);
        if (coupling === 0) return;
        const cotangent = (dot(second, second) - dot(first, first)) / (2 * coupling);
        const t = (cotangent < 0 ? -1 : 1) / (Math.abs(cotangent) + Math.hypot(cotangent, 1));
        const c = 1 / Math.hypot(t, 1);
        const turn = (x: number[], y: number[]): void => {
          x.forEach(
            (value, n) => ([x[n], y[n]] = [c * value - t * c * (y[n] ?? 0), t * c * value + c * (y[n] ?? 0)]),
          );
        };
        turn(first, second);
        turn(v[i] ?? [], v[i + 1 + k] ?? []);
      });
    });
  }
  const norms = columns.map((column) => Math.hypot(...column));
  const order = norms.map((_, i) => i).toSorted((i, j) => (norms[j] ?? 0) - (norms[i] ?? 0));
  const s = order.map((i) => norms[i] ?? 0);
  const signs = order.map((i) =>
    (v[i] ?? []).reduce((sum, value, k) => sum + value * signWeight(k), 0) < 0 ? -1 : 1,
  );
  const pick = (list: Matrix, scale: (k: number) => number): Matrix =>
    order.map((i, k) => (list[i] ?? []).map((value) => value * scale(k) * (signs[k] ?? 1)));
  return { u: pick(columns, (k) => 1 / (s[k] ?? 1)), s, v: pick(v, () => 1) };
}

export const svdPrimitive: Primitive<SvdParams> = {
  name: "svd",
  infer: ([x], { fullMatrices }) => {
    if (!x) return [];
    const [m, n] = requireMatrices("svd", x);
    const inner = Math.min(m, n);
    const leading = x.shape.slice(0, -2);
    return [
      { shape: [...leading, m, fullMatrices ? m : inner], dtype: x.dtype },
      { shape: [...leading, inner], dtype: x.dtype },
      { shape: [...leading, fullMatrices ? n : inner, n], dtype: x.dtype },
    ];
  },
  lowering: {
    kind: "composite",
    expand: ([x], { fullMatrices }, p) => {
      if (!x) return [];
      const folded = asBatch(p, x);
      const [, m = 0, n = 0] = folded.shape;
      const wide = m < n;
      const { tall, s, square } = expandTall(p, wide ? p.swapLastAxes(folded) : folded, fullMatrices);
      const [u, v] = wide ? [square, tall] : [tall, square];
      const leading = x.shape.slice(0, -2);
      return [
        p.reshape(u, [...leading, ...u.shape.slice(1)]),
        p.reshape(s, [...leading, Math.min(m, n)]),
        p.reshape(p.swapLastAxes(v), [...leading, v.shape[2] ?? 0, n]),
      ];
    },
  },
  // Wan and Zhang, "Automatic differentiation for complex valued SVD" (2019), for real matrices of full rank and distinct values.
  vjp: ([gu, gs, gvt], { inputs: [x], outputs: [u, s, vt], params: { fullMatrices }, p }) => {
    if (!x || !u || !s || !vt || (!gu && !gs && !gvt)) return [];
    const rank = x.shape.length;
    const leading = x.shape.map((_, i) => i).slice(0, -2);
    const [m, n] = requireMatrices("the gradient of svd", x);
    if (fullMatrices && m !== n) requireMatrices("the gradient of svd with fullMatrices", x, true);
    const inner = [...x.shape.slice(0, -2), Math.min(m, n), Math.min(m, n)];
    const v = p.swapLastAxes(vt);
    const eye = identity(p, inner, x.dtype);
    const across = p.broadcast(s, inner, [...leading, rank - 1]);
    const down = p.broadcast(s, inner, [...leading, rank - 2]);
    const apart = p.sub(p.fullLike(eye, 1), eye);
    const f = p.mul(p.div(apart, p.add(p.sub(p.mul(across, across), p.mul(down, down)), eye)), apart);
    const antisymmetric = (value: Var): Var => p.mul(f, p.sub(value, p.swapLastAxes(value)));
    let core = gs ? p.mul(eye, p.broadcast(gs, inner, [...leading, rank - 1])) : p.zerosLike(eye);
    const gv = gvt ? p.swapLastAxes(gvt) : null;
    if (gu) core = p.add(core, p.mul(antisymmetric(p.matmul(p.swapLastAxes(u), gu)), across));
    if (gv) core = p.add(core, p.mul(down, antisymmetric(p.matmul(vt, gv))));
    let dx = p.matmul(p.matmul(u, core), vt);
    // What lies outside the spaces that U and V span.
    const outside = (basis: Var, g: Var): Var =>
      p.sub(g, p.matmul(basis, p.matmul(p.swapLastAxes(basis), g)));
    const divided = (g: Var): Var => p.div(g, p.broadcast(s, g.shape, [...leading, rank - 1]));
    if (gu && m > n) dx = p.add(dx, p.matmul(divided(outside(u, gu)), vt));
    if (gv && n > m) dx = p.add(dx, p.matmul(u, p.swapLastAxes(divided(outside(v, gv)))));
    return [dx];
  },
  samples: () => [
    ...[
      [1, 1],
      [3, 3],
      [4, 2],
      [2, 5],
      [2, 5, 3],
    ].map((shape) => ({
      inputs: [{ shape, dtype: "float32" as const }],
      params: { fullMatrices: false },
    })),
    { inputs: [{ shape: [3, 3], dtype: "float32" }], params: { fullMatrices: true } },
  ],
};

/** The meaning of `svd`, in double precision. */
export const svdMeaning: Meaning<SvdParams> = ([x], { fullMatrices }) => {
  if (!x) return [];
  const [m = 0, n = 0] = x.shape.slice(-2);
  const inner = Math.min(m, n);
  const leading = x.shape.slice(0, -2);
  const parts = matricesOf(x).map((matrix) => {
    const { u, s, v } = decompose(m < n ? transposed(matrix) : matrix);
    const rank = s.filter((value) => value > 1e-10 * (s[0] ?? 0)).length;
    const [left, right] = m < n ? [v, u.slice(0, rank)] : [u.slice(0, rank), v];
    const [rows, columns] = fullMatrices ? [m, n] : [inner, inner];
    return { u: transposed(complete(left, m, rows)), s, vt: complete(right, n, columns) };
  });
  return [
    stacked(
      parts.map(({ u }) => u),
      [...leading, m, fullMatrices ? m : inner],
      x.dtype,
    ),
    stacked(
      parts.map(({ s }) => s),
      [...leading, inner],
      x.dtype,
    ),
    stacked(
      parts.map(({ vt }) => vt),
      [...leading, fullMatrices ? n : inner, n],
      x.dtype,
    ),
  ];
};

/** U (`tall`), singular values and V (`square`) of `[batch, m, n]` with m ≥ n, by one-sided Jacobi rotations of the columns. */
function expandTall(
  p: PrimitiveFunctions,
  x: Var,
  fullMatrices: boolean,
): { tall: Var; s: Var; square: Var } {
  const [batch = 0, m = 0, n = 0] = x.shape;
  const size = n + (n % 2);
  const half = size / 2;
  const order = p.literal(roundRobin(size), [size], "int32");
  const { carry } = scan(
    ([a, v]) => {
      const first = p.slice(a, [0, 0, 0], [batch, m, half]);
      const second = p.slice(a, [0, 0, half], [batch, m, size]);
      const dot = (y: Var, z: Var): Var => p.reduceSum(p.mul(y, z), [1]);
      const { cosine, sine } = rotation(p, dot(first, first), dot(second, second), dot(first, second));
      return {
        carry: [rotatePairs(p, a, 2, cosine, sine, order), rotatePairs(p, v, 2, cosine, sine, order)],
        ys: [],
      };
    },
    [p.pad(x, 0, [0, 0, 0], [0, 0, size - n]), identity(p, [batch, size, size], x.dtype)],
    [],
    { length: sweepsFor(size) * (size - 1) },
  );
  const [a, v] = carry;
  const norms = p.sqrt(p.reduceSum(p.mul(a, a), [1]));
  // The column of the padding is the one with an entry in the last row of V; it goes behind all others.
  const last = p.reshape(p.slice(v, [0, size - 1, 0], [batch, size, size]), norms.shape);
  const padding = p.gt(p.abs(last), p.fullLike(last, 0.5));
  const keys = n === size ? norms : p.select(padding, p.fullLike(norms, -1), norms);
  const sorted = (value: Var): Var =>
    sort([p.broadcast(keys, value.shape, [0, 2]), value], 2, { descending: true })[1] ?? value;
  const [ordered = keys] = sort([keys], 1, { descending: true });
  const s = p.slice(ordered, [0, 0], [batch, n]);
  const right = p.slice(sorted(v), [0, 0, 0], [batch, n, n]);
  const signs = columnSigns(p, right);
  const square = p.mul(right, p.broadcast(signs, right.shape, [0, 2]));
  const columns = p.slice(sorted(a), [0, 0, 0], [batch, m, n]);
  // Columns of zeros (deficient rank) and those that are missing come from a QR decomposition of the others.
  const largest = p.broadcast(p.reduceMax(s, [1]), s.shape, [0]);
  const present = p.gt(s, p.scale(largest, x.dtype === "float64" ? 1e-14 : 1e-6));
  const divisor = p.mul(p.select(present, s, p.fullLike(s, 1)), signs);
  const known = p.broadcast(present, columns.shape, [0, 2]);
  const unit = p.select(
    known,
    p.div(columns, p.broadcast(divisor, columns.shape, [0, 2])),
    p.zerosLike(columns),
  );
  const [q] = qr(unit, { complete: fullMatrices });
  const completed = p.select(known, unit, p.slice(q, [0, 0, 0], [batch, m, n]));
  const rest = q.shape[2] ?? n;
  const tall = rest > n ? p.concat([completed, p.slice(q, [0, 0, n], [batch, m, rest])], 2) : completed;
  return { tall, s, square };
}

/**
 * Singular value decomposition of `x [..., m, n]`: `[u, s, vt]` with s descending and `u · diag(s) · vt = x`.
 *
 * One-sided Jacobi method. The signs of the vectors are fixed, though not as LAPACK would leave them.
 */
export function svd(
  x: Var,
  { fullMatrices = false }: { readonly fullMatrices?: boolean } = {},
): readonly [u: Var, s: Var, vt: Var] {
  return emit(svdPrimitive, [x], { fullMatrices }) as readonly Var[] as readonly [Var, Var, Var]; // SAFETY: `infer` states three results
}
