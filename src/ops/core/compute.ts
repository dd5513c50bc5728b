import { type DType, isFloat } from "../../ir/dtypes.ts";
import * as p from "./primitives/index.ts";
import type { Var } from "../../ir/program.ts";

/** Small compositions of primitives that the bodies of ops share. */

/** `x ≠ 0`. */
export function toBool(x: Var): Var {
  return x.dtype === "bool" ? x : p.ne(x, p.fullLike(x, 0));
}

/** True where `x` is not finite and not NaN. */
export function isInfinite(x: Var): Var {
  return isFloat(x.dtype) ? p.and(p.not(p.isFinite(x)), p.not(p.isNan(x))) : p.full(0, x.shape, "bool");
}

/** True where `x` is NaN; never for integers. */
export function isNotANumber(x: Var): Var {
  return isFloat(x.dtype) ? p.isNan(x) : p.full(0, x.shape, "bool");
}

/** Axes `0 … rank − 1`. */
export function axesOf(x: { readonly shape: readonly unknown[] }): number[] {
  return x.shape.map((_, i) => i);
}

/** Moves an axis to another place. */
export function moveAxis(x: Var, from: number, to: number): Var {
  const perm = axesOf(x).filter((axis) => axis !== from);
  perm.splice(to, 0, from);
  return p.transpose(x, perm);
}

/** Keeps reduced axes with size 1. */
export function restoreAxes(y: Var, shape: readonly number[], axes: readonly number[]): Var {
  return p.reshape(
    y,
    shape.map((dim, i) => (axes.includes(i) ? 1 : dim)),
  );
}

/** Repeats a reduced value along the axes that were reduced. */
export function spread(y: Var, shape: readonly number[], axes: readonly number[]): Var {
  return p.broadcast(
    y,
    shape,
    shape.map((_, i) => i).filter((i) => !axes.includes(i)),
  );
}

/** Half floats as float32, which counts further and reaches further; others as they are. */
export function widened(x: Var): Var {
  return x.dtype === "float16" || x.dtype === "bfloat16" ? p.cast(x, "float32") : x;
}

/** Number of elements along axes. */
export function countAlong(shape: readonly number[], axes: readonly number[]): number {
  return axes.reduce((count, axis) => count * (shape[axis] ?? 1), 1);
}

/** Mean over axes, which are removed. */
export function meanOver(x: Var, axes: readonly number[]): Var {
  return p.scale(p.reduceSum(x, axes), 1 / countAlong(x.shape, axes));
}

/** The positions `0 … n − 1` as a vector. */
export function range(n: number, dtype: DType = "int32"): Var {
  return p.iota([n], 0, dtype);
}
