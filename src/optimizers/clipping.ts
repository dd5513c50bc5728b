import { divide, maximum, minimum, multiply, add, subtract } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { sum } from "../ops/reductions.ts";
import { clip, sqrt, square } from "../ops/unary-math.ts";

/** How gradients are limited; at most one is set. */
export interface Clipping {
  readonly clipnorm: number | null;
  readonly clipvalue: number | null;
  readonly globalClipnorm: number | null;
}

/** Gradients within limits. @see Keras `BaseOptimizer._clip_gradients` */
export function clipGradients(
  gradients: readonly Tensor[],
  { clipnorm, clipvalue, globalClipnorm }: Clipping,
): readonly Tensor[] {
  if (clipnorm !== null && clipnorm > 0) return gradients.map((g) => clipByNorm(g, clipnorm));
  if (globalClipnorm !== null && globalClipnorm > 0) return clipByGlobalNorm(gradients, globalClipnorm);
  if (clipvalue !== null && clipvalue > 0) return gradients.map((g) => clip(g, -clipvalue, clipvalue));
  return gradients;
}

function clipByNorm(gradient: Tensor, limit: number): Tensor {
  const norm = sqrt(sum(square(gradient)));
  return multiply(gradient, divide(limit, maximum(norm, limit)));
}

function clipByGlobalNorm(gradients: readonly Tensor[], limit: number): readonly Tensor[] {
  const squares = gradients.map((g) => sum(square(g)));
  const norm = sqrt(squares.reduce((a, b) => add(a, b)));
  const scale = multiply(limit, minimum(divide(1, norm), 1 / limit));
  // x − x is 0 for a finite norm and NaN for others: a broken gradient shall not pass unseen.
  const factor = add(scale, subtract(norm, norm));
  return gradients.map((g) => multiply(g, factor));
}
