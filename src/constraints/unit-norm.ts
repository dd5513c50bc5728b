import { add, divide } from "../ops/arithmetic.ts";
import type { TensorInput } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { Constraint } from "./constraint.ts";
import { type NormAxis, normEpsilon, normsOf } from "./norms.ts";
import type { Constructor } from "../util/argument-types.ts";

export interface UnitNormOptions {
  /** Axes over which the norm is taken: those of the inputs. Default 0. */
  readonly axis?: NormAxis;
}

class UnitNormClass extends Constraint {
  static readonly className = "UnitNorm";
  static readonly parameters: ParameterTable = { axis: 0 };

  readonly axis: NormAxis;

  constructor(...args: readonly unknown[]) {
    super();
    this.axis = bindParameters<Required<UnitNormOptions>>(
      "UnitNorm",
      UnitNormClass.parameters,
      args,
      [],
    ).axis;
  }

  override invoke(input: TensorInput): Tensor {
    const { w, norms } = normsOf(input, this.axis);
    return divide(w, add(norms, normEpsilon));
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { axis: this.axis };
  }
}

export type UnitNorm = UnitNormClass;

export interface UnitNormConstructor extends Constructor<UnitNorm, UnitNormOptions, [axis: "axis"]> {}

/** Scales weights to norm 1. @see Keras `constraints/constraints.py` */
export const UnitNorm: UnitNormConstructor = callable<typeof UnitNormClass, UnitNormConstructor>(
  UnitNormClass,
);
