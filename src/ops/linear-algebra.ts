import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape } from "../ir/shape.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { axesOf } from "./core/compute.ts";
import { hostOp } from "./core/host-op.ts";
import { asFloat, castTo, wrap } from "./core/lift.ts";
import { defineOp, type OpFunction } from "./core/op.ts";
import type { Op1, Op1Many, Op1Pair, Op2, Result } from "./core/op-types.ts";
import { floatType, resultType } from "./core/promote.ts";
import type { Operand } from "./core/signatures.ts";
import { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { lastDiagonal, triangle } from "./diagonals.ts";
import { toNumbers } from "../ir/numbers.ts";
import { eigenvalues } from "./core/eigenvalues.ts";

const module = "linalg";

interface One {
  readonly x: Tensor;
}

interface System {
  readonly a: Tensor;
  readonly b: Tensor;
}

function matrix(where: string, x: Tensor): Var {
  if (x.dims.length < 2)
    throw new ShapeError(
      `${where}: expected a matrix or a batch of matrices, received shape ${formatShape(x.shape)}.`,
    );
  return asFloat(x);
}

function squareMatrix(where: string, x: Tensor): Var {
  const value = matrix(where, x);
  if (value.shape.at(-1) !== value.shape.at(-2)) {
    throw new ShapeError(`${where}: expected square matrices, received shape ${formatShape(x.shape)}.`);
  }
  return value;
}

/** The identity matrix for each matrix of a batch. */
function identityLike(x: Var): Var {
  const rank = x.shape.length;
  return p.cast(p.eq(p.iota(x.shape, rank - 2, "int32"), p.iota(x.shape, rank - 1, "int32")), x.dtype);
}

/** The lower triangular factor of symmetric positive definite matrices; `upper`: its transpose. @see Keras `ops.cholesky` */
export const cholesky: Op1<[{ readonly upper?: boolean }]> = defineOp(
  { name: "cholesky", module, args: { x: "tensor", upper: opt(false) } },
  ({ x, upper }: One & { readonly upper: boolean }) => {
    const factor = p.cholesky(squareMatrix("ops.cholesky", x));
    return wrap(upper ? p.swapLastAxes(factor) : factor);
  },
);

/** The inverse of `L·Lᵀ` for a Cholesky factor L. @see Keras `ops.cholesky_inverse` */
export const choleskyInverse: Op1<[{ readonly upper?: boolean }]> = defineOp(
  { name: "choleskyInverse", module, args: { x: "tensor", upper: opt(false) } },
  ({ x, upper }: One & { readonly upper: boolean }) => {
    const value = squareMatrix("ops.choleskyInverse", x);
    const lower = triangle(upper ? p.swapLastAxes(value) : value, 0, "lower");
    const inverse = p.triangularSolve(lower, identityLike(lower), { lower: true });
    return wrap(p.matmul(p.swapLastAxes(inverse), inverse));
  },
);

/** `x` with `a·x = b` by an LU decomposition; differentiated as the solution of a system. */
function solveSystem(a: Var, b: Var): Var {
  const factorize = (m: Var): { lu: Var; permutation: Var } => {
    const [lu, , permutation] = p.lu(m);
    return { lu, permutation };
  };
  const substitute = ({ lu, permutation }: ReturnType<typeof factorize>, rhs: Var): Var => {
    const n = rhs.shape.at(-2) ?? 0;
    // Rows in the order of the pivots: P·b.
    const order = p.broadcast(permutation, [...permutation.shape, n], axesOf(permutation));
    const place = p.iota(order.shape, order.shape.length - 1, "int32");
    const permuted = p.matmul(p.cast(p.eq(order, place), rhs.dtype), rhs);
    return p.triangularSolve(lu, p.triangularSolve(lu, permuted, { lower: true, unitDiagonal: true }), {
      lower: false,
    });
  };
  const [stoppedA, stoppedB] = [p.stopGradient(a), p.stopGradient(b)];
  const x = substitute(factorize(stoppedA), stoppedB);
  const [result] = p.customGradient([x], [a, b], ([g]) => {
    if (!g) return [null, null];
    // b̄ = A⁻ᵀ·x̄, Ā = −b̄·xᵀ
    const db = solveSystem(p.swapLastAxes(stoppedA), g);
    return [p.neg(p.matmul(db, p.swapLastAxes(x))), db];
  });
  if (result === undefined) throw new ShapeError("ops.solve: no result");
  return result;
}

function operands(where: string, { a, b }: System): { a: Var; b: Var; isVector: boolean } {
  const dtype = floatType(resultType([a, b]));
  const left = castTo(squareMatrix(where, a), dtype);
  const raw = castTo(b.traced, dtype);
  const isVector = raw.shape.length === left.shape.length - 1;
  const right = isVector ? p.reshape(raw, [...raw.shape, 1]) : raw;
  if (right.shape.length !== left.shape.length || right.shape.at(-2) !== left.shape.at(-1)) {
    throw new ShapeError(
      `${where}: the system of ${formatShape(a.shape)} does not fit a right side of ${formatShape(b.shape)}.`,
    );
  }
  return { a: left, b: right, isVector };
}

function asGiven(x: Var, isVector: boolean): Tensor {
  return wrap(isVector ? p.reshape(x, x.shape.slice(0, -1)) : x);
}

/** `x` with `a·x = b`. @see Keras `ops.solve` */
export const solve: Op2<readonly [], "b"> = defineOp(
  { name: "solve", module, args: { a: "tensor", b: "tensor" } },
  (system: System) => {
    const { a, b, isVector } = operands("ops.solve", system);
    return asGiven(solveSystem(a, b), isVector);
  },
);

/** `x` with `a·x = b` for an upper (`lower`: lower) triangular matrix. @see Keras `ops.solve_triangular` */
export const solveTriangular: Op2<[{ readonly lower?: boolean }], "b"> = defineOp(
  { name: "solveTriangular", module, args: { a: "tensor", b: "tensor", lower: opt(false) } },
  ({ lower, ...system }: System & { readonly lower: boolean }) => {
    const { a, b, isVector } = operands("ops.solveTriangular", system);
    return asGiven(p.triangularSolve(triangle(a, 0, lower ? "lower" : "upper"), b, { lower }), isVector);
  },
);

/** The inverse of square matrices. @see Keras `ops.inv` */
export const inv: Op1 = defineOp({ name: "inv", module, args: { x: "tensor" } }, ({ x }: One) => {
  const value = squareMatrix("ops.inv", x);
  return wrap(solveSystem(value, identityLike(value)));
});

/** Sign and logarithm of the size of a determinant; its gradient is A⁻ᵀ. */
function signAndLog(a: Var): [Var, Var] {
  const stopped = p.stopGradient(a);
  const [lu, pivots] = p.lu(stopped);
  const line = lastDiagonal(lu, 0);
  const axis = line.shape.length - 1;
  const swapped = p.cast(p.ne(pivots, p.iota(pivots.shape, axis, "int32")), "int32");
  const isOdd = p.eq(
    p.rem(p.reduceSum(swapped, [axis]), p.full(2, line.shape.slice(0, -1), "int32")),
    p.full(1, line.shape.slice(0, -1), "int32"),
  );
  const signs = p.reduceProd(p.sign(line), [axis]);
  const raw = p.reduceSum(p.log(p.abs(line)), [axis]);
  const [logs] = p.customGradient([raw], [a], ([g]) => {
    if (!g) return [null];
    const inverse = solveSystem(p.swapLastAxes(stopped), identityLike(stopped));
    return [p.mul(inverse, p.broadcast(g, inverse.shape, axesOf(g)))];
  });
  return [p.select(isOdd, p.neg(signs), signs), logs ?? raw];
}

/** The determinant. @see Keras `ops.det` */
export const det: Op1 = defineOp({ name: "det", module, args: { x: "tensor" } }, ({ x }: One) => {
  const [sign, logs] = signAndLog(squareMatrix("ops.det", x));
  return wrap(p.mul(sign, p.exp(logs)));
});

/** Sign of the determinant and logarithm of its size. @see Keras `ops.slogdet` */
export const slogdet: Op1Pair = defineOp({ name: "slogdet", args: { x: "tensor" } }, ({ x }: One) =>
  signAndLog(squareMatrix("ops.slogdet", x)).map(wrap),
);

/** Logarithm of the determinant of positive definite matrices. @see Keras `ops.logdet` */
export const logdet: Op1 = defineOp(
  { name: "logdet", module: "math", args: { x: "tensor" } },
  ({ x }: One) => {
    const [, logs] = signAndLog(squareMatrix("ops.logdet", x));
    return wrap(logs);
  },
);

/** Q with orthonormal columns and upper triangular R with `Q·R = x`. @see Keras `ops.qr` */
export const qr: Op1Pair<[{ readonly mode?: "reduced" | "complete" }]> = defineOp(
  { name: "qr", module, args: { x: "tensor", mode: opt("reduced") } },
  ({ x, mode }: One & { readonly mode: "reduced" | "complete" }) => {
    oneOf("ops.qr", "mode", mode, ["reduced", "complete"]);
    return p.qr(matrix("ops.qr", x), { complete: mode === "complete" }).map(wrap);
  },
);

/** Eigenvalues (ascending) and eigenvectors (columns) of symmetric matrices. @see Keras `ops.eigh` */
export const eigh: Op1Pair = defineOp({ name: "eigh", module, args: { x: "tensor" } }, ({ x }: One) =>
  p.eigh(squareMatrix("ops.eigh", x)).map(wrap),
);

/** Singular value decomposition `u · diag(s) · vᵀ`; singular values alone with `computeUv: false`. @see Keras `ops.svd` */
export const svd: OpFunction<{
  <X extends Operand>(
    x: X,
    options: { readonly fullMatrices?: boolean; readonly computeUv: false },
  ): Result<X>;
  <X extends Operand>(
    x: X,
    fullMatrices?: boolean | { readonly fullMatrices?: boolean; readonly computeUv?: true },
  ): readonly [Result<X>, Result<X>, Result<X>];
}> = defineOp(
  {
    name: "svd",
    className: "SVD",
    module,
    args: { x: "tensor", fullMatrices: opt(true), computeUv: opt(true) },
  },
  ({ x, fullMatrices, computeUv }: One & { readonly fullMatrices: boolean; readonly computeUv: boolean }) => {
    const value = matrix("ops.svd", x);
    if (computeUv) return p.svd(value, { fullMatrices }).map(wrap);
    return wrap(p.svd(value)[1]);
  },
);

/** L and U in one matrix, and the row that each row was swapped with. @see Keras `ops.lu_factor` */
export const luFactor: Op1Pair = defineOp(
  { name: "luFactor", module, args: { x: "tensor" } },
  ({ x }: One) => {
    const [lu, pivots] = p.lu(matrix("ops.luFactor", x));
    return [wrap(lu), wrap(pivots)];
  },
);

/** The singular values' inverses, 0 for those not above a part of the largest; s is `[…, k]`. */
function inverted(s: Var, rcond: number): Var {
  const axis = s.shape.length - 1;
  const limit = p.scale(p.broadcast(p.reduceMax(s, [axis]), s.shape, axesOf(s).slice(0, -1)), rcond);
  const isLarge = p.gt(s, limit);
  return p.select(isLarge, p.div(p.fullLike(s, 1), p.select(isLarge, s, p.fullLike(s, 1))), p.zerosLike(s));
}

function pseudoInverse(x: Var, rcond: number | null): Var {
  const [rows = 0, columns = 0] = x.shape.slice(-2);
  const [u, s, vt] = p.svd(x);
  const inverse = inverted(s, rcond ?? Math.max(rows, columns) * 1.1920929e-7);
  const v = p.swapLastAxes(vt);
  // v · diag(1/s) · uᵀ
  const keep = axesOf(v).filter((axis) => axis !== v.shape.length - 2);
  return p.matmul(p.mul(v, p.broadcast(inverse, v.shape, keep)), p.swapLastAxes(u));
}

/** The Moore–Penrose pseudo-inverse. @see Keras `ops.pinv` */
export const pinv: Op1<[{ readonly rcond?: number | null }]> = defineOp(
  { name: "pinv", module, args: { x: "tensor", rcond: opt(null) } },
  ({ x, rcond }: One & { readonly rcond: number | null }) =>
    wrap(pseudoInverse(matrix("ops.pinv", x), rcond)),
);

/** The `x` for which `a·x` is nearest to `b`; of several, the shortest. @see Keras `ops.lstsq` */
export const lstsq: Op2<[{ readonly rcond?: number | null }], "b"> = defineOp(
  { name: "lstsq", module, args: { a: "tensor", b: "tensor", rcond: opt(null) } },
  ({ a, b, rcond }: System & { readonly rcond: number | null }) => {
    const left = matrix("ops.lstsq", a);
    const raw = castTo(b.traced, left.dtype);
    const isVector = raw.shape.length === left.shape.length - 1;
    const right = isVector ? p.reshape(raw, [...raw.shape, 1]) : raw;
    if (right.shape.at(-2) !== left.shape.at(-2)) {
      throw new ShapeError(
        `ops.lstsq: the system of ${formatShape(a.shape)} does not fit a right side of ${formatShape(b.shape)}.`,
      );
    }
    return asGiven(p.matmul(pseudoInverse(left, rcond), right), isVector);
  },
);

/** How many singular values exceed the tolerance (by default the largest times the size times the machine's precision). @see Keras `ops.matrix_rank` */
export const matrixRank: Op1<[{ readonly tol?: number | null }]> = defineOp(
  { name: "matrixRank", module, args: { x: "tensor", tol: opt(null) } },
  ({ x, tol }: One & { readonly tol: number | null }) => {
    const value = matrix("ops.matrixRank", x);
    const [, s] = p.svd(value);
    const axis = s.shape.length - 1;
    const [rows = 0, columns = 0] = value.shape.slice(-2);
    const largest = p.broadcast(p.reduceMax(s, [axis]), s.shape, axesOf(s).slice(0, -1));
    const limit =
      tol === null ? p.scale(largest, Math.max(rows, columns) * 1.1920929e-7) : p.fullLike(s, tol);
    return wrap(p.reduceSum(p.cast(p.gt(s, limit), "int32"), [axis]));
  },
);

/** The n-th power of square matrices; a negative one of the inverse. @see Keras `ops.matrix_power` */
export const matrixPower: Op1<[{ readonly n: number }]> = defineOp(
  { name: "matrixPower", module, args: { x: "tensor", n: "static" } },
  ({ x, n }: One & { readonly n: number }) => {
    if (!Number.isInteger(n))
      throw new OptionError(`ops.matrixPower: expected an integer power, received ${n}.`);
    const value = squareMatrix("ops.matrixPower", x);
    let base = n < 0 ? solveSystem(value, identityLike(value)) : value;
    let result: Var | null = null;
    for (let rest = Math.abs(n); rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) result = result === null ? base : p.matmul(result, base);
      if (rest > 1) base = p.matmul(base, base);
    }
    return wrap(result ?? identityLike(value));
  },
);

/**
 * Eigenvalues and eigenvectors of square matrices, each as a pair: real and imaginary parts along a last axis of size 2.
 * On real tensors only: not inside graphs or steps.
 *
 * @see Keras `ops.eig`
 */
export const eig: Op1Many = hostOp({ name: "eig", module, args: { x: "tensor" } }, ({ x }: One) => {
  const n = x.dims.at(-1) ?? 0;
  if (x.dims.length < 2 || n !== x.dims.at(-2))
    throw new ShapeError(`ops.eig: expected square matrices, received shape ${formatShape(x.shape)}.`);
  const numbers = toNumbers(x.dataSync(), x.dtype);
  const count = x.size / (n * n || 1);
  const values = new Float32Array(count * n * 2);
  const vectors = new Float32Array(count * n * n * 2);
  for (let k = 0; k < count; k++) {
    const result = eigenvalues(
      Float64Array.from({ length: n * n }, (_, i) => numbers[k * n * n + i] ?? 0),
      n,
    );
    values.set(result.values, k * n * 2);
    vectors.set(result.vectors, k * n * n * 2);
  }
  const batch = x.dims.slice(0, -2);
  return [
    Tensor.fromData(values, [...batch, n, 2], "float32"),
    Tensor.fromData(vectors, [...batch, n, n, 2], "float32"),
  ];
});
