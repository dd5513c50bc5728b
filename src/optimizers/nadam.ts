import { Variable } from "../graph/variable.ts";
import type { DType } from "../ir/dtypes.ts";
import { add, divide, multiply, power, subtract } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { sqrt, square } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { invariant } from "../util/errors.ts";
import type { ParameterTable } from "../util/parameters.ts";
import { inDType } from "../ops/in-dtype.ts";
import { OptimizerBase, type OptimizerConstructor } from "./optimizer.ts";
import { commonParameters, type OptimizerArguments } from "./options.ts";

class NadamOptimizer extends OptimizerBase {
  static readonly className: string = "Nadam";
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
  #momentumProduct: Variable | null = null;

  override build(variables: readonly Variable[]): void {
    super.build(variables);
    this.#slots = this.addSlotPairs(variables, "momentum", "velocity");
    this.#momentumProduct = this.trackVariable(
      new Variable(1, { dtype: variables[0]?.dtype ?? "float32", trainable: false }),
    );
  }

  /** The momentum of step `t`: `β₁ · (1 − 0.96ᵗ / 2)`. */
  #momentumAt(step: Tensor): Tensor {
    return multiply(this.beta1, subtract(1, multiply(0.5, power(0.96, step))));
  }

  protected override updateAll(
    gradients: readonly Tensor[],
    variables: readonly Variable[],
    learningRate: Tensor,
  ): void {
    const product = this.#momentumProduct;
    invariant(product !== null, "nadam was not built");
    product.assign(multiply(product, this.#momentumAt(this.stepNumber(product.dtype))));
    super.updateAll(gradients, variables, learningRate);
  }

  /** What momentum and gradient are multiplied by, and what the velocity is divided by. */
  #factors(
    dtype: DType,
    learningRate: Tensor,
  ): { readonly momentum: Tensor; readonly gradient: Tensor; readonly velocity: Tensor } {
    const step = this.stepNumber(dtype);
    const product = this.#momentumProduct;
    invariant(product !== null, "nadam was not built");
    const soFar = inDType(product.value, dtype);
    const now = this.once(`now ${dtype}`, () => this.#momentumAt(step));
    const next = this.once(`next ${dtype}`, () => this.#momentumAt(add(step, 1)));
    return {
      momentum: this.once(`m ${dtype}`, () =>
        multiply(learningRate, divide(next, subtract(1, multiply(soFar, next)))),
      ),
      gradient: this.once(`g ${dtype}`, () =>
        multiply(learningRate, divide(subtract(1, now), subtract(1, soFar))),
      ),
      velocity: this.once(`v ${dtype}`, () => subtract(1, power(this.beta2, step))),
    };
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const [m, v] = this.#slots[this.indexOf(variable)] ?? [];
    invariant(m !== undefined && v !== undefined, "nadam was not built");
    const factors = this.#factors(variable.dtype, learningRate);
    m.assign(add(m, multiply(subtract(gradient, m), 1 - this.beta1)));
    v.assign(add(v, multiply(subtract(square(gradient), v), 1 - this.beta2)));
    const direction = add(multiply(m, factors.momentum), multiply(gradient, factors.gradient));
    variable.assignSub(divide(direction, add(sqrt(divide(v, factors.velocity)), this.epsilon)));
  }
}

export type Nadam = NadamOptimizer;

/**
 * Adam with Nesterov's momentum (Dozat, 2015).
 *
 * Options: `learningRate` (0.001), `beta1` (0.9), `beta2` (0.999), `epsilon` (1e-7), and those of every optimizer.
 *
 * @see Keras `optimizers/nadam.py`
 */
export const Nadam: OptimizerConstructor<
  OptimizerArguments<
    [{ readonly beta1?: number }, { readonly beta2?: number }, { readonly epsilon?: number }]
  >,
  Nadam
> = callable(NadamOptimizer);
