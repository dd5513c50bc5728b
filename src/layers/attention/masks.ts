import { subtract } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import { greaterEqual, less } from "../../ops/comparison.ts";
import { type TensorInput, toValue } from "../../ops/core/convert.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { arange } from "../../ops/creation.ts";
import { expandDims } from "../../ops/shape.ts";
import { abs } from "../../ops/unary-math.ts";

/** A mask as a bool tensor, whatever it was given as. */
export function asMask(mask: unknown): Tensor | null {
  if (mask === null || mask === undefined) return null;
  const value = toValue(mask as TensorInput) as Tensor; // SAFETY: toValue checks it; inside a call there are no symbolic tensors
  return value.dtype === "bool" ? value : cast(value, "bool");
}

/** Rows and columns of a table of queries and values. */
function positions(queries: number, values: number): readonly [Tensor, Tensor] {
  return [expandDims(arange(queries), [0, 2]), expandDims(arange(values), [0, 1])];
}

/** `[1, queries, values]`: true where the value is not behind the query. */
export function causalMask(queries: number, values: number): Tensor {
  const [row, column] = positions(queries, values);
  return greaterEqual(row, column);
}

/** `[1, queries, values]`: true where query and value are less than `width` apart. */
export function slidingWindowMask(queries: number, values: number, width: number): Tensor {
  const [row, column] = positions(queries, values);
  return less(abs(subtract(row, column)), width);
}
