import type { Variable } from "../graph/variable.ts";
import { add, divide, maximum, multiply, power, subtract } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { abs } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { invariant } from "../util/errors.ts";
import type { ParameterTable } from "../util/parameters.ts";
import { OptimizerBase, type OptimizerConstructor } from "./optimizer.ts";
import { commonParameters, type OptimizerArguments } from "./options.ts";

class AdamaxOptimizer extends OptimizerBase {
  static readonly className: string = "Adamax";
  static override readonly parameters: ParameterTable = {
    learningRate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
    ...commonParameters,
  };
  declare readonly beta1: number;
  declare readonly beta2: number;
  declare readonly epsilon: number;
  #slots: readonly (readonly [momentum: Variable, norm: Variable])[] = [];

  override build(variables: readonly Variable[]): void {
    super.build(variables);
    this.#slots = this.addSlotPairs(variables, "momentum", "norm");
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const [m, u] = this.#slots[this.indexOf(variable)] ?? [];
    invariant(m !== undefined && u !== undefined, "adamax was not built");
    const rate = this.once(`rate ${variable.dtype}`, () =>
      divide(learningRate, subtract(1, power(this.beta1, this.stepNumber(variable.dtype)))),
    );
    m.assign(add(m, multiply(subtract(gradient, m), 1 - this.beta1)));
    u.assign(maximum(multiply(this.beta2, u), abs(gradient)));
    variable.assignSub(divide(multiply(rate, m), add(u, this.epsilon)));
  }
}

export type Adamax = AdamaxOptimizer;

/**
 * Adam with the largest gradient in place of the mean square (Kingma and Ba, 2014, section 7).
 *
 * Options: `learningRate` (0.001), `beta1` (0.9), `beta2` (0.999), `epsilon` (1e-7), and those of every optimizer.
 *
 * @see Keras `optimizers/adamax.py`
 */
export const Adamax: OptimizerConstructor<
  OptimizerArguments<
    [{ readonly beta1?: number }, { readonly beta2?: number }, { readonly epsilon?: number }]
  >,
  Adamax
> = callable(AdamaxOptimizer);
