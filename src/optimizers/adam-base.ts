import type { Variable } from "../graph/variable.ts";
import { add, divide, maximum, multiply, power, subtract } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { sqrt, square } from "../ops/unary-math.ts";
import { invariant } from "../util/errors.ts";
import { OptimizerBase } from "./optimizer.ts";

/** What `Adam` and `AdamW`, which differ in their defaults, share. */
export abstract class AdamBase extends OptimizerBase {
  declare readonly beta1: number;
  declare readonly beta2: number;
  declare readonly epsilon: number;
  declare readonly amsgrad: boolean;
  #slots: readonly (readonly [momentum: Variable, velocity: Variable])[] = [];
  #velocityHats: readonly Variable[] = [];

  override build(variables: readonly Variable[]): void {
    super.build(variables);
    this.#slots = this.addSlotPairs(variables, "momentum", "velocity");
    if (this.amsgrad) this.#velocityHats = this.addOptimizerVariables(variables, "velocity_hat");
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const i = this.indexOf(variable);
    const [m, v] = this.#slots[i] ?? [];
    const largest = this.#velocityHats[i];
    invariant(m !== undefined && v !== undefined, "adam was not built");
    // The corrections for the zeros that both averages began with: lr · √(1 − β₂ᵗ) / (1 − β₁ᵗ).
    const rate = this.once(`rate ${variable.dtype}`, () => {
      const step = this.stepNumber(variable.dtype);
      const correction = divide(
        sqrt(subtract(1, power(this.beta2, step))),
        subtract(1, power(this.beta1, step)),
      );
      return multiply(learningRate, correction);
    });
    m.assign(add(m, multiply(subtract(gradient, m), 1 - this.beta1)));
    v.assign(add(v, multiply(subtract(square(gradient), v), 1 - this.beta2)));
    largest?.assign(maximum(largest, v));
    variable.assignSub(divide(multiply(m, rate), add(sqrt(largest ?? v), this.epsilon)));
  }
}
