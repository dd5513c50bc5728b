import { Variable } from "../graph/variable.ts";
import { add, divide, maximum, minimum, multiply, power, subtract } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { mean } from "../ops/reductions.ts";
import { expandDims } from "../ops/shape.ts";
import { rsqrt, sqrt, square } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { invariant } from "../util/errors.ts";
import type { ParameterTable } from "../util/parameters.ts";
import { OptimizerBase, type OptimizerConstructor } from "./optimizer.ts";
import { commonParameters, type OptimizerArguments } from "./options.ts";

interface Slots {
  /** Means over the last axis. */
  readonly rows: Variable;
  /** Means over the last axis but one. */
  readonly columns: Variable;
  readonly velocity: Variable;
}

class AdafactorOptimizer extends OptimizerBase {
  static readonly className: string = "Adafactor";
  static override readonly parameters: ParameterTable = {
    learningRate: 0.001,
    beta2Decay: -0.8,
    epsilon1: 1e-30,
    epsilon2: 1e-3,
    clipThreshold: 1,
    relativeStep: true,
    ...commonParameters,
  };
  declare readonly beta2Decay: number;
  declare readonly epsilon1: number;
  declare readonly epsilon2: number;
  declare readonly clipThreshold: number;
  declare readonly relativeStep: boolean;
  #slots: readonly Slots[] = [];

  override build(variables: readonly Variable[]): void {
    super.build(variables);
    this.#slots = variables.map((variable) => ({
      ...this.#vectorsFor(variable),
      velocity: this.addVariableFromReference(variable, "velocity"),
    }));
  }

  /** Rows and columns; of vectors and scalars, which are not factored, placeholders (as in Keras's files). */
  #vectorsFor({ shape, dtype, name }: Variable): { readonly rows: Variable; readonly columns: Variable } {
    if (shape.length < 2) {
      const placeholder = (): Variable =>
        this.trackVariable(new Variable(0, { dtype: "int32", trainable: false, name }));
      return { rows: placeholder(), columns: placeholder() };
    }
    return {
      rows: this.addVariable({ shape: shape.slice(0, -1), dtype, name }),
      columns: this.addVariable({ shape: [...shape.slice(0, -2), ...shape.slice(-1)], dtype, name }),
    };
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const slots = this.#slots[this.indexOf(variable)];
    invariant(slots !== undefined, "adafactor was not built");
    const { dtype } = variable;
    const step = this.stepNumber(dtype);
    const rate = this.once(`rate ${dtype}`, () => minimum(learningRate, divide(1, sqrt(step))));
    // β₂ = 1 − tᵈ; what is new weighs tᵈ.
    const fresh = this.once(`fresh ${dtype}`, () => power(step, this.beta2Decay));
    const kept = this.once(`kept ${dtype}`, () => subtract(1, fresh));
    const blend = (old: Variable, now: Tensor): Tensor => add(multiply(kept, old), multiply(fresh, now));
    const squares = add(square(gradient), this.epsilon1);
    const { rows, columns, velocity } = slots;
    if (variable.ndim >= 2) {
      rows.assign(blend(rows, mean(squares, -1)));
      columns.assign(blend(columns, mean(squares, -2)));
      const relative = divide(rows, mean(rows, { axis: -1, keepdims: true }));
      velocity.assign(multiply(expandDims(relative, -1), expandDims(columns, -2)));
    } else velocity.assign(blend(velocity, squares));
    const direction = multiply(gradient, rsqrt(velocity));
    const limit = maximum(1, divide(rootMeanSquare(direction), this.clipThreshold));
    const size = multiply(maximum(this.epsilon2, rootMeanSquare(variable.value)), rate);
    variable.assignSub(multiply(direction, divide(size, limit)));
  }
}

function rootMeanSquare(x: Tensor): Tensor {
  return sqrt(mean(square(x)));
}

export type Adafactor = AdafactorOptimizer;

/**
 * Adam's second moments kept as rows and columns alone, so that large matrices need little memory (Shazeer and Stern,
 * 2018).
 *
 * Options: `learningRate` (0.001), `beta2Decay` (-0.8), `epsilon1` (1e-30), `epsilon2` (1e-3), `clipThreshold` (1),
 * `relativeStep` (true: the rate is at most 1/√step; it is in any case), and those of every optimizer.
 *
 * @see Keras `optimizers/adafactor.py`
 */
export const Adafactor: OptimizerConstructor<
  OptimizerArguments<
    [
      { readonly beta2Decay?: number },
      { readonly epsilon1?: number },
      { readonly epsilon2?: number },
      { readonly clipThreshold?: number },
      { readonly relativeStep?: boolean },
    ]
  >,
  Adafactor
> = callable(AdafactorOptimizer);
