import { multiply } from "../ops/arithmetic.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { sum } from "../ops/reductions.ts";
import { absolute } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { penaltyFactor } from "./factor.ts";
import { Regularizer } from "./regularizer.ts";
import type { Constructor } from "../util/argument-types.ts";

class L1Class extends Regularizer {
  static readonly className = "L1";
  static readonly parameters: ParameterTable = { l1: 0.01 };

  readonly l1: number;

  constructor(...args: readonly unknown[]) {
    super();
    const given = bindParameters<{ readonly l1: number | null }>("L1", L1Class.parameters, args, []);
    this.l1 = penaltyFactor("L1", "l1", given.l1 ?? 0.01);
  }

  override invoke(input: TensorInput): Tensor {
    const x = toValue(input) as Tensor; // SAFETY: the ops below take symbolic values as well
    return multiply(sum(absolute(x)), this.l1);
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { l1: this.l1 };
  }
}

export type L1 = L1Class;

export interface L1Constructor extends Constructor<L1, { readonly l1?: number | undefined }, [l1: "l1"]> {}

/**
 * Penalty on absolute values: `l1 · Σ |x|`, `l1` 0.01 by default.
 *
 * @throws {OptionError} when the factor is negative or not finite.
 * @see Keras `regularizers/regularizers.py`
 */
export const L1: L1Constructor = callable<typeof L1Class, L1Constructor>(L1Class);
