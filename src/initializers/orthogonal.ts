import { formatShape } from "../ir/shape.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { keyedOrthogonal } from "../ops/random-orthogonal.ts";
import { callable } from "../util/callable.ts";
import { ShapeError } from "../util/errors.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { RandomInitializer } from "./random-initializer.ts";
import type { Constructor } from "../util/argument-types.ts";

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
    return keyedOrthogonal(key, shape, this.gain);
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { seed: this.seed, gain: this.gain };
  }
}

export type Orthogonal = OrthogonalClass;

export interface OrthogonalConstructor extends Constructor<
  Orthogonal,
  OrthogonalOptions,
  [gain: "gain", seed: "seed"]
> {}

/**
 * Matrix with orthogonal rows or columns (whichever are fewer), all such matrices being equally likely; axes before the last
 * count as rows.
 *
 * @throws {ShapeError} for a shape with fewer than two axes.
 * @see Keras `initializers/random_initializers.py`; Saxe et al. (2013)
 */
export const Orthogonal: OrthogonalConstructor = callable<typeof OrthogonalClass, OrthogonalConstructor>(
  OrthogonalClass,
);
