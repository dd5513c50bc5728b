import { add, divide, multiply } from "../ops/arithmetic.ts";
import type { TensorInput } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { clip } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { Constraint } from "./constraint.ts";
import { type NormAxis, normEpsilon, normsOf } from "./norms.ts";
import type { Constructor } from "../util/argument-types.ts";

export interface MaxNormOptions {
  /** Default 2. */
  readonly maxValue?: number;
  /** Axes over which the norm is taken: those of the inputs. Default 0. */
  readonly axis?: NormAxis;
}

class MaxNormClass extends Constraint {
  static readonly className = "MaxNorm";
  static readonly parameters: ParameterTable = { maxValue: 2, axis: 0 };

  readonly maxValue: number;
  readonly axis: NormAxis;

  constructor(...args: readonly unknown[]) {
    super();
    const given = bindParameters<Required<MaxNormOptions>>("MaxNorm", MaxNormClass.parameters, args, []);
    this.maxValue = given.maxValue;
    this.axis = given.axis;
  }

  override invoke(input: TensorInput): Tensor {
    const { w, norms } = normsOf(input, this.axis);
    const desired = clip(norms, { xMin: 0, xMax: this.maxValue });
    return multiply(w, divide(desired, add(norms, normEpsilon)));
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { maxValue: this.maxValue, axis: this.axis };
  }
}

export type MaxNorm = MaxNormClass;

export interface MaxNormConstructor extends Constructor<
  MaxNorm,
  MaxNormOptions,
  [maxValue: "maxValue", axis: "axis"]
> {}

/** Scales weights down to a largest norm. @see Keras `constraints/constraints.py` */
export const MaxNorm: MaxNormConstructor = callable<typeof MaxNormClass, MaxNormConstructor>(MaxNormClass);
