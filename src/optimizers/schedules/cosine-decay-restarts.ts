import { add, divide, multiply, power, subtract } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { cos, floor, log } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import { LearningRateScheduleBase, type ScheduleConstructor } from "./learning-rate-schedule.ts";
import { positive } from "./positive.ts";

class CosineDecayRestartsClass extends LearningRateScheduleBase {
  static readonly className = "CosineDecayRestarts";
  static override readonly parameters: ParameterTable = {
    initialLearningRate: required,
    firstDecaySteps: required,
    tMul: 2,
    mMul: 1,
    alpha: 0,
    name: "SGDRDecay",
  };
  declare readonly initialLearningRate: number;
  declare readonly firstDecaySteps: number;
  declare readonly tMul: number;
  declare readonly mMul: number;
  declare readonly alpha: number;

  constructor(...args: readonly unknown[]) {
    super(...args);
    positive("CosineDecayRestarts", "firstDecaySteps", this.firstDecaySteps);
  }

  /** How many restarts there were, and which part of the present period is over. */
  #period(step: Tensor): { readonly restarts: Tensor; readonly part: Tensor } {
    const { tMul } = this;
    const decays = divide(step, this.firstDecaySteps);
    if (tMul === 1) {
      const restarts = floor(decays);
      return { restarts, part: subtract(decays, restarts) };
    }
    // Periods are a geometric series.
    const restarts = floor(divide(log(subtract(1, multiply(decays, 1 - tMul))), Math.log(tMul)));
    const length = power(tMul, restarts);
    const begin = divide(subtract(1, length), 1 - tMul);
    return { restarts, part: divide(subtract(decays, begin), length) };
  }

  override call(step: Tensor): Tensor {
    const { alpha } = this;
    const { restarts, part } = this.#period(step);
    const wave = multiply(multiply(0.5, power(this.mMul, restarts)), add(1, cos(multiply(Math.PI, part))));
    return multiply(this.initialLearningRate, add(multiply(1 - alpha, wave), alpha));
  }
}

/**
 * Cosine decay that begins again: each period `tMul` (2) times as long and `mMul` (1) times as high as the one before.
 *
 * @throws {OptionError} unless `firstDecaySteps` > 0.
 * @see Keras `optimizers/schedules/learning_rate_schedule.py`
 */
export const CosineDecayRestarts: ScheduleConstructor<
  [
    { readonly initialLearningRate: number },
    { readonly firstDecaySteps: number },
    { readonly tMul?: number },
    { readonly mMul?: number },
    { readonly alpha?: number },
    { readonly name?: string },
  ]
> = callable<typeof CosineDecayRestartsClass, ScheduleConstructor<never>>(CosineDecayRestartsClass);
