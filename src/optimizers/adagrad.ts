import type { Variable } from "../graph/variable.ts";
import { Constant } from "../initializers/constant.ts";
import { add, divide, multiply } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { sqrt, square } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { invariant } from "../util/errors.ts";
import type { ParameterTable } from "../util/parameters.ts";
import { OptimizerBase, type OptimizerConstructor } from "./optimizer.ts";
import { commonParameters, type OptimizerArguments } from "./options.ts";

class AdagradOptimizer extends OptimizerBase {
  static readonly className: string = "Adagrad";
  static override readonly parameters: ParameterTable = {
    learningRate: 0.001,
    initialAccumulatorValue: 0.1,
    epsilon: 1e-7,
    ...commonParameters,
  };
  declare readonly initialAccumulatorValue: number;
  declare readonly epsilon: number;
  #accumulators: readonly Variable[] = [];

  override build(variables: readonly Variable[]): void {
    super.build(variables);
    this.#accumulators = this.addOptimizerVariables(
      variables,
      "accumulator",
      Constant(this.initialAccumulatorValue),
    );
  }

  protected override get decaysSlots(): boolean {
    return false;
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const accumulator = this.#accumulators[this.indexOf(variable)];
    invariant(accumulator !== undefined, "adagrad was not built");
    accumulator.assignAdd(square(gradient));
    variable.assignSub(divide(multiply(learningRate, gradient), sqrt(add(accumulator, this.epsilon))));
  }
}

export type Adagrad = AdagradOptimizer;

/**
 * The more a weight was changed, the less it changes (Duchi et al., 2011): `a += g²; w −= lr · g / √(a + epsilon)`.
 *
 * Options: `learningRate` (0.001), `initialAccumulatorValue` (0.1), `epsilon` (1e-7), and those of every optimizer.
 *
 * @see Keras `optimizers/adagrad.py`
 */
export const Adagrad: OptimizerConstructor<
  OptimizerArguments<[{ readonly initialAccumulatorValue?: number }, { readonly epsilon?: number }]>,
  Adagrad
> = callable(AdagradOptimizer);
