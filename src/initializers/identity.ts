import { fromNumbers } from "../ir/numbers.ts";
import { formatShape } from "../ir/shape.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { callable } from "../util/callable.ts";
import { ShapeError } from "../util/errors.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { type InitializeOptions, Initializer } from "./initializer.ts";
import type { Constructor } from "../util/argument-types.ts";

class IdentityClass extends Initializer {
  static readonly className = "Identity";
  static readonly parameters: ParameterTable = { gain: 1 };

  readonly gain: number;

  constructor(...args: readonly unknown[]) {
    super();
    this.gain = bindParameters<{ readonly gain: number }>(
      "Identity",
      IdentityClass.parameters,
      args,
      [],
    ).gain;
  }

  override invoke(shape: readonly number[], { dtype = "float32" }: InitializeOptions = {}): Tensor {
    const [rows, columns] = shape;
    if (shape.length !== 2 || rows === undefined || columns === undefined) {
      throw new ShapeError(`Identity: expected the shape of a matrix, received ${formatShape(shape)}.`);
    }
    const values = new Float64Array(rows * columns);
    for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = this.gain;
    return Tensor.fromData(fromNumbers(values, dtype), shape, dtype);
  }

  /** Keras keeps `gain` out of the configuration; a gain other than 1 is kept here, so that nothing is lost. */
  override getConfig(): Readonly<Record<string, unknown>> {
    return this.gain === 1 ? {} : { gain: this.gain };
  }
}

export type Identity = IdentityClass;

export interface IdentityConstructor extends Constructor<
  Identity,
  { readonly gain?: number | undefined },
  [gain: "gain"]
> {}

/**
 * Matrix with `gain` on the diagonal and 0 elsewhere.
 *
 * @throws {ShapeError} for a shape that is not a matrix's.
 * @see Keras `initializers/constant_initializers.py`
 */
export const Identity: IdentityConstructor = callable<typeof IdentityClass, IdentityConstructor>(
  IdentityClass,
);
