import { add, divide, multiply } from "../ops/arithmetic.ts";
import type { TensorInput } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { clip } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { Constraint } from "./constraint.ts";
import { type NormAxis, normEpsilon, normsOf } from "./norms.ts";
import type { Constructor } from "../util/argument-types.ts";

export interface MinMaxNormOptions {
  /** Default 0. */
  readonly minValue?: number;
  /** Default 1. */
  readonly maxValue?: number;
  /** How much of the way to the nearest allowed norm is gone: 1 (default) all of it, less for a softer constraint. */
  readonly rate?: number;
  /** Axes over which the norm is taken: those of the inputs. Default 0. */
  readonly axis?: NormAxis;
}

class MinMaxNormClass extends Constraint {
  static readonly className = "MinMaxNorm";
  static readonly parameters: ParameterTable = { minValue: 0, maxValue: 1, rate: 1, axis: 0 };

  readonly minValue: number;
  readonly maxValue: number;
  readonly rate: number;
  readonly axis: NormAxis;

  constructor(...args: readonly unknown[]) {
    super();
    const given = bindParameters<Required<MinMaxNormOptions>>(
      "MinMaxNorm",
      MinMaxNormClass.parameters,
      args,
      [],
    );
    this.minValue = given.minValue;
    this.maxValue = given.maxValue;
    this.rate = given.rate;
    this.axis = given.axis;
  }

  override invoke(input: TensorInput): Tensor {
    const { w, norms } = normsOf(input, this.axis);
    const bounded = clip(norms, { xMin: this.minValue, xMax: this.maxValue });
    const desired: Tensor = add(multiply(bounded, this.rate), multiply(norms, 1 - this.rate));
    return multiply(w, divide(desired, add(norms, normEpsilon)));
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { minValue: this.minValue, maxValue: this.maxValue, rate: this.rate, axis: this.axis };
  }
}

export type MinMaxNorm = MinMaxNormClass;

export interface MinMaxNormConstructor extends Constructor<
  MinMaxNorm,
  MinMaxNormOptions,
  [minValue: "minValue", maxValue: "maxValue", rate: "rate", axis: "axis"]
> {}

/** Scales weights so that their norms lie between two values. @see Keras `constraints/constraints.py` */
export const MinMaxNorm: MinMaxNormConstructor = callable<typeof MinMaxNormClass, MinMaxNormConstructor>(
  MinMaxNormClass,
);
