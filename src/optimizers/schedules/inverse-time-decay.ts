import { add, divide, multiply } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { floor } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import { LearningRateScheduleBase, type ScheduleConstructor } from "./learning-rate-schedule.ts";
import { positive } from "./positive.ts";

class InverseTimeDecayClass extends LearningRateScheduleBase {
  static readonly className = "InverseTimeDecay";
  static override readonly parameters: ParameterTable = {
    initialLearningRate: required,
    decaySteps: required,
    decayRate: required,
    staircase: false,
    name: "InverseTimeDecay",
  };
  declare readonly initialLearningRate: number;
  declare readonly decaySteps: number;
  declare readonly decayRate: number;
  declare readonly staircase: boolean;

  constructor(...args: readonly unknown[]) {
    super(...args);
    positive("InverseTimeDecay", "decaySteps", this.decaySteps);
  }

  override call(step: Tensor): Tensor {
    const decays = divide(step, this.decaySteps);
    return divide(
      this.initialLearningRate,
      add(1, multiply(this.decayRate, this.staircase ? floor(decays) : decays)),
    );
  }
}

/**
 * `initialLearningRate / (1 + decayRate · step / decaySteps)`, in steps with `staircase` (false).
 *
 * @throws {OptionError} unless `decaySteps` > 0.
 * @see Keras `optimizers/schedules/learning_rate_schedule.py`
 */
export const InverseTimeDecay: ScheduleConstructor<
  [
    { readonly initialLearningRate: number },
    { readonly decaySteps: number },
    { readonly decayRate: number },
    { readonly staircase?: boolean },
    { readonly name?: string },
  ]
> = callable<typeof InverseTimeDecayClass, ScheduleConstructor<never>>(InverseTimeDecayClass);
