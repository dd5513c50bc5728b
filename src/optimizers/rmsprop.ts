import type { Variable } from "../graph/variable.ts";
import { add, divide, multiply, subtract } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { sqrt, square } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { invariant } from "../util/errors.ts";
import type { ParameterTable } from "../util/parameters.ts";
import { OptimizerBase, type OptimizerConstructor } from "./optimizer.ts";
import { commonParameters, type OptimizerArguments } from "./options.ts";

class RMSpropOptimizer extends OptimizerBase {
  static readonly className: string = "RMSprop";
  static override readonly parameters: ParameterTable = {
    learningRate: 0.001,
    rho: 0.9,
    momentum: 0,
    epsilon: 1e-7,
    centered: false,
    ...commonParameters,
  };
  declare readonly rho: number;
  declare readonly momentum: number;
  declare readonly epsilon: number;
  declare readonly centered: boolean;
  #velocities: readonly Variable[] = [];
  #momentums: readonly Variable[] = [];
  #averageGradients: readonly Variable[] = [];

  override build(variables: readonly Variable[]): void {
    super.build(variables);
    this.#velocities = this.addOptimizerVariables(variables, "velocity");
    if (this.momentum > 0) this.#momentums = this.addOptimizerVariables(variables, "momentum");
    if (this.centered) this.#averageGradients = this.addOptimizerVariables(variables, "average_gradient");
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const i = this.indexOf(variable);
    const [velocity, momentum, average] = [
      this.#velocities[i],
      this.#momentums[i],
      this.#averageGradients[i],
    ];
    invariant(velocity !== undefined, "rmsprop was not built");
    const { rho, epsilon } = this;
    velocity.assign(add(multiply(rho, velocity), multiply(1 - rho, square(gradient))));
    average?.assign(add(multiply(rho, average), multiply(1 - rho, gradient)));
    const spread = average === undefined ? velocity : subtract(velocity, square(average));
    const step = divide(multiply(learningRate, gradient), sqrt(add(spread, epsilon)));
    momentum?.assign(add(multiply(this.momentum, momentum), step));
    variable.assignSub(momentum ?? step);
  }
}

export type RMSprop = RMSpropOptimizer;

/**
 * Divides gradients by a moving average of their size: `v = rho · v + (1 − rho) · g²; w −= lr · g / √(v + epsilon)`.
 *
 * Options: `learningRate` (0.001), `rho` (0.9), `momentum` (0), `epsilon` (1e-7), `centered` (false: whether the size
 * is a variance rather than a mean square), and those of every optimizer.
 *
 * @see Keras `optimizers/rmsprop.py`
 */
export const RMSprop: OptimizerConstructor<
  OptimizerArguments<
    [
      { readonly rho?: number },
      { readonly momentum?: number },
      { readonly epsilon?: number },
      { readonly centered?: boolean },
    ]
  >,
  RMSprop
> = callable(RMSpropOptimizer);
