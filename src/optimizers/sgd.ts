import type { Variable } from "../graph/variable.ts";
import { multiply, subtract } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import type { ParameterTable } from "../util/parameters.ts";
import { OptimizerBase, type OptimizerConstructor } from "./optimizer.ts";
import { commonParameters, type OptimizerArguments } from "./options.ts";

class SGDOptimizer extends OptimizerBase {
  static readonly className: string = "SGD";
  static override readonly parameters: ParameterTable = {
    learningRate: 0.01,
    momentum: 0,
    nesterov: false,
    ...commonParameters,
  };
  declare readonly momentum: number;
  declare readonly nesterov: boolean;
  #momentums: readonly Variable[] = [];

  constructor(...args: readonly unknown[]) {
    super(...args);
    if (!(this.momentum >= 0 && this.momentum <= 1)) {
      throw new OptionError(`${this.className}: expected \`momentum\` in [0, 1], received ${this.momentum}.`);
    }
  }

  override build(variables: readonly Variable[]): void {
    super.build(variables);
    if (this.momentum !== 0) this.#momentums = this.addOptimizerVariables(variables, "momentum");
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const step = multiply(gradient, learningRate);
    const slot = this.#momentums[this.indexOf(variable)];
    if (slot === undefined) {
      variable.assignSub(step);
      return;
    }
    slot.assign(subtract(multiply(slot, this.momentum), step));
    variable.assignAdd(this.nesterov ? subtract(multiply(slot, this.momentum), step) : slot);
  }
}

export type SGD = SGDOptimizer;

/**
 * Gradient descent, with momentum if wanted.
 *
 * `velocity = momentum · velocity − learningRate · g; w += velocity`; with `nesterov`
 * `w += momentum · velocity − learningRate · g`.
 *
 * Options: `learningRate` (0.01), `momentum` (0), `nesterov` (false), and those of every optimizer.
 *
 * @see Keras `optimizers/sgd.py`
 */
export const SGD: OptimizerConstructor<
  OptimizerArguments<[{ readonly momentum?: number }, { readonly nesterov?: boolean }]>,
  SGD
> = callable(SGDOptimizer);
