import { classNameOf } from "../graph/layer-base.ts";
import { autoName, withNameScope } from "../graph/naming.ts";
import { Variable } from "../graph/variable.ts";
import { get as getInitializer } from "../initializers/index.ts";
import type { InitializerLike } from "../initializers/initializer.ts";
import type { DType } from "../ir/dtypes.ts";
import { floorDivide } from "../ops/arithmetic.ts";
import type { TensorInput } from "../ops/core/convert.ts";
import { outsideTrace } from "../ops/core/scope.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { constructFrom } from "../util/construct.ts";
import { OptionError } from "../util/errors.ts";
import { bindParameters, type ParameterTable, parametersOf, required } from "../util/parameters.ts";
import { type LearningRate, type LearningRateSource, rateAt } from "./learning-rate.ts";
import { baseNames, checkOptions, commonParameters, type OptimizerOptions } from "./options.ts";

/** What an optimizer is made of: its options, its variables, its learning rate. `OptimizerBase` makes the steps. */
export abstract class OptimizerState {
  /** Where Keras has the built-in ones. */
  static readonly module: string = "keras.optimizers";
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
  readonly #iterations: Variable;
  #learningRate: LearningRateSource;
  readonly #variables: Variable[] = [];

  /** The arguments, by the class's table: common ones as below, own ones into fields of their names. */
  constructor(...args: readonly unknown[]) {
    const className = classNameOf(new.target);
    // SAFETY: the constructor's target is a class, whose table is a static member.
    const { baseTable, parameters } = new.target as unknown as typeof OptimizerState;
    const table = baseTable ?? parameters;
    const further = baseNames.filter((name) => !(name in table));
    const given = bindParameters<OptimizerOptions & Record<string, unknown>>(className, table, args, further);
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
    Object.assign(
      this,
      Object.fromEntries(Object.entries(given).filter(([name]) => !baseNames.includes(name))),
    );
    this.#iterations = this.addVariable({ shape: [], dtype: "int32", name: "iteration" });
    this.#learningRate = this.#toSource(options.learningRate ?? 0);
  }

  #toSource(rate: LearningRate): LearningRateSource {
    if (typeof rate === "function") return rate;
    const variable = withNameScope(
      this.name,
      () =>
        new Variable(Tensor.fromData(new Float32Array([rate]), [], "float32"), {
          trainable: false,
          name: "learning_rate",
        }),
    );
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
    return steps === null ? this.#iterations : floorDivide(this.#iterations, steps);
  }

  /** The counter of `apply` calls. */
  get steps(): Variable {
    return this.#iterations;
  }

  /** All that training changes in the optimizer: steps, learning rate, averages, accumulators, slots. */
  get variables(): readonly Variable[] {
    return [...this.#variables];
  }

  /** The optimizer's own variables, without those of optimizers inside it. */
  protected get ownVariables(): readonly Variable[] {
    return this.#variables;
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
      throw new OptionError(
        `${this.name} (${this.className}): its learning rate follows a schedule; it takes another schedule, not a number.`,
      );
    }
  }

  /** What the learning rate comes from: a variable, a schedule or a function. */
  get learningRateSource(): LearningRateSource {
    return this.#learningRate;
  }

  /** Makes a variable of the optimizer's own. */
  addVariable(options: {
    readonly shape: readonly number[];
    readonly initializer?: InitializerLike;
    readonly dtype?: DType;
    readonly name: string;
  }): Variable {
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

  /** Makes a variable of the same shape and dtype as another: `(variable, "momentum")`, `(variable, { name, initializer })`. */
  addVariableFromReference(
    reference: Variable,
    given: string | { readonly name: string; readonly initializer?: InitializerLike },
    byPosition: InitializerLike = "zeros",
  ): Variable {
    const { shape, dtype, path } = reference;
    const { name, initializer = byPosition } = typeof given === "string" ? { name: given } : given;
    return this.addVariable({ shape, dtype, initializer, name: `${path.replaceAll("/", "_")}_${name}` });
  }

  /** One slot for each variable. */
  addOptimizerVariables(
    variables: readonly Variable[],
    name: string,
    initializer: InitializerLike = "zeros",
  ): Variable[] {
    return variables.map((variable) => this.addVariableFromReference(variable, name, initializer));
  }

  /** Two slots for each variable, side by side; `initializer` is that of the first. */
  addSlotPairs(
    variables: readonly Variable[],
    first: string,
    second: string,
    initializer: InitializerLike = "zeros",
  ): (readonly [Variable, Variable])[] {
    return variables.map((variable) => [
      this.addVariableFromReference(variable, first, initializer),
      this.addVariableFromReference(variable, second),
    ]);
  }

  /** The constructor's arguments, from which `fromConfig` makes an equal optimizer. */
  getConfig(): Record<string, unknown> {
    const source = this.#learningRate;
    // SAFETY: the constructor is the class.
    const { parameters } = this.constructor as unknown as typeof OptimizerState;
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
  static fromConfig(config: Readonly<Record<string, unknown>>): OptimizerState {
    return constructFrom(this, config) as OptimizerState; // SAFETY: called on a class of optimizers
  }
}
