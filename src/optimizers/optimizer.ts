import type { Variable } from "../graph/variable.ts";
import type { DType } from "../ir/dtypes.ts";
import { currentBuilder } from "../ir/program.ts";
import { add, divide, mod, multiply, subtract } from "../ops/arithmetic.ts";
import { equal } from "../ops/comparison.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import { outsideTrace } from "../ops/core/scope.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { inDType } from "../ops/in-dtype.ts";
import { where } from "../ops/indexing.ts";
import { zerosLike } from "../ops/creation.ts";
import { callable } from "../util/callable.ts";
import { formatShape, sameShape } from "../ir/shape.ts";
import { AntlerError, ShapeError, warnOnce } from "../util/errors.ts";
import { type ParameterTable } from "../util/parameters.ts";
import { remembered } from "../util/remembered.ts";
import { clipGradients } from "./clipping.ts";
import { assignIf } from "./assign-if.ts";
import { DecayExclusion, type ExclusionOptions } from "./decay-exclusion.ts";
import { EagerUpdate } from "./eager-update.ts";
import { flushSubnormals } from "./flush-subnormals.ts";
import { rateAt } from "./learning-rate.ts";
import type { OptimizerOptions } from "./options.ts";
import { OptimizerState } from "./optimizer-state.ts";
import { WeightAverages } from "./weight-averages.ts";

/** A gradient, or null for a variable that the loss does not depend on. */
export type Gradient = TensorInput | null;

/**
 * Base of all optimizers: they change variables against their gradients.
 *
 * A custom optimizer extends it, makes its slots in `build(variables)` and changes one variable in
 * `updateStep(gradient, variable, learningRate)`, all with ops: the update becomes part of the compiled step.
 *
 * @see Keras `optimizers/base_optimizer.py`
 */
export abstract class OptimizerBase extends OptimizerState {
  /** True once the slots exist. */
  built = false;
  #trainable: readonly Variable[] = [];
  #indices: ReadonlyMap<Variable, number> = new Map();
  #averages: WeightAverages | null = null;
  #accumulators: readonly Variable[] = [];
  #exclusion = new DecayExclusion({});
  readonly #memo = new Map<string, Tensor>();
  readonly #eager = new EagerUpdate((gradients, indices) => this.#step(gradients, indices));

  /** With `useEma`, the moving averages of the trainable variables, in their order. */
  get averages(): readonly Variable[] {
    return this.#averages?.averages ?? [];
  }

  /** What the optimizer was built for. */
  get trainableVariables(): readonly Variable[] {
    return this.#trainable;
  }

  /** Makes the slots for variables. Subclasses call `super.build(variables)` first. */
  build(variables: readonly Variable[]): void {
    this.#trainable = [...variables];
    this.#indices = new Map(variables.map((variable, i) => [variable, i]));
    if (this.useEma) {
      const averages = this.addOptimizerVariables(variables, "average");
      this.#averages = new WeightAverages(averages, this.emaMomentum, this.emaOverwriteFrequency);
    }
    if (this.gradientAccumulationSteps !== null)
      this.#accumulators = this.addOptimizerVariables(variables, "gradient_accumulator");
    this.built = true;
  }

  /** Builds the optimizer unless it is built. */
  ensureBuilt(variables: readonly Variable[]): void {
    const changed = variables.filter((variable) => !variable.overwriteWithGradient);
    if (!this.built) outsideTrace(() => this.build(changed));
  }

  /** Changes one variable against its gradient. */
  abstract updateStep(gradient: Tensor, variable: Variable, learningRate: Tensor): void;

  /**
   * Changes the variables against their gradients: within a step, as part of it; else at once.
   *
   * @param variables - Default: those the optimizer was built for.
   */
  apply(gradients: readonly Gradient[], variables?: readonly Variable[] | null): void {
    if (gradients.length === 0) return;
    const targets = this.#targets(gradients, variables ?? null);
    const present = targets.flatMap((variable, i) => {
      const gradient = gradients[i];
      return gradient === null || gradient === undefined
        ? []
        : [{ variable, gradient: toValue(gradient) as Tensor }]; // SAFETY: gradients are not symbolic
    });
    if (present.length === 0)
      throw new AntlerError(
        `${this.name} (${this.className}): no variable has a gradient. Does the loss depend on the model's weights?`,
      );
    if (present.length < targets.length) {
      const missing = targets
        .filter((variable) => !present.some((entry) => entry.variable === variable))
        .map(({ path }) => path);
      warnOnce(`the loss does not depend on ${missing.join(", ")}: no gradients.`);
    }
    for (const { variable, gradient } of present)
      if (!sameShape(gradient.shape, variable.shape))
        throw new ShapeError(
          `${this.name} (${this.className}): expected a gradient of shape ${formatShape(variable.shape)} for ${variable.path}, received ${formatShape(gradient.shape)}.`,
        );
    for (const { variable, gradient } of present)
      if (variable.overwriteWithGradient) variable.assign(gradient);
    const changed = present.filter(({ variable }) => !variable.overwriteWithGradient);
    const values = changed.map(({ gradient }) => gradient);
    const indices = changed.map(({ variable }) => this.indexOf(variable));
    if (currentBuilder() !== null) this.#step(values, indices);
    else this.#eager.run(values, indices);
  }

  /** As `apply`, for pairs of a gradient and its variable. */
  applyGradients(pairs: Iterable<readonly [gradient: Gradient, variable: Variable]>): void {
    const list = [...pairs];
    this.apply(
      list.map(([gradient]) => gradient),
      list.map(([, variable]) => variable),
    );
  }

  #targets(gradients: readonly Gradient[], variables: readonly Variable[] | null): readonly Variable[] {
    const where = `${this.name} (${this.className})`;
    if (variables === null && !this.built) {
      throw new AntlerError(
        `${where}: apply(gradients) needs a built optimizer. Call build(variables) first, or give the variables too.`,
      );
    }
    if (variables !== null) this.ensureBuilt(variables);
    const targets = variables ?? this.#trainable;
    if (targets.length !== gradients.length) {
      throw new ShapeError(
        `${where}: expected one gradient for each of ${targets.length} variables, received ${gradients.length}.`,
      );
    }
    return targets;
  }

  /** The place of a variable in what the optimizer was built for. */
  indexOf(variable: Variable): number {
    const index = this.#indices.get(variable);
    if (index !== undefined) return index;
    throw new AntlerError(
      `${this.name} (${this.className}): it was not built for ${variable.path}. Make a new optimizer for other variables.`,
    );
  }

  #step(gradients: readonly Tensor[], indices: readonly number[]): void {
    this.#memo.clear();
    this.update(
      gradients,
      indices.flatMap((i) => this.#trainable[i] ?? []),
    );
    this.#memo.clear();
  }

  /** One step, in a trace: unscales gradients, changes variables, keeps them within constraints, counts. */
  protected update(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    const scale = this.lossScaleFactor;
    this.#changeVariables(scale === null ? gradients : gradients.map((g) => divide(g, scale)), variables);
    for (const variable of variables) {
      if (variable.constraint !== null) variable.assign(variable.constraint(variable.value));
    }
    this.steps.assignAdd(1);
  }

  /** Accumulates, clips, decays, updates and averages. */
  #changeVariables(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    const steps = this.gradientAccumulationSteps;
    if (steps === null) this.#clipAndUpdate(gradients, variables);
    else this.#accumulate(gradients, variables, steps);
    this.#averages?.update(this.#trainable, this.iterations);
  }

  #clipAndUpdate(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    const clipped = clipGradients(gradients, this);
    const rate = rateAt(this.learningRateSource, this.steps);
    this.applyWeightDecay(variables, rate);
    this.updateAll(clipped, variables, rate);
    if (this.decaysSlots) flushSubnormals(this.ownVariables);
  }

  /** Whether what is kept for each variable decays where gradients are zero; false where it only grows. */
  protected get decaysSlots(): boolean {
    return true;
  }

  /** Updates all variables. For what is done once a step, override it. */
  protected updateAll(
    gradients: readonly Tensor[],
    variables: readonly Variable[],
    learningRate: Tensor,
  ): void {
    variables.forEach((variable, i) => {
      const gradient = gradients[i];
      if (gradient !== undefined)
        this.updateStep(inDType(gradient, variable.dtype), variable, inDType(learningRate, variable.dtype));
    });
  }

  /** Every `steps`-th time the weights change, by the mean of the gradients; else these are added up. */
  #accumulate(gradients: readonly Tensor[], variables: readonly Variable[], steps: number): void {
    const isUpdate = equal(mod(add(this.steps, 1), steps), 0);
    const sums = gradients.map((g, i) => {
      const accumulator = this.#accumulators[this.indexOf(variables[i] as Variable)]; // SAFETY: one variable for each gradient
      return { accumulator: accumulator as Variable, sum: add(g, accumulator as Variable) }; // SAFETY: built with them
    });
    const fixed = new Set([
      this.steps,
      this.learningRateSource,
      ...(this.#averages?.averages ?? []),
      ...this.#accumulators,
    ]);
    const cells = [...variables, ...this.ownVariables.filter((variable) => !fixed.has(variable))];
    assignIf(isUpdate, cells, () =>
      this.#clipAndUpdate(
        sums.map(({ sum }) => divide(sum, steps)),
        variables,
      ),
    );
    for (const { accumulator, sum } of sums) accumulator.assign(where(isUpdate, zerosLike(sum), sum));
  }

  /** Shrinks variables by `weightDecay · learningRate`. */
  protected applyWeightDecay(variables: readonly Variable[], learningRate: Tensor): void {
    for (const variable of variables) {
      const decay = this.decayOf(variable);
      if (decay === null || !this.usesWeightDecay(variable)) continue;
      const factor = this.once(`decay ${decay} ${variable.dtype}`, () =>
        subtract(1, multiply(inDType(learningRate, variable.dtype), decay)),
      );
      variable.assign(multiply(variable, factor));
    }
  }

  /** The weight decay of a variable; null: none. */
  protected decayOf(_variable: Variable): number | null {
    return this.weightDecay;
  }

  /**
   * Keeps variables from weight decay, by identity or by names (regular expressions).
   *
   * @throws {AntlerError} after the optimizer was built.
   */
  excludeFromWeightDecay(options: ExclusionOptions): void {
    if (this.built)
      throw new AntlerError(
        `${this.name} (${this.className}): excludeFromWeightDecay() comes before the optimizer is built.`,
      );
    this.#exclusion = new DecayExclusion(options);
  }

  /** Whether weight decay applies to a variable. */
  protected usesWeightDecay(variable: Variable): boolean {
    return !this.#exclusion.has(variable);
  }

  /** A scalar that is computed once a step, however many variables need it. */
  protected once(key: string, make: () => Tensor): Tensor {
    return remembered(this.#memo, key, make);
  }

  /** The number of this step, from 1, in a float dtype. */
  protected stepNumber(dtype: DType): Tensor {
    return this.once(`step ${dtype}`, () => inDType(add(this.iterations, 1), dtype));
  }

  /** The loss, scaled up against underflow of its gradients. */
  scaleLoss(loss: Tensor): Tensor {
    return this.lossScaleFactor === null ? loss : multiply(loss, this.lossScaleFactor);
  }

  /** What is due at the end of training: with `useEma` the weights become their averages. */
  finalizeVariableValues(variables: readonly Variable[]): void {
    if (this.#averages === null) return;
    for (const variable of variables) {
      const average = this.#averages.averages[this.indexOf(variable)];
      if (average !== undefined) variable.assign(average);
    }
  }
}

/** An optimizer of whatever class. */
export type Optimizer = OptimizerBase;

/** An optimizer's class: arguments A, instances T. */
export interface OptimizerConstructor<A extends readonly unknown[], T extends OptimizerBase = OptimizerBase> {
  (...args: A): T;
  new (...args: A): T;
  readonly className: string;
  readonly parameters: ParameterTable;
  fromConfig(config: Readonly<Record<string, unknown>>): T;
}

export interface OptimizerBaseConstructor {
  (options: OptimizerOptions): OptimizerBase;
  new (options: OptimizerOptions): OptimizerBase;
  fromConfig(config: Readonly<Record<string, unknown>>): OptimizerBase;
}

/** The class that custom optimizers extend; see `OptimizerBase` for its members. */
export const Optimizer: OptimizerBaseConstructor = callable<typeof OptimizerBase, OptimizerBaseConstructor>(
  OptimizerBase,
);
