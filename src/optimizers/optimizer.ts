import { classNameOf } from "../graph/layer-base.ts";
import { autoName, withNameScope } from "../graph/naming.ts";
import { Variable } from "../graph/variable.ts";
import { get as getInitializer } from "../initializers/index.ts";
import type { Initializer } from "../initializers/initializer.ts";
import type { DType } from "../ir/dtypes.ts";
import { currentBuilder } from "../ir/program.ts";
import { add, divide, floorDivide, mod, multiply, subtract } from "../ops/arithmetic.ts";
import { equal } from "../ops/comparison.ts";
import { type TensorInput, toValue } from "../ops/core/convert.ts";
import { outsideTrace } from "../ops/core/scope.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { inDType } from "../ops/in-dtype.ts";
import { where } from "../ops/indexing.ts";
import { zerosLike } from "../ops/creation.ts";
import { callable } from "../util/callable.ts";
import { AntlerError, OptionError, ShapeError, warnOnce } from "../util/errors.ts";
import { bindParameters, type ParameterTable, parametersOf, required } from "../util/parameters.ts";
import { clipGradients } from "./clipping.ts";
import { assignIf } from "./assign-if.ts";
import { DecayExclusion, type ExclusionOptions } from "./decay-exclusion.ts";
import { EagerUpdate } from "./eager-update.ts";
import { type LearningRate, type LearningRateSource, rateAt } from "./learning-rate.ts";
import { baseNames, checkOptions, commonParameters, type OptimizerOptions } from "./options.ts";
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
export abstract class OptimizerBase {
  static readonly parameters: ParameterTable = { learningRate: required, ...commonParameters };
  /** What the base class's constructor takes, where a class does not hand its own arguments on. */
  static readonly baseTable: ParameterTable | null = null;

  readonly name: string;
  readonly weightDecay: number | null;
  readonly clipnorm: number | null;
  readonly clipvalue: number | null;
  readonly globalClipnorm: number | null;
  readonly useEma: boolean;
  readonly emaMomentum: number;
  readonly emaOverwriteFrequency: number | null;
  lossScaleFactor: number | null;
  readonly gradientAccumulationSteps: number | null;
  /** True once the slots exist. */
  built = false;
  readonly #iterations: Variable;
  #learningRate: LearningRateSource;
  readonly #variables: Variable[] = [];
  #trainable: readonly Variable[] = [];
  #indices: ReadonlyMap<Variable, number> = new Map();
  #averages: WeightAverages | null = null;
  #accumulators: readonly Variable[] = [];
  #exclusion = new DecayExclusion({});
  readonly #memo = new Map<string, Tensor>();
  readonly #eager = new EagerUpdate((gradients, indices) => this.#step(gradients, indices));

  /** The arguments, by the class's table: common ones as below, own ones into fields of their names. */
  constructor(...args: readonly unknown[]) {
    const className = classNameOf(new.target);
    // SAFETY: the constructor's target is a class, whose table is a static member.
    const { baseTable, parameters } = new.target as unknown as typeof OptimizerBase;
    const given = bindParameters<OptimizerOptions & Record<string, unknown>>(className, baseTable ?? parameters, args, baseNames);
    const options = { ...commonParameters, ...given } as Required<OptimizerOptions>; // SAFETY: names and types of the table
    checkOptions(className, options);
    this.name = options.name ?? autoName(className);
    this.weightDecay = options.weightDecay ?? null;
    this.clipnorm = options.clipnorm ?? null;
    this.clipvalue = options.clipvalue ?? null;
    this.globalClipnorm = options.globalClipnorm ?? null;
    this.useEma = options.useEma ?? false;
    this.emaMomentum = options.emaMomentum ?? 0.99;
    this.emaOverwriteFrequency = options.emaOverwriteFrequency ?? null;
    this.lossScaleFactor = options.lossScaleFactor ?? null;
    this.gradientAccumulationSteps = options.gradientAccumulationSteps ?? null;
    Object.assign(this, Object.fromEntries(Object.entries(given).filter(([name]) => !baseNames.includes(name))));
    this.#iterations = this.addVariable({ shape: [], dtype: "int32", name: "iteration" });
    this.#learningRate = this.#toSource(options.learningRate ?? 0);
  }

  #toSource(rate: LearningRate): LearningRateSource {
    if (typeof rate === "function") return rate;
    const variable = withNameScope(this.name, () => new Variable(Tensor.fromData(new Float32Array([rate]), [], "float32"), { trainable: false, name: "learning_rate" }));
    this.#variables.push(variable);
    return variable;
  }

  /** The class's name in Keras, as it stands in files. */
  get className(): string {
    return classNameOf(this.constructor);
  }

  /** How often `apply` was called (with gradient accumulation: how often it changed the weights). */
  get iterations(): Variable | Tensor {
    const steps = this.gradientAccumulationSteps;
    return steps === null ? this.#iterations : (floorDivide(this.#iterations, steps));
  }

  /** The counter of `apply` calls. */
  get steps(): Variable {
    return this.#iterations;
  }

  /** All that training changes in the optimizer: steps, learning rate, averages, accumulators, slots. */
  get variables(): readonly Variable[] {
    return [...this.#variables];
  }

  /** With `useEma`, the moving averages of the trainable variables, in their order. */
  get averages(): readonly Variable[] {
    return this.#averages?.averages ?? [];
  }

  /** What the optimizer was built for. */
  get trainableVariables(): readonly Variable[] {
    return this.#trainable;
  }

  /** The learning rate: a variable, or the present value of a schedule. Set it to a number or another schedule. */
  get learningRate(): Variable | Tensor {
    const source = this.#learningRate;
    return source instanceof Variable ? source : rateAt(source, this.#iterations);
  }

  set learningRate(rate: LearningRate | TensorInput) {
    const source = this.#learningRate;
    if (typeof rate === "function" && !(rate instanceof Variable)) {
      // SAFETY: a function is a schedule or gives rates; variables and tensors are objects.
      this.#learningRate = rate as LearningRateSource;
      if (source instanceof Variable) this.#variables.splice(this.#variables.indexOf(source), 1);
    } else if (source instanceof Variable) source.assign(rate as TensorInput); // SAFETY: the function was handled above
    else {
      throw new OptionError(`${this.name} (${this.className}): its learning rate follows a schedule; it takes another schedule, not a number.`);
    }
  }

  /** What the learning rate comes from: a variable, a schedule or a function. */
  get learningRateSource(): LearningRateSource {
    return this.#learningRate;
  }

  /** Makes the slots for variables. Subclasses call `super.build(variables)` first. */
  build(variables: readonly Variable[]): void {
    this.#trainable = [...variables];
    this.#indices = new Map(variables.map((variable, i) => [variable, i]));
    if (this.useEma) {
      const averages = this.addOptimizerVariables(variables, "average");
      this.#averages = new WeightAverages(averages, this.emaMomentum, this.emaOverwriteFrequency);
    }
    if (this.gradientAccumulationSteps !== null) this.#accumulators = this.addOptimizerVariables(variables, "gradient_accumulator");
    this.built = true;
  }

  /** Builds the optimizer unless it is built. */
  ensureBuilt(variables: readonly Variable[]): void {
    if (!this.built) outsideTrace(() => this.build(variables));
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
      return gradient === null || gradient === undefined ? [] : [{ variable, gradient: toValue(gradient) as Tensor }]; // SAFETY: gradients are not symbolic
    });
    if (present.length === 0) throw new AntlerError(`${this.name} (${this.className}): no variable has a gradient. Does the loss depend on the model's weights?`);
    if (present.length < targets.length) {
      const missing = targets.filter((variable) => !present.some((entry) => entry.variable === variable)).map(({ path }) => path);
      warnOnce(`the loss does not depend on ${missing.join(", ")}: no gradients.`);
    }
    const values = present.map(({ gradient }) => gradient);
    const indices = present.map(({ variable }) => this.indexOf(variable));
    if (currentBuilder() !== null) this.#step(values, indices);
    else this.#eager.run(values, indices);
  }

  #targets(gradients: readonly Gradient[], variables: readonly Variable[] | null): readonly Variable[] {
    const where = `${this.name} (${this.className})`;
    if (variables === null && !this.built) {
      throw new AntlerError(`${where}: apply(gradients) needs a built optimizer. Call build(variables) first, or give the variables too.`);
    }
    if (variables !== null) this.ensureBuilt(variables);
    const targets = variables ?? this.#trainable;
    if (targets.length !== gradients.length) {
      throw new ShapeError(`${where}: expected one gradient for each of ${targets.length} variables, received ${gradients.length}.`);
    }
    return targets;
  }

  /** The place of a variable in what the optimizer was built for. */
  indexOf(variable: Variable): number {
    const index = this.#indices.get(variable);
    if (index !== undefined) return index;
    throw new AntlerError(`${this.name} (${this.className}): it was not built for ${variable.path}. Make a new optimizer for other variables.`);
  }

  #step(gradients: readonly Tensor[], indices: readonly number[]): void {
    this.#memo.clear();
    this.update(gradients, indices.flatMap((i) => this.#trainable[i] ?? []));
    this.#memo.clear();
  }

  /** One step, in a trace: unscales gradients, changes variables, keeps them within constraints, counts. */
  protected update(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    const scale = this.lossScaleFactor;
    this.#applyGradients(scale === null ? gradients : gradients.map((g) => divide(g, scale)), variables);
    for (const variable of variables) {
      if (variable.constraint !== null) variable.assign(variable.constraint(variable.value));
    }
    this.#iterations.assignAdd(1);
  }

  /** Accumulates, clips, decays, updates and averages. */
  #applyGradients(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    const steps = this.gradientAccumulationSteps;
    if (steps === null) this.#clipAndUpdate(gradients, variables);
    else this.#accumulate(gradients, variables, steps);
    this.#averages?.update(this.#trainable, this.iterations);
  }

  #clipAndUpdate(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    const clipped = clipGradients(gradients, this);
    const rate = rateAt(this.#learningRate, this.#iterations);
    this.applyWeightDecay(variables, rate);
    this.updateAll(clipped, variables, rate);
  }

  /** Updates all variables. For what is done once a step, override it. */
  protected updateAll(gradients: readonly Tensor[], variables: readonly Variable[], learningRate: Tensor): void {
    variables.forEach((variable, i) => {
      const gradient = gradients[i];
      if (gradient !== undefined) this.updateStep(inDType(gradient, variable.dtype), variable, inDType(learningRate, variable.dtype));
    });
  }

  /** Every `steps`-th time the weights change, by the mean of the gradients; else these are added up. */
  #accumulate(gradients: readonly Tensor[], variables: readonly Variable[], steps: number): void {
    const isUpdate = equal(mod(add(this.#iterations, 1), steps), 0);
    const sums = gradients.map((g, i) => {
      const accumulator = this.#accumulators[this.indexOf(variables[i] as Variable)]; // SAFETY: one variable for each gradient
      return { accumulator: accumulator as Variable, sum: add(g, accumulator as Variable) }; // SAFETY: built with them
    });
    const fixed = new Set([this.#iterations, this.#learningRate, ...(this.#averages?.averages ?? []), ...this.#accumulators]);
    const cells = [...variables, ...this.#variables.filter((variable) => !fixed.has(variable))];
    assignIf(isUpdate, cells, () => this.#clipAndUpdate(sums.map(({ sum }) => divide(sum, steps)), variables));
    for (const { accumulator, sum } of sums) accumulator.assign(where(isUpdate, zerosLike(sum), sum));
  }

  /** Shrinks variables by `weightDecay · learningRate`. */
  protected applyWeightDecay(variables: readonly Variable[], learningRate: Tensor): void {
    for (const variable of variables) {
      const decay = this.decayOf(variable);
      if (decay === null || !this.usesWeightDecay(variable)) continue;
      const factor = this.once(`decay ${decay} ${variable.dtype}`, () =>
        subtract(1, multiply(inDType(learningRate, variable.dtype), decay)));
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
    if (this.built) throw new AntlerError(`${this.name} (${this.className}): excludeFromWeightDecay() comes before the optimizer is built.`);
    this.#exclusion = new DecayExclusion(options);
  }

  /** Whether weight decay applies to a variable. */
  protected usesWeightDecay(variable: Variable): boolean {
    return !this.#exclusion.has(variable);
  }

  /** A scalar that is computed once a step, however many variables need it. */
  protected once(key: string, make: () => Tensor): Tensor {
    const known = this.#memo.get(key);
    if (known !== undefined) return known;
    const value = make();
    this.#memo.set(key, value);
    return value;
  }

  /** The number of this step, from 1, in a float dtype. */
  protected stepNumber(dtype: DType): Tensor {
    return this.once(`step ${dtype}`, () => inDType(add(this.iterations, 1), dtype));
  }

  /** Makes a variable of the optimizer's own. */
  addVariable(options: { readonly shape: readonly number[]; readonly initializer?: Initializer | string; readonly dtype?: DType; readonly name: string }): Variable {
    const { shape, initializer = "zeros", dtype = "float32", name } = options;
    const value = outsideTrace(() => getInitializer(initializer)(shape, { dtype }));
    const variable = withNameScope(this.name, () => new Variable(value, { dtype, trainable: false, name }));
    return this.trackVariable(variable);
  }

  /** Makes a variable part of the optimizer's state. */
  trackVariable(variable: Variable): Variable {
    this.#variables.push(variable);
    return variable;
  }

  /** Makes a variable of the same shape and dtype as another. */
  addVariableFromReference(reference: Variable, name: string, initializer: Initializer | string = "zeros"): Variable {
    const { shape, dtype, path } = reference;
    return this.addVariable({ shape, dtype, initializer, name: `${path.replaceAll("/", "_")}_${name}` });
  }

  /** One slot for each variable. */
  addOptimizerVariables(variables: readonly Variable[], name: string, initializer: Initializer | string = "zeros"): Variable[] {
    return variables.map((variable) => this.addVariableFromReference(variable, name, initializer));
  }

  /** Two slots for each variable, side by side; `initializer` is that of the first. */
  addSlotPairs(variables: readonly Variable[], first: string, second: string, initializer: Initializer | string = "zeros"): (readonly [Variable, Variable])[] {
    return variables.map((variable) => [
      this.addVariableFromReference(variable, first, initializer),
      this.addVariableFromReference(variable, second),
    ]);
  }

  /** The loss, scaled up against underflow of its gradients. */
  scaleLoss(loss: Tensor): Tensor {
    return this.lossScaleFactor === null ? loss : (multiply(loss, this.lossScaleFactor));
  }

  /** What is due at the end of training: with `useEma` the weights become their averages. */
  finalizeVariableValues(variables: readonly Variable[]): void {
    if (this.#averages === null) return;
    for (const variable of variables) {
      const average = this.#averages.averages[this.indexOf(variable)];
      if (average !== undefined) variable.assign(average);
    }
  }

  /** The constructor's arguments, from which `fromConfig` makes an equal optimizer. */
  getConfig(): Record<string, unknown> {
    const source = this.#learningRate;
    // SAFETY: the constructor is the class.
    const { parameters } = this.constructor as unknown as typeof OptimizerBase;
    const own = Object.fromEntries(Object.entries(parameters).filter(([name]) => !baseNames.includes(name)));
    return {
      name: this.name,
      learningRate: source instanceof Variable ? source.value.item() : source,
      weightDecay: this.weightDecay,
      clipnorm: this.clipnorm,
      globalClipnorm: this.globalClipnorm,
      clipvalue: this.clipvalue,
      useEma: this.useEma,
      emaMomentum: this.emaMomentum,
      emaOverwriteFrequency: this.emaOverwriteFrequency,
      lossScaleFactor: this.lossScaleFactor,
      gradientAccumulationSteps: this.gradientAccumulationSteps,
      ...parametersOf(this, own),
    };
  }

  /** A new optimizer with the given configuration. */
  static fromConfig(config: Readonly<Record<string, unknown>>): OptimizerBase {
    // SAFETY: called on a concrete class, whose constructor takes its configuration as one object.
    return Reflect.construct(this as unknown as new (config: unknown) => OptimizerBase, [config]);
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
  new (options: OptimizerOptions): OptimizerBase;
  fromConfig(config: Readonly<Record<string, unknown>>): OptimizerBase;
}

/** The class that custom optimizers extend; see `OptimizerBase` for its members. */
export const Optimizer: OptimizerBaseConstructor = callable<typeof OptimizerBase, OptimizerBaseConstructor>(OptimizerBase);
