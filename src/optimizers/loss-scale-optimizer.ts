import type { Variable } from "../graph/variable.ts";
import { Constant } from "../initializers/constant.ts";
import { add, divide, multiply } from "../ops/arithmetic.ts";
import { equal, isfinite, logicalAnd } from "../ops/comparison.ts";
import type { TensorInput } from "../ops/core/convert.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { inDType } from "../ops/in-dtype.ts";
import { where } from "../ops/indexing.ts";
import { all } from "../ops/reductions.ts";
import { callable } from "../util/callable.ts";
import { invariant, OptionError } from "../util/errors.ts";
import { bindParameters, type ParameterTable, required } from "../util/parameters.ts";
import { assignIf } from "./assign-if.ts";
import type { LearningRate } from "./learning-rate.ts";
import { OptimizerBase, type OptimizerConstructor } from "./optimizer.ts";
import { commonParameters } from "./options.ts";

interface Bound {
  readonly innerOptimizer: unknown;
  readonly initialScale: number;
  readonly dynamicGrowthSteps: number;
  readonly name: string | null;
}

class LossScaleOptimizerClass extends OptimizerBase {
  static readonly className: string = "LossScaleOptimizer";
  static override readonly parameters: ParameterTable = {
    innerOptimizer: required,
    initialScale: 2 ** 15,
    dynamicGrowthSteps: 2000,
    name: null,
  };
  static override readonly baseTable: ParameterTable = { learningRate: 0, ...commonParameters };
  readonly innerOptimizer: OptimizerBase;
  readonly initialScale: number;
  readonly dynamicGrowthSteps: number;
  #stepCounter: Variable | null = null;
  #scale: Variable | null = null;

  constructor(...args: readonly unknown[]) {
    // Files of older versions hold the common options, which have no effect here.
    const tolerated = Object.keys(commonParameters).filter((name) => name !== "name");
    const given = bindParameters<Bound & Record<string, unknown>>(
      "LossScaleOptimizer",
      LossScaleOptimizerClass.parameters,
      args,
      tolerated,
    );
    for (const name of tolerated) {
      if (!(name in given) || given[name] === commonParameters[name]) continue;
      throw new OptionError(
        `LossScaleOptimizer: it does not take \`${name}\`. Set it on the inner optimizer.`,
      );
    }
    super({ learningRate: 0, name: given.name });
    if (!(given.innerOptimizer instanceof OptimizerBase)) {
      throw new OptionError(
        `LossScaleOptimizer: expected \`innerOptimizer\` to be an optimizer, received ${JSON.stringify(given.innerOptimizer)}.`,
      );
    }
    this.innerOptimizer = given.innerOptimizer;
    this.initialScale = given.initialScale;
    this.dynamicGrowthSteps = given.dynamicGrowthSteps;
    // Else gradients would be unscaled twice.
    this.innerOptimizer.lossScaleFactor = null;
  }

  override build(variables: readonly Variable[]): void {
    this.#stepCounter = this.addVariable({ shape: [], dtype: "int32", name: "step_counter" });
    this.#scale = this.addVariable({
      shape: [],
      initializer: Constant(this.initialScale),
      name: "dynamic_scale",
    });
    this.innerOptimizer.ensureBuilt(variables);
    super.build(variables);
  }

  override get variables(): readonly Variable[] {
    return [...super.variables, ...this.innerOptimizer.variables];
  }

  override get iterations(): Variable | Tensor {
    return this.innerOptimizer.iterations;
  }

  override get learningRate(): Variable | Tensor {
    return this.innerOptimizer.learningRate;
  }

  override set learningRate(rate: LearningRate | TensorInput) {
    this.innerOptimizer.learningRate = rate;
  }

  /** Skips steps with infinite gradients and halves the scale; doubles it after many finite ones. */
  protected override update(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    const [counter, scale] = [this.#stepCounter, this.#scale];
    invariant(counter !== null && scale !== null, "the loss-scale optimizer was not built");
    const isFinite = gradients.map((g): Tensor => all(isfinite(g))).reduce((a, b) => logicalAnd(a, b));
    const unscaled = gradients.map((g) => divide(g, inDType(scale.value, g.dtype)));
    assignIf(isFinite, [...variables, ...this.innerOptimizer.variables], () =>
      this.innerOptimizer.apply(unscaled, variables),
    );
    const isGrowth = equal(counter, this.dynamicGrowthSteps - 1);
    const grown = where(isGrowth, multiply(scale, 2), scale);
    scale.assign(where(isFinite, grown, multiply(scale, 0.5)));
    counter.assign(where(logicalAnd(isFinite, equal(isGrowth, false)), add(counter, 1), 0));
  }

  override updateStep(): void {
    invariant(false, "the inner optimizer makes the steps");
  }

  override scaleLoss(loss: Tensor): Tensor {
    return multiply(loss, inDType(this.#scale?.value ?? this.#initialScale(), loss.dtype));
  }

  #initialScale(): Tensor {
    return Constant(this.initialScale)([]);
  }

  override finalizeVariableValues(variables: readonly Variable[]): void {
    this.innerOptimizer.finalizeVariableValues(variables);
  }

  override getConfig(): Record<string, unknown> {
    return {
      name: this.name,
      innerOptimizer: this.innerOptimizer,
      initialScale: this.initialScale,
      dynamicGrowthSteps: this.dynamicGrowthSteps,
    };
  }
}

export type LossScaleOptimizer = LossScaleOptimizerClass;

interface Options {
  /** Default 2¹⁵. */
  readonly initialScale?: number;
  /** The scale doubles after so many steps without infinite gradients. Default 2000. */
  readonly dynamicGrowthSteps?: number;
  readonly name?: string | null;
}

/**
 * Multiplies the loss by a large number, and gradients by its inverse, so that small gradients do not vanish in
 * float16. Steps whose gradients overflow are skipped and the number is halved.
 *
 * @throws {OptionError} when `innerOptimizer` is no optimizer.
 * @see Keras `optimizers/loss_scale_optimizer.py`
 */
export const LossScaleOptimizer: OptimizerConstructor<
  | [innerOptimizer: OptimizerBase, options?: Options]
  | [innerOptimizer: OptimizerBase, initialScale: number, options?: Omit<Options, "initialScale">]
  | [options: Options & { readonly innerOptimizer: OptimizerBase }],
  LossScaleOptimizer
> = callable(LossScaleOptimizerClass);
