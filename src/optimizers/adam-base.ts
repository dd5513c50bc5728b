import type { Variable } from "../graph/variable.ts";
import { add, divide, maximum, multiply, power, subtract } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { sqrt, square } from "../ops/unary-math.ts";
import { OptimizerBase } from "./optimizer.ts";

/** What `Adam` and `AdamW`, which differ in their defaults, share. */
export abstract class AdamBase extends OptimizerBase {
  declare readonly beta1: number;
  declare readonly beta2: number;
  declare readonly epsilon: number;
  declare readonly amsgrad: boolean;
  #momentums: readonly Variable[] = [];
  #velocities: readonly Variable[] = [];
  #velocityHats: readonly Variable[] = [];

  override build(variables: readonly Variable[]): void {
    super.build(variables);
    const slots = variables.map((variable) => ["momentum", "velocity"].map((name) => this.addVariableFromReference(variable, name)));
    this.#momentums = slots.flatMap(([momentum]) => momentum ?? []);
    this.#velocities = slots.flatMap(([, velocity]) => velocity ?? []);
    if (this.amsgrad) this.#velocityHats = this.addOptimizerVariables(variables, "velocity_hat");
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const i = this.indexOf(variable);
    const [m, v, largest] = [this.#momentums[i], this.#velocities[i], this.#velocityHats[i]];
    if (m === undefined || v === undefined) return;
    // The corrections for the zeros that both averages began with: lr · √(1 − β₂ᵗ) / (1 − β₁ᵗ).
    const rate = this.once(`rate ${variable.dtype}`, () => {
      const step = this.stepNumber(variable.dtype);
      const correction = divide(sqrt(subtract(1, power(this.beta2, step))), subtract(1, power(this.beta1, step)));
      return multiply(learningRate, correction) as Tensor; // SAFETY: tensors in, tensor out
    });
    m.assign(add(m, multiply(subtract(gradient, m), 1 - this.beta1)));
    v.assign(add(v, multiply(subtract(square(gradient), v), 1 - this.beta2)));
    largest?.assign(maximum(largest, v));
    variable.assignSub(divide(multiply(m, rate), add(sqrt(largest ?? v), this.epsilon)));
  }
}
