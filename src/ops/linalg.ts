/** Keras's `ops.linalg` namespace: the same functions as in `ops` itself. */
export { jvp } from "./gradient.ts";
export {
  cholesky,
  choleskyInverse,
  det,
  eig,
  eigh,
  inv,
  lstsq,
  luFactor,
  matrixPower,
  matrixRank,
  pinv,
  qr,
  solve,
  solveTriangular,
  svd,
} from "./linear-algebra.ts";
export { norm } from "./norm.ts";
