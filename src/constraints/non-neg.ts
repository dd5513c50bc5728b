import { maximum } from "../ops/arithmetic.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { Constraint } from "./constraint.ts";

class NonNegClass extends Constraint {
  static readonly className = "NonNeg";
  static readonly parameters: ParameterTable = {};

  constructor(...args: readonly unknown[]) {
    super();
    bindParameters("NonNeg", NonNegClass.parameters, args, []);
  }

  override invoke(input: TensorInput): Tensor {
    const w = toValue(input) as Tensor; // SAFETY: the op below takes symbolic values as well
    return maximum(w, 0);
  }
}

export type NonNeg = NonNegClass;

export interface NonNegConstructor {
  (options?: Readonly<Record<string, never>>): NonNeg;
  new (options?: Readonly<Record<string, never>>): NonNeg;
}

/** Sets negative weights to 0. @see Keras `constraints/constraints.py` */
export const NonNeg: NonNegConstructor = callable<typeof NonNegClass, NonNegConstructor>(NonNegClass);
