import { DTypeError, ShapeError } from "../../util/errors.ts";
import {
  asBatch,
  at,
  diagonal,
  identityMatrix,
  matricesOf,
  type Matrix,
  requireMatrices,
  stacked,
  startsAlong,
  transposed,
  triangle,
  zeroMatrix,
} from "../matrices.ts";
import type { Meaning, Primitive, Sample } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { formatShape, sameShape } from "../shape.ts";
import { dynamicUpdateSlice } from "./dynamic-slice.ts";
import { scan } from "./scan.ts";

export interface TriangularSolveParams extends Record<string, unknown> {
  /** Which triangle of `a` is read; the other one is taken as 0. */
  readonly lower: boolean;
  /** Solve `aᵀ·x = b`. */
  readonly transposeA: boolean;
  /** Take the diagonal as ones, whatever `a` holds there. */
  readonly unitDiagonal: boolean;
}

function solve(a: Matrix, b: Matrix, { lower, transposeA, unitDiagonal }: TriangularSolveParams): Matrix {
  const n = a.length;
  const matrix = transposeA ? transposed(a) : a;
  const forward = lower !== transposeA;
  const columns = b[0]?.length ?? 0;
  const x = zeroMatrix(n, columns);
  for (let step = 0; step < n; step++) {
    const i = forward ? step : n - 1 - step;
    for (let j = 0; j < columns; j++) {
      let sum = at(b, i, j);
      for (let k = forward ? 0 : i + 1; k < (forward ? i : n); k++) sum -= at(matrix, i, k) * at(x, k, j);
      x[i]?.splice(j, 1, unitDiagonal ? sum : sum / at(matrix, i, i));
    }
  }
  return x;
}

export const triangularSolvePrimitive: Primitive<TriangularSolveParams> = {
  name: "triangularSolve",
  infer: ([a, b]) => {
    if (!a || !b) return [];
    const [n] = requireMatrices("triangularSolve", a, true);
    const [rows] = requireMatrices("triangularSolve", b);
    if (rows !== n || !sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2))) {
      throw new ShapeError(
        `triangularSolve: ${formatShape(a.shape)} and ${formatShape(b.shape)} do not fit: expected […, n, n] and […, n, m].`,
      );
    }
    if (a.dtype !== b.dtype)
      throw new DTypeError(`triangularSolve: expected one dtype, received ${a.dtype} and ${b.dtype}.`);
    return [{ shape: b.shape, dtype: b.dtype }];
  },
  lowering: {
    kind: "composite",
    // Row by row; rows of x that are not known yet are 0, so the other triangle of a never counts.
    expand: ([a, b], { lower, transposeA, unitDiagonal }, p) => {
      if (!a || !b) return [];
      const folded = asBatch(p, a);
      const matrix = transposeA ? p.swapLastAxes(folded) : folded;
      const right = asBatch(p, b);
      const [batch = 0, n = 0, m = 0] = right.shape;
      const pivots = unitDiagonal ? p.full(1, [n, batch], a.dtype) : p.transpose(diagonal(p, matrix), [1, 0]);
      const { carry } = scan(
        ([x], [row, target, pivot, start]) => {
          const known = p.matmul(p.reshape(row, [batch, 1, n]), x);
          const rest = p.sub(p.reshape(target, known.shape), known);
          const solved = p.div(rest, p.broadcast(pivot, known.shape, [0]));
          return { carry: [dynamicUpdateSlice(x, solved, start)], ys: [] };
        },
        [p.full(0, [batch, n, m], b.dtype)],
        [p.transpose(matrix, [1, 0, 2]), p.transpose(right, [1, 0, 2]), pivots, startsAlong(p, n, 3, 1)],
        { length: n, reverse: lower === transposeA },
      );
      return [p.reshape(carry[0], b.shape)];
    },
  },
  // x = A⁻¹b: dB = A⁻ᵀ·G, dA = −dB·xᵀ inside the triangle
  vjp: ([g], { inputs: [a], outputs: [x], params, needs, p }) => {
    if (!g || !a || !x) return [];
    const { lower, transposeA, unitDiagonal } = params;
    const db = triangularSolve(a, g, { lower, transposeA: !transposeA, unitDiagonal });
    if (!needs[0]) return [null, db];
    const outer = transposeA ? p.matmul(x, p.swapLastAxes(db)) : p.matmul(db, p.swapLastAxes(x));
    const offset = unitDiagonal ? (lower ? -1 : 1) : 0;
    return [p.neg(triangle(p, outer, lower ? "lower" : "upper", offset)), db];
  },
  samples: () =>
    [false, true].flatMap((lower) =>
      [false, true].flatMap((transposeA) =>
        [false, true].map((unitDiagonal): Sample<TriangularSolveParams> => ({
          inputs: [
            // The diagonal dominates; the other triangle is not 0, and is not to be read.
            {
              shape: [2, 4, 4],
              dtype: "float32",
              values: [3, 2].flatMap((d) =>
                identityMatrix(4).flatMap((row, i) => row.map((e, j) => d * e + Math.sin(3 * i + j + d) / 2)),
              ),
            },
            { shape: [2, 4, 3], dtype: "float32" },
          ],
          params: { lower, transposeA, unitDiagonal },
        })),
      ),
    ),
};

/** The meaning of `triangularSolve`, in double precision. */
export const triangularSolveMeaning: Meaning<TriangularSolveParams> = ([a, b], params) => {
  if (!a || !b) return [];
  const right = matricesOf(b);
  return [
    stacked(
      matricesOf(a).map((matrix, i) => solve(matrix, right[i] ?? [], params)),
      b.shape,
      b.dtype,
    ),
  ];
};

/** `x` with `a·x = b` for triangular `a [..., n, n]` and `b [..., n, m]`. */
export function triangularSolve(
  a: Var,
  b: Var,
  {
    lower,
    transposeA = false,
    unitDiagonal = false,
  }: { readonly lower: boolean; readonly transposeA?: boolean; readonly unitDiagonal?: boolean },
): Var {
  return emitOne(triangularSolvePrimitive, [a, b], { lower, transposeA, unitDiagonal });
}
