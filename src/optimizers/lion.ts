import type { Variable } from "../graph/variable.ts";
import { add, multiply } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { sign } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { invariant, OptionError } from "../util/errors.ts";
import type { ParameterTable } from "../util/parameters.ts";
import { OptimizerBase, type OptimizerConstructor } from "./optimizer.ts";
import { commonParameters, type OptimizerArguments } from "./options.ts";

class LionOptimizer extends OptimizerBase {
  static readonly className: string = "Lion";
  static override readonly parameters: ParameterTable = {
    learningRate: 0.001,
    beta1: 0.9,
    beta2: 0.99,
    ...commonParameters,
  };
  declare readonly beta1: number;
  declare readonly beta2: number;
  #momentums: readonly Variable[] = [];

  constructor(...args: readonly unknown[]) {
    super(...args);
    if (!(this.beta1 > 0 && this.beta1 <= 1))
      throw new OptionError(`Lion: expected \`beta1\` in (0, 1], received ${this.beta1}.`);
  }

  override build(variables: readonly Variable[]): void {
    super.build(variables);
    this.#momentums = this.addOptimizerVariables(variables, "momentum");
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const m = this.#momentums[this.indexOf(variable)];
    invariant(m !== undefined, "lion was not built");
    const mixed = (beta: number): Tensor => add(multiply(m, beta), multiply(gradient, 1 - beta));
    variable.assignSub(multiply(learningRate, sign(mixed(this.beta1))));
    m.assign(mixed(this.beta2));
  }
}

export type Lion = LionOptimizer;

/**
 * Steps of one size, in the direction of the signs of the momentum (Chen et al., 2023). Wants a smaller learning rate
 * and a larger weight decay than Adam.
 *
 * Options: `learningRate` (0.001), `beta1` (0.9), `beta2` (0.99), and those of every optimizer.
 *
 * @see Keras `optimizers/lion.py`
 */
export const Lion: OptimizerConstructor<
  OptimizerArguments<[{ readonly beta1?: number }, { readonly beta2?: number }]>,
  Lion
> = callable(LionOptimizer);
