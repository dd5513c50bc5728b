import { add, divide, maximum, minimum, multiply, power, subtract } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { ceil } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import { LearningRateScheduleBase, type ScheduleConstructor } from "./learning-rate-schedule.ts";
import { positive } from "./positive.ts";

class PolynomialDecayClass extends LearningRateScheduleBase {
  static readonly className = "PolynomialDecay";
  static override readonly parameters: ParameterTable = {
    initialLearningRate: required,
    decaySteps: required,
    endLearningRate: 0.0001,
    power: 1,
    cycle: false,
    name: "PolynomialDecay",
  };
  declare readonly initialLearningRate: number;
  declare readonly decaySteps: number;
  declare readonly endLearningRate: number;
  declare readonly power: number;
  declare readonly cycle: boolean;

  constructor(...args: readonly unknown[]) {
    super(...args);
    positive("PolynomialDecay", "decaySteps", this.decaySteps);
  }

  override call(step: Tensor): Tensor {
    const { decaySteps, endLearningRate: end } = this;
    // In cycles, the decay lasts until the next multiple of `decaySteps`.
    const part = this.cycle
      ? divide(step, multiply(decaySteps, maximum(ceil(divide(step, decaySteps)), 1)))
      : divide(minimum(step, decaySteps), decaySteps);
    return add(multiply(this.initialLearningRate - end, power(subtract(1, part), this.power)), end);
  }
}

/**
 * `(initial − end) · (1 − step / decaySteps)^power + end`.
 *
 * Options: `endLearningRate` (0.0001), `power` (1), `cycle` (false: whether it begins again, for twice as many steps,
 * and so on).
 *
 * @throws {OptionError} unless `decaySteps` > 0.
 * @see Keras `optimizers/schedules/learning_rate_schedule.py`
 */
export const PolynomialDecay: ScheduleConstructor<
  [
    { readonly initialLearningRate: number },
    { readonly decaySteps: number },
    { readonly endLearningRate?: number },
    { readonly power?: number },
    { readonly cycle?: boolean },
    { readonly name?: string },
  ]
> = callable<typeof PolynomialDecayClass, ScheduleConstructor<never>>(PolynomialDecayClass);
