import { add, multiply } from "../ops/arithmetic.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { sum } from "../ops/reductions.ts";
import { absolute, square } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { penaltyFactor } from "./factor.ts";
import { Regularizer } from "./regularizer.ts";
import type { Constructor } from "../util/argument-types.ts";

export interface L1L2Options {
  /** Default 0. */
  readonly l1?: number | null;
  /** Default 0. */
  readonly l2?: number | null;
}

class L1L2Class extends Regularizer {
  static readonly className = "L1L2";
  static readonly parameters: ParameterTable = { l1: 0, l2: 0 };

  readonly l1: number;
  readonly l2: number;

  constructor(...args: readonly unknown[]) {
    super();
    const given = bindParameters<L1L2Options>("L1L2", L1L2Class.parameters, args, []);
    this.l1 = penaltyFactor("L1L2", "l1", given.l1 ?? 0);
    this.l2 = penaltyFactor("L1L2", "l2", given.l2 ?? 0);
  }

  override invoke(input: TensorInput): Tensor {
    const x = toValue(input) as Tensor; // SAFETY: the ops below take symbolic values as well
    return add(multiply(sum(absolute(x)), this.l1), multiply(sum(square(x)), this.l2));
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { l1: this.l1, l2: this.l2 };
  }
}

export type L1L2 = L1L2Class;

export interface L1L2Constructor extends Constructor<L1L2, L1L2Options, [l1: "l1", l2: "l2"]> {}

/**
 * Penalty on absolute values and squares: `l1 · Σ |x| + l2 · Σ x²`.
 *
 * @throws {OptionError} when a factor is negative or not finite.
 * @see Keras `regularizers/regularizers.py`
 */
export const L1L2: L1L2Constructor = callable<typeof L1L2Class, L1L2Constructor>(L1L2Class);
