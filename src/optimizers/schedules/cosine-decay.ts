import { add, divide, minimum, multiply, subtract } from "../../ops/arithmetic.ts";
import { less } from "../../ops/comparison.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { where } from "../../ops/indexing.ts";
import { cos } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, required } from "../../util/parameters.ts";
import { LearningRateScheduleBase, type ScheduleConstructor } from "./learning-rate-schedule.ts";
import { positive } from "./positive.ts";

class CosineDecayClass extends LearningRateScheduleBase {
  static readonly className = "CosineDecay";
  static override readonly parameters: ParameterTable = {
    initialLearningRate: required,
    decaySteps: required,
    alpha: 0,
    name: "CosineDecay",
    warmupTarget: null,
    warmupSteps: 0,
  };
  declare readonly initialLearningRate: number;
  declare readonly decaySteps: number;
  declare readonly alpha: number;
  declare readonly warmupTarget: number | null;
  declare readonly warmupSteps: number;

  constructor(...args: readonly unknown[]) {
    super(...args);
    positive("CosineDecay", "decaySteps", this.decaySteps);
  }

  #decay(step: Tensor, from: number): Tensor {
    const wave = multiply(0.5, add(1, cos(multiply(Math.PI / this.decaySteps, step))));
    return multiply(from, add(multiply(1 - this.alpha, wave), this.alpha));
  }

  override call(step: Tensor): Tensor {
    const { decaySteps, initialLearningRate: initial, warmupSteps, warmupTarget: target } = this;
    if (target === null) return this.#decay(minimum(step, decaySteps), initial);
    const now = minimum(step, decaySteps + warmupSteps);
    const warming = add(multiply(target - initial, divide(now, Math.max(warmupSteps, 1))), initial);
    return where(less(now, warmupSteps), warming, this.#decay(subtract(now, warmupSteps), target));
  }
}

/**
 * Falls along half a cosine wave (Loshchilov and Hutter, 2016), from `initialLearningRate` to `alpha` (0) times it;
 * with `warmupTarget` it first rises to that in `warmupSteps`.
 *
 * @throws {OptionError} unless `decaySteps` > 0.
 * @see Keras `optimizers/schedules/learning_rate_schedule.py`
 */
export const CosineDecay: ScheduleConstructor<
  [
    { readonly initialLearningRate: number },
    { readonly decaySteps: number },
    { readonly alpha?: number },
    { readonly name?: string },
    { readonly warmupTarget?: number | null },
    { readonly warmupSteps?: number },
  ]
> = callable<typeof CosineDecayClass, ScheduleConstructor<never>>(CosineDecayClass);
