import { lessEqual } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { fullLike } from "../../ops/creation.ts";
import { where } from "../../ops/indexing.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import { LearningRateScheduleBase, type ScheduleConstructor } from "./learning-rate-schedule.ts";

class PiecewiseConstantDecayClass extends LearningRateScheduleBase {
  static readonly className = "PiecewiseConstantDecay";
  static override readonly parameters: ParameterTable = {
    boundaries: required,
    values: required,
    name: "PiecewiseConstant",
  };
  declare readonly boundaries: readonly number[];
  declare readonly values: readonly number[];

  constructor(...args: readonly unknown[]) {
    super(...args);
    if (this.boundaries.length !== this.values.length - 1) {
      throw new OptionError(
        `PiecewiseConstantDecay: expected one value more than boundaries, received ${this.boundaries.length} boundaries and ${this.values.length} values.`,
      );
    }
  }

  override call(step: Tensor): Tensor {
    const last: Tensor = fullLike(step, this.values.at(-1) ?? 0);
    return this.boundaries.reduceRight(
      (later, boundary, i) => where(lessEqual(step, boundary), this.values[i] ?? 0, later),
      last,
    );
  }
}

/**
 * `values[0]` up to and with step `boundaries[0]`, then `values[1]`, and so on.
 *
 * @throws {OptionError} unless there is one value more than boundaries.
 * @see Keras `optimizers/schedules/learning_rate_schedule.py`
 */
export const PiecewiseConstantDecay: ScheduleConstructor<
  [
    { readonly boundaries: readonly number[] },
    { readonly values: readonly number[] },
    { readonly name?: string },
  ]
> = callable<typeof PiecewiseConstantDecayClass, ScheduleConstructor<never>>(PiecewiseConstantDecayClass);
