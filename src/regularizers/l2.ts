import { multiply } from "../ops/arithmetic.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { sum } from "../ops/reductions.ts";
import { square } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { penaltyFactor } from "./factor.ts";
import { Regularizer } from "./regularizer.ts";
import type { Constructor } from "../util/argument-types.ts";

class L2Class extends Regularizer {
  static readonly className = "L2";
  static readonly parameters: ParameterTable = { l2: 0.01 };

  readonly l2: number;

  constructor(...args: readonly unknown[]) {
    super();
    const given = bindParameters<{ readonly l2: number | null }>("L2", L2Class.parameters, args, []);
    this.l2 = penaltyFactor("L2", "l2", given.l2 ?? 0.01);
  }

  override invoke(input: TensorInput): Tensor {
    const x = toValue(input) as Tensor; // SAFETY: the ops below take symbolic values as well
    return multiply(sum(square(x)), this.l2);
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { l2: this.l2 };
  }
}

export type L2 = L2Class;

export interface L2Constructor extends Constructor<L2, { readonly l2?: number | undefined }, [l2: "l2"]> {}

/**
 * Penalty on squares: `l2 · Σ x²`, `l2` 0.01 by default.
 *
 * @throws {OptionError} when the factor is negative or not finite.
 * @see Keras `regularizers/regularizers.py`
 */
export const L2: L2Constructor = callable<typeof L2Class, L2Constructor>(L2Class);
