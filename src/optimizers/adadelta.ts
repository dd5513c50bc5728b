import type { Variable } from "../graph/variable.ts";
import { add, divide, multiply } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { sqrt, square } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { invariant } from "../util/errors.ts";
import type { ParameterTable } from "../util/parameters.ts";
import { OptimizerBase, type OptimizerConstructor } from "./optimizer.ts";
import { commonParameters, type OptimizerArguments } from "./options.ts";

class AdadeltaOptimizer extends OptimizerBase {
  static readonly className: string = "Adadelta";
  static override readonly parameters: ParameterTable = {
    learningRate: 0.001,
    rho: 0.95,
    epsilon: 1e-7,
    ...commonParameters,
  };
  declare readonly rho: number;
  declare readonly epsilon: number;
  #slots: readonly (readonly [gradients: Variable, steps: Variable])[] = [];

  override build(variables: readonly Variable[]): void {
    super.build(variables);
    this.#slots = this.addSlotPairs(variables, "accumulated_grad", "accumulated_delta_var");
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const [gradients, steps] = this.#slots[this.indexOf(variable)] ?? [];
    invariant(gradients !== undefined && steps !== undefined, "adadelta was not built");
    const { rho, epsilon } = this;
    const root = (x: Variable): Tensor => sqrt(add(x, epsilon));
    gradients.assign(add(multiply(rho, gradients), multiply(1 - rho, square(gradient))));
    const step = divide(multiply(root(steps), gradient), root(gradients));
    steps.assign(add(multiply(rho, steps), multiply(1 - rho, square(step))));
    variable.assignSub(multiply(learningRate, step));
  }
}

export type Adadelta = AdadeltaOptimizer;

/**
 * Steps of the size of former steps, over the size of gradients (Zeiler, 2012). The original has a learning rate of 1.
 *
 * Options: `learningRate` (0.001), `rho` (0.95), `epsilon` (1e-7), and those of every optimizer.
 *
 * @see Keras `optimizers/adadelta.py`
 */
export const Adadelta: OptimizerConstructor<
  OptimizerArguments<[{ readonly rho?: number }, { readonly epsilon?: number }]>,
  Adadelta
> = callable(AdadeltaOptimizer);
