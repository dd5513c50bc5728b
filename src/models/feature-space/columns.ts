import { toDType } from "../../ir/dtypes.ts";
import { cast } from "../../ops/cast.ts";
import { type TensorInput, toValue } from "../../ops/core/convert.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { Value } from "../../ops/core/value.ts";
import { reshape } from "../../ops/shape.ts";
import { TokenLayer } from "../../layers/preprocessing/token-layer.ts";
import { nest, readTokens } from "../../layers/preprocessing/tokens.ts";
import type { Feature } from "./feature.ts";

/** A feature's values as its layer takes them, `[batch, …]` of two axes at least; and whether one value was given. */
export interface Column {
  readonly values: unknown;
  readonly isOne: boolean;
}

/** One value becomes a batch of one, and a list of values a column. */
export function columnOf(where: string, feature: Feature, given: unknown): Column {
  if (feature.dtype === "string" || feature.preprocessor instanceof TokenLayer) {
    if (given instanceof Value && given.shape.includes(null)) return { values: given, isOne: false };
    const { values, shape } = readTokens(where, given);
    return { values: nest(values, columnShape(shape)), isOne: shape.length === 0 };
  }
  const value = toValue(given as TensorInput); // SAFETY: toValue checks it
  const typed = cast(value, toDType(feature.dtype, where));
  if (typed.shape.length > 1) return { values: typed, isOne: false };
  const { dims } = typed as Tensor; // SAFETY: symbolic values have a batch axis and one of features
  return { values: reshape(typed, columnShape(dims)), isOne: dims.length === 0 };
}

function columnShape(shape: readonly number[]): readonly number[] {
  return shape.length === 0 ? [1, 1] : shape.length === 1 ? [shape[0] ?? 0, 1] : shape;
}
