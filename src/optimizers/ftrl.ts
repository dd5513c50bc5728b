import type { Variable } from "../graph/variable.ts";
import { Constant } from "../initializers/constant.ts";
import { add, divide, multiply, power, subtract } from "../ops/arithmetic.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { clip, square } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { invariant, OptionError } from "../util/errors.ts";
import type { ParameterTable } from "../util/parameters.ts";
import { OptimizerBase, type OptimizerConstructor } from "./optimizer.ts";
import { commonParameters, type OptimizerArguments } from "./options.ts";

class FtrlOptimizer extends OptimizerBase {
  static readonly className: string = "Ftrl";
  static override readonly parameters: ParameterTable = {
    learningRate: 0.001,
    learningRatePower: -0.5,
    initialAccumulatorValue: 0.1,
    l1RegularizationStrength: 0,
    l2RegularizationStrength: 0,
    l2ShrinkageRegularizationStrength: 0,
    beta: 0,
    ...commonParameters,
  };
  declare readonly learningRatePower: number;
  declare readonly initialAccumulatorValue: number;
  declare readonly l1RegularizationStrength: number;
  declare readonly l2RegularizationStrength: number;
  declare readonly l2ShrinkageRegularizationStrength: number;
  declare readonly beta: number;
  #slots: readonly (readonly [accumulator: Variable, linear: Variable])[] = [];

  constructor(...args: readonly unknown[]) {
    super(...args);
    const nonNegative = {
      initialAccumulatorValue: this.initialAccumulatorValue,
      l1RegularizationStrength: this.l1RegularizationStrength,
      l2RegularizationStrength: this.l2RegularizationStrength,
      l2ShrinkageRegularizationStrength: this.l2ShrinkageRegularizationStrength,
    };
    for (const [name, value] of Object.entries(nonNegative)) {
      if (!(value >= 0)) throw new OptionError(`Ftrl: expected \`${name}\` >= 0, received ${value}.`);
    }
    if (!(this.learningRatePower <= 0))
      throw new OptionError(`Ftrl: expected \`learningRatePower\` <= 0, received ${this.learningRatePower}.`);
  }

  override build(variables: readonly Variable[]): void {
    super.build(variables);
    this.#slots = this.addSlotPairs(
      variables,
      "accumulator",
      "linear",
      Constant(this.initialAccumulatorValue),
    );
  }

  protected override get decaysSlots(): boolean {
    return false;
  }

  override updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void {
    const [accumulator, linear] = this.#slots[this.indexOf(variable)] ?? [];
    invariant(accumulator !== undefined && linear !== undefined, "ftrl was not built");
    const inverse = this.once(`inverse ${variable.dtype}`, () => divide(1, learningRate));
    // 2 · (l2 + beta / (2 · lr))
    const l2 = this.once(`l2 ${variable.dtype}`, () =>
      add(2 * this.l2RegularizationStrength, multiply(this.beta, inverse)),
    );
    const shrunk = add(gradient, multiply(2 * this.l2ShrinkageRegularizationStrength, variable));
    const sum = add(accumulator, square(gradient));
    const root = power(sum, -this.learningRatePower);
    const sigma = multiply(subtract(root, power(accumulator, -this.learningRatePower)), inverse);
    linear.assignAdd(subtract(shrunk, multiply(sigma, variable)));
    const l1 = this.l1RegularizationStrength;
    variable.assign(divide(subtract(clip(linear, -l1, l1), linear), add(multiply(root, inverse), l2)));
    accumulator.assign(sum);
  }
}

export type Ftrl = FtrlOptimizer;

/**
 * Follow the regularised leader (McMahan et al., 2013): for large sparse linear models.
 *
 * Options: `learningRate` (0.001), `learningRatePower` (-0.5), `initialAccumulatorValue` (0.1),
 * `l1RegularizationStrength`, `l2RegularizationStrength`, `l2ShrinkageRegularizationStrength`, `beta` (all 0), and those
 * of every optimizer.
 *
 * @throws {OptionError} for a positive power, and for negative values elsewhere.
 * @see Keras `optimizers/ftrl.py`
 */
export const Ftrl: OptimizerConstructor<
  OptimizerArguments<
    [
      { readonly learningRatePower?: number },
      { readonly initialAccumulatorValue?: number },
      { readonly l1RegularizationStrength?: number },
      { readonly l2RegularizationStrength?: number },
      { readonly l2ShrinkageRegularizationStrength?: number },
      { readonly beta?: number },
    ]
  >,
  Ftrl
> = callable(FtrlOptimizer);
