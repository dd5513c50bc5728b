import type { Variable } from "../graph/variable.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { callable } from "../util/callable.ts";
import { AntlerError, invariant, OptionError } from "../util/errors.ts";
import { bindParameters, type ParameterTable, required } from "../util/parameters.ts";
import { LossScaleOptimizer } from "./loss-scale-optimizer.ts";
import { OptimizerBase, type OptimizerConstructor } from "./optimizer.ts";
import { OptimizerMap } from "./optimizer-map.ts";
import { commonParameters } from "./options.ts";

/** Gives each variable its optimizer. */
export type OptimizerChoice = OptimizerMap | ((variable: Variable) => OptimizerBase);

interface Bound {
  readonly optimizerMap: unknown;
  readonly lossScaleFactor: number | null;
  readonly name: string | null;
}

class MultiOptimizerClass extends OptimizerBase {
  static readonly className: string = "MultiOptimizer";
  static override readonly parameters: ParameterTable = {
    optimizerMap: required,
    lossScaleFactor: null,
    name: null,
  };
  static override readonly baseTable: ParameterTable = { learningRate: 0, ...commonParameters };
  readonly optimizerMap: OptimizerChoice;
  readonly #inner: OptimizerBase[] = [];
  #optimizerOf: ReadonlyMap<Variable, OptimizerBase> = new Map();

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<Bound>("MultiOptimizer", MultiOptimizerClass.parameters, args, []);
    super({ learningRate: 0, lossScaleFactor: given.lossScaleFactor, name: given.name });
    if (typeof given.optimizerMap !== "function") {
      throw new OptionError(
        `MultiOptimizer: expected \`optimizerMap\` to be an OptimizerMap or a function of variables, received ${JSON.stringify(given.optimizerMap)}.`,
      );
    }
    this.optimizerMap = given.optimizerMap as OptimizerChoice; // SAFETY: what it gives is checked at every use
    if (this.optimizerMap instanceof OptimizerMap)
      for (const optimizer of this.optimizerMap.optimizers) this.#adopt(optimizer);
  }

  #adopt(optimizer: OptimizerBase): void {
    if (!(optimizer instanceof OptimizerBase)) {
      throw new OptionError(
        `${this.name} (MultiOptimizer): expected an optimizer for each variable, received ${JSON.stringify(optimizer)}.`,
      );
    }
    if (optimizer instanceof LossScaleOptimizer || optimizer instanceof MultiOptimizerClass) {
      throw new OptionError(
        `${this.name} (MultiOptimizer): a ${optimizer.className} cannot be one of its optimizers.`,
      );
    }
    if (this.#inner.includes(optimizer)) return;
    optimizer.lossScaleFactor = this.lossScaleFactor;
    this.#inner.push(optimizer);
  }

  /** The optimizers that do the work. */
  get optimizers(): readonly OptimizerBase[] {
    return [...this.#inner];
  }

  override build(variables: readonly Variable[]): void {
    const choices = variables.map((variable): [Variable, OptimizerBase] => [
      variable,
      this.optimizerMap(variable),
    ]);
    for (const [, optimizer] of choices) this.#adopt(optimizer);
    this.#optimizerOf = new Map(choices);
    for (const optimizer of this.#inner) {
      const own = variables.filter((variable) => this.#optimizerOf.get(variable) === optimizer);
      if (own.length > 0) optimizer.ensureBuilt(own);
    }
    super.build(variables);
  }

  override get variables(): readonly Variable[] {
    return [...super.variables, ...this.#inner.flatMap((optimizer) => optimizer.variables)];
  }

  override get learningRate(): never {
    throw new AntlerError(
      `${this.name} (MultiOptimizer): it has no learning rate of its own. Take those of its \`optimizers\`.`,
    );
  }

  override set learningRate(_rate: unknown) {
    throw new AntlerError(
      `${this.name} (MultiOptimizer): it has no learning rate of its own. Set those of its \`optimizers\`.`,
    );
  }

  protected override update(gradients: readonly Tensor[], variables: readonly Variable[]): void {
    for (const optimizer of this.#inner) {
      const own = variables
        .map((variable, i) => ({ variable, gradient: gradients[i] }))
        .filter(({ variable }) => this.#optimizerOf.get(variable) === optimizer);
      optimizer.apply(
        own.map(({ gradient }) => gradient ?? null),
        own.map(({ variable }) => variable),
      );
    }
    this.steps.assignAdd(1);
  }

  override updateStep(): void {
    invariant(false, "the inner optimizers make the steps");
  }

  override finalizeVariableValues(variables: readonly Variable[]): void {
    for (const optimizer of this.#inner) {
      optimizer.finalizeVariableValues(
        variables.filter((variable) => this.#optimizerOf.get(variable) === optimizer),
      );
    }
  }

  override getConfig(): Record<string, unknown> {
    return { optimizerMap: this.optimizerMap, lossScaleFactor: this.lossScaleFactor, name: this.name };
  }
}

export type MultiOptimizer = MultiOptimizerClass;

interface Options {
  readonly lossScaleFactor?: number | null;
  readonly name?: string | null;
}

/**
 * Several optimizers, each for its own variables.
 *
 * @see Keras `optimizers/multi_optimizer.py`
 */
export const MultiOptimizer: OptimizerConstructor<
  | [optimizerMap: OptimizerChoice, options?: Options]
  | [options: Options & { readonly optimizerMap: OptimizerChoice }],
  MultiOptimizer
> = callable(MultiOptimizerClass);
