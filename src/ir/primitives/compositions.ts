import type { Var } from "../program.ts";
import { add } from "./add.ts";
import { fullLike } from "./full.ts";
import { max } from "./max.ts";
import { min } from "./min.ts";
import { mul } from "./mul.ts";
import { transpose } from "./transpose.ts";

/** `c · x` for a number. */
export function scale(x: Var, c: number): Var {
  return c === 1 ? x : mul(x, fullLike(x, c));
}

/** `x + c` for a number. */
export function offset(x: Var, c: number): Var {
  return c === 0 ? x : add(x, fullLike(x, c));
}

/** `x²`. */
export function square(x: Var): Var {
  return mul(x, x);
}

/** Zeros of the shape and dtype of `x`. */
export function zerosLike(x: Var): Var {
  return fullLike(x, 0);
}

/** `x` limited to `[low, high]`; all of one shape and dtype. */
export function clamp(x: Var, low: Var, high: Var): Var {
  return min(max(x, low), high);
}

/** Transposes the last two axes: matrices in a batch. */
export function swapLastAxes(x: Var): Var {
  const rank = x.shape.length;
  return transpose(x, [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]);
}
