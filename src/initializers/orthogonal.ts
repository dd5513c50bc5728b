import { formatShape } from "../ir/shape.ts";
import { multiply } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { diagonal } from "../ops/diagonals.ts";
import { qr } from "../ops/linear-algebra.ts";
import { keyedNormal } from "../ops/random.ts";
import { reshape, transpose } from "../ops/shape.ts";
import { sign } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { ShapeError } from "../util/errors.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { RandomInitializer } from "./random-initializer.ts";

export interface OrthogonalOptions {
  /** Factor of the orthogonal matrix. Default 1. */
  readonly gain?: number | undefined;
  readonly seed?: number | null | undefined;
}

class OrthogonalClass extends RandomInitializer {
  static readonly className = "Orthogonal";
  static readonly parameters: ParameterTable = { gain: 1, seed: null };

  readonly gain: number;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<OrthogonalOptions>("Orthogonal", OrthogonalClass.parameters, args, []);
    super(given.seed ?? null);
    this.gain = given.gain ?? 1;
  }

  protected override draw(key: Tensor, shape: readonly number[]): Tensor {
    if (shape.length < 2) {
      throw new ShapeError(
        `Orthogonal: expected a shape with at least two axes, received ${formatShape(shape)}.`,
      );
    }
    const columns = shape.at(-1) ?? 1;
    const rows = shape.slice(0, -1).reduce((product, dim) => product * dim, 1);
    const [q, r] = qr(keyedNormal(key, [Math.max(rows, columns), Math.min(rows, columns)]));
    // The signs of r's diagonal make the distribution uniform over orthogonal matrices.
    const uniform: Tensor = multiply(q, sign(diagonal(r)));
    return multiply(reshape(rows < columns ? transpose(uniform) : uniform, shape), this.gain);
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { seed: this.seed, gain: this.gain };
  }
}

export type Orthogonal = OrthogonalClass;

export interface OrthogonalConstructor {
  (gain?: number | OrthogonalOptions, options?: OrthogonalOptions): Orthogonal;
  new (gain?: number | OrthogonalOptions, options?: OrthogonalOptions): Orthogonal;
}

/**
 * Matrix with orthogonal rows or columns (whichever are fewer); axes before the last count as rows.
 *
 * @throws {ShapeError} for a shape with fewer than two axes.
 * @see Keras `initializers/random_initializers.py`; Saxe et al. (2013)
 */
export const Orthogonal: OrthogonalConstructor = callable<typeof OrthogonalClass, OrthogonalConstructor>(
  OrthogonalClass,
);
