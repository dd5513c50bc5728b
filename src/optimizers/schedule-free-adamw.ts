import type { Variable } from "../graph/variable.ts";
import { add, divide, minimum, multiply, power, subtract } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { sqrt, square } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { invariant } from "../util/errors.ts";
import type { ParameterTable } from "../util/parameters.ts";
import { OptimizerBase, type OptimizerConstructor } from "./optimizer.ts";
import { commonParameters, type OptimizerArguments } from "./options.ts";

class ScheduleFreeAdamWOptimizer extends OptimizerBase {
  static readonly className: string = "ScheduleFreeAdamW";
  static override readonly parameters: ParameterTable = {
    learningRate: 0.0025,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    warmupSteps: 0,
    ...commonParameters,
  };
  declare readonly beta1: number;
  declare readonly beta2: number;
  declare readonly epsilon: number;
  declare readonly warmupSteps: number;
  #slots: readonly (readonly [momentum: Variable, velocity: Variable])[] = [];

  override build(variables: readonly Variable[]): void {
    super.build(variables);
    this.#slots = this.addSlotPairs(variables, "momentum", "velocity");
    this.#slots.forEach(([momentum], i) => {
      const variable = variables[i];
      if (variable !== undefined) momentum.assign(variable);
    });
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const [z, v] = this.#slots[this.indexOf(variable)] ?? [];
    invariant(z !== undefined && v !== undefined, "schedule-free AdamW was not built");
    const { beta1, beta2, epsilon, warmupSteps } = this;
    const { dtype } = variable;
    const step = this.stepNumber(dtype);
    const rate = this.once(`rate ${dtype}`, () =>
      warmupSteps > 0 ? multiply(learningRate, minimum(divide(step, warmupSteps), 1)) : learningRate,
    );
    const correction = this.once(`v ${dtype}`, () => subtract(1, power(beta2, step)));
    const weight = this.once(`weight ${dtype}`, () => divide(1, step));
    // x is the average of the z so far, and the weights y lie between z and x: y = (1 − β₁) z + β₁ x.
    const average = divide(subtract(variable, multiply(1 - beta1, z)), beta1);
    v.assign(add(v, multiply(subtract(square(gradient), v), 1 - beta2)));
    z.assign(subtract(z, divide(multiply(rate, gradient), add(sqrt(divide(v, correction)), epsilon))));
    const moved = add(multiply(subtract(1, weight), average), multiply(weight, z));
    variable.assign(add(multiply(1 - beta1, z), multiply(beta1, moved)));
  }
}

export type ScheduleFreeAdamW = ScheduleFreeAdamWOptimizer;

/**
 * AdamW that averages its weights in place of a falling learning rate (Defazio et al., 2024).
 *
 * Options: `learningRate` (0.0025), `beta1` (0.9), `beta2` (0.999), `epsilon` (1e-8), `warmupSteps` (0), and those of
 * every optimizer.
 *
 * @see Keras `optimizers/schedule_free_adamw.py`
 */
export const ScheduleFreeAdamW: OptimizerConstructor<
  OptimizerArguments<
    [
      { readonly beta1?: number },
      { readonly beta2?: number },
      { readonly epsilon?: number },
      { readonly warmupSteps?: number },
    ]
  >,
  ScheduleFreeAdamW
> = callable(ScheduleFreeAdamWOptimizer);
