import type { Variable } from "../graph/variable.ts";
import { add, divide, multiply, power, subtract } from "../ops/arithmetic.ts";
import { greater, logicalAnd } from "../ops/comparison.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { where } from "../ops/indexing.ts";
import { sum } from "../ops/reductions.ts";
import { sqrt, square } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { invariant } from "../util/errors.ts";
import type { ParameterTable } from "../util/parameters.ts";
import { OptimizerBase, type OptimizerConstructor } from "./optimizer.ts";
import { commonParameters, type OptimizerArguments } from "./options.ts";

class LambOptimizer extends OptimizerBase {
  static readonly className: string = "Lamb";
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
  #slots: readonly (readonly [momentum: Variable, velocity: Variable])[] = [];

  override build(variables: readonly Variable[]): void {
    super.build(variables);
    this.#slots = this.addSlotPairs(variables, "momentum", "velocity");
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const [m, v] = this.#slots[this.indexOf(variable)] ?? [];
    invariant(m !== undefined && v !== undefined, "lamb was not built");
    const { dtype } = variable;
    const step = this.stepNumber(dtype);
    const momentum = this.once(`m ${dtype}`, () => subtract(1, power(this.beta1, step)));
    const velocity = this.once(`v ${dtype}`, () => subtract(1, power(this.beta2, step)));
    m.assign(add(m, multiply(subtract(gradient, m), 1 - this.beta1)));
    v.assign(add(v, multiply(subtract(square(gradient), v), 1 - this.beta2)));
    const direction = divide(divide(m, momentum), add(sqrt(divide(v, velocity)), this.epsilon));
    const [size, length] = [norm(variable.value), norm(direction)];
    // Steps in proportion to the weights.
    const trust = where(logicalAnd(greater(size, 0), greater(length, 0)), divide(size, length), 1);
    variable.assignSub(multiply(multiply(trust, learningRate), direction));
  }
}

function norm(x: Tensor): Tensor {
  return sqrt(sum(square(x)));
}

export type Lamb = LambOptimizer;

/**
 * Adam whose steps are in proportion to the size of each layer's weights, for large batches (You et al., 2019).
 *
 * Options: `learningRate` (0.001), `beta1` (0.9), `beta2` (0.999), `epsilon` (1e-7), and those of every optimizer.
 *
 * @see Keras `optimizers/lamb.py`
 */
export const Lamb: OptimizerConstructor<
  OptimizerArguments<
    [{ readonly beta1?: number }, { readonly beta2?: number }, { readonly epsilon?: number }]
  >,
  Lamb
> = callable(LambOptimizer);
