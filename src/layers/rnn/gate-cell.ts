import type { Activation, ActivationLike } from "../../activations/activation.ts";
import { get as getActivation } from "../../activations/index.ts";
import type { Constraint, ConstraintLike } from "../../constraints/constraint.ts";
import { get as getConstraint } from "../../constraints/index.ts";
import type { CallArguments } from "../../graph/call-arguments.ts";
import { LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import { SeedGenerator } from "../../graph/seed-generator.ts";
import type { Variable } from "../../graph/variable.ts";
import { get as getInitializer, Ones } from "../../initializers/index.ts";
import type { Initializer, InitializerLike } from "../../initializers/initializer.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { Dims } from "../../ir/shape.ts";
import { add, multiply } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { zeros } from "../../ops/creation.ts";
import { concatenate, split } from "../../ops/joining.ts";
import { matmul } from "../../ops/products.ts";
import { get as getRegularizer } from "../../regularizers/index.ts";
import type { Regularizer, RegularizerLike } from "../../regularizers/regularizer.ts";
import { bindParameters, type Given, layerOptionNames, type ParameterTable } from "../../util/parameters.ts";
import { OptionError } from "../../util/errors.ts";
import { listOf, type RecurrentCell, type SequenceResult, type SequenceRun, type States } from "./cell.ts";
import { dropoutMasks } from "./dropout-masks.ts";
import { likeGiven, runCalls, runSplit, type SplitSteps } from "./loop.ts";

/** Options of weights and dropout that all built-in recurrent layers and cells share. */
export interface RecurrentWeightOptions {
  /** Applied to the candidate state. Default `"tanh"`. */
  readonly activation?: ActivationLike | null | undefined;
  /** Default true. */
  readonly useBias?: boolean | undefined;
  /** Of the weights that the inputs are multiplied by. Default `"glorot_uniform"`. */
  readonly kernelInitializer?: InitializerLike | undefined;
  /** Of the weights that the state is multiplied by. Default `"orthogonal"`. */
  readonly recurrentInitializer?: InitializerLike | undefined;
  /** Default `"zeros"`. */
  readonly biasInitializer?: InitializerLike | undefined;
  readonly kernelRegularizer?: RegularizerLike | null | undefined;
  readonly recurrentRegularizer?: RegularizerLike | null | undefined;
  readonly biasRegularizer?: RegularizerLike | null | undefined;
  readonly kernelConstraint?: ConstraintLike | null | undefined;
  readonly recurrentConstraint?: ConstraintLike | null | undefined;
  readonly biasConstraint?: ConstraintLike | null | undefined;
  /** Share of the inputs that is dropped in training, the same at all steps. Default 0. */
  readonly dropout?: number | undefined;
  /** Share of the state that is dropped in training, the same at all steps. Default 0. */
  readonly recurrentDropout?: number | undefined;
  /** Default null: random, or given by `setRandomSeed`. */
  readonly seed?: number | null | undefined;
}

/** Options of cells with gates. */
export interface GateOptions {
  /** Applied to the gates. Default `"sigmoid"`. */
  readonly recurrentActivation?: ActivationLike | null | undefined;
  /** 1: one dropout mask for each gate; 2: one for all. Default 2; 1 where there is recurrent dropout. */
  readonly implementation?: 1 | 2 | undefined;
}

export interface BoundWeights extends Given<RecurrentWeightOptions>, GateOptions, LayerOptions {}

/** Parameters between `units` and those of single cells, in Keras's order. */
export const kernelParameters: ParameterTable = {
  useBias: true,
  kernelInitializer: "glorot_uniform",
  recurrentInitializer: "orthogonal",
  biasInitializer: "zeros",
};
export const regularizerParameters: ParameterTable = {
  kernelRegularizer: null,
  recurrentRegularizer: null,
  biasRegularizer: null,
};
export const constraintParameters: ParameterTable = {
  kernelConstraint: null,
  recurrentConstraint: null,
  biasConstraint: null,
};
export const dropoutParameters: ParameterTable = { dropout: 0, recurrentDropout: 0 };

/** Dropout masks of one call. */
interface Masks {
  readonly inputs: readonly Tensor[];
  readonly state: readonly Tensor[];
}

/** What all cells with a kernel and a recurrent kernel share; the output is the first state. */
export abstract class KernelCell extends LayerBase implements RecurrentCell {
  static readonly callArguments: CallArguments = { tensors: ["inputs", "states"], options: ["training"] };

  readonly activation: Activation;
  readonly recurrentActivation: Activation;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
  readonly recurrentInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | null;
  readonly recurrentRegularizer: Regularizer | null;
  readonly biasRegularizer: Regularizer | null;
  readonly kernelConstraint: Constraint | null;
  readonly recurrentConstraint: Constraint | null;
  readonly biasConstraint: Constraint | null;
  readonly dropout: number;
  readonly recurrentDropout: number;
  readonly implementation: 1 | 2;
  readonly seed: number | null;
  readonly seedGenerator: SeedGenerator;
  declare kernel: Variable;
  declare recurrentKernel: Variable;
  declare bias: Variable | null;

  constructor(given: BoundWeights) {
    super(given);
    this.activation = getActivation(given.activation);
    this.recurrentActivation = getActivation(given.recurrentActivation ?? "sigmoid");
    this.useBias = given.useBias;
    this.kernelInitializer = getInitializer(given.kernelInitializer);
    this.recurrentInitializer = getInitializer(given.recurrentInitializer);
    this.biasInitializer = getInitializer(given.biasInitializer);
    this.kernelRegularizer = getRegularizer(given.kernelRegularizer);
    this.recurrentRegularizer = getRegularizer(given.recurrentRegularizer);
    this.biasRegularizer = getRegularizer(given.biasRegularizer);
    this.kernelConstraint = getConstraint(given.kernelConstraint);
    this.recurrentConstraint = getConstraint(given.recurrentConstraint);
    this.biasConstraint = getConstraint(given.biasConstraint);
    this.dropout = share(this.where, "dropout", given.dropout);
    this.recurrentDropout = share(this.where, "recurrentDropout", given.recurrentDropout);
    this.implementation = this.recurrentDropout > 0 ? 1 : implementationOf(this.where, given.implementation);
    this.seed = given.seed;
    this.seedGenerator = new SeedGenerator(given.seed);
  }

  abstract readonly stateSize: number | readonly number[];
  abstract readonly outputSize: number;

  /** The computation for inputs of one step, states and the training flag; draws the dropout masks. */
  protected abstract start(inputs: Dims, states: readonly Tensor[], training: boolean): SplitSteps;

  /** Makes the three weights; `biasShape` for the one that is added. */
  protected addKernels(
    kernel: Dims,
    recurrentKernel: Dims,
    biasShape: Dims,
    biasInitializer: Initializer,
  ): void {
    this.kernel = this.addWeight({
      name: "kernel",
      shape: kernel,
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    this.recurrentKernel = this.addWeight({
      name: "recurrent_kernel",
      shape: recurrentKernel,
      initializer: this.recurrentInitializer,
      regularizer: this.recurrentRegularizer,
      constraint: this.recurrentConstraint,
    });
    this.bias = this.useBias
      ? this.addWeight({
          name: "bias",
          shape: biasShape,
          initializer: biasInitializer,
          regularizer: this.biasRegularizer,
          constraint: this.biasConstraint,
        })
      : null;
  }

  /** Masks for inputs and for the state: none where nothing is dropped, else so many. */
  protected masks(count: number, inputs: Dims, state: Dims, training: boolean): Masks {
    const draw = (shape: Dims, rate: number): readonly Tensor[] =>
      training && rate > 0 ? dropoutMasks(count, shape, rate, this.seedGenerator, this.computeDtype) : [];
    return { inputs: draw(inputs, this.dropout), state: draw(state, this.recurrentDropout) };
  }

  /** Masks of a cell with gates: one for each gate, or one for all. As in Keras, a rate of 1 drops nothing. */
  protected gateMasks(gates: number, inputs: Dims, state: Dims, training: boolean): Masks {
    const masks = this.masks(this.implementation === 1 ? gates : 1, inputs, state, training);
    return {
      inputs: this.dropout < 1 ? masks.inputs : [],
      state: this.recurrentDropout < 1 ? masks.state : [],
    };
  }

  /** One step: `(inputs, states) → [output, next states]`. */
  override call(
    inputs: Tensor,
    states: States,
    { training }: { readonly training?: boolean | null } = {},
  ): unknown {
    const list = listOf(states) as readonly Tensor[]; // SAFETY: these cells have flat states
    const { project, step } = this.start(inputs.dims, list, training === true);
    const next = step(project(inputs), list);
    return [next[0], likeGiven(next, states)];
  }

  runSequence(run: SequenceRun): SequenceResult {
    // A subclass with a computation of its own is called at each step.
    if (this.call !== KernelCell.prototype.call) return runCalls(this, run);
    const [, ...dims] = run.inputs.dims;
    const states = listOf(run.states) as readonly Tensor[]; // SAFETY: these cells have flat states
    return runSplit(this.start(dims, states, run.training), run);
  }

  /** Zeros for every state. */
  getInitialState(batchSize: number): Tensor[] {
    const sizes = typeof this.stateSize === "number" ? [this.stateSize] : this.stateSize;
    return sizes.map((size) => zeros([batchSize, size], { dtype: this.computeDtype }) as Tensor); // SAFETY: a tensor of numbers
  }
}

/** A product with a kernel whose columns are those of several gates: one product, or one for each mask. */
export function gateProduct(kernel: Tensor | Variable, masks: readonly Tensor[]): (x: Tensor) => Tensor {
  const [mask] = masks;
  if (mask === undefined) return (x) => matmul(x, kernel) as Tensor; // SAFETY: tensors in, tensor out
  if (masks.length === 1) return (x) => matmul(multiply(x, mask), kernel) as Tensor; // SAFETY: as above
  const kernels = split(kernel, masks.length, { axis: -1 }) as readonly Tensor[]; // SAFETY: as above
  return (x) =>
    concatenate(
      kernels.map((part, i) => matmul(multiply(x, masks[i] ?? mask), part)),
      -1,
    ) as Tensor; // SAFETY: as above
}

/** Adds a bias where there is one. */
export function plus(x: Tensor, bias: Tensor | Variable | null): Tensor {
  return bias === null ? x : (add(x, bias) as Tensor); // SAFETY: tensors in, tensor out
}

/** The bias of a cell with a forget gate, second of four: ones for that gate, so that a new cell remembers. */
export function withOpenForgetGate(initializer: Initializer, size: number): Initializer {
  const fill = (_shape: Dims, { dtype }: { readonly dtype?: DType | undefined } = {}): Tensor =>
    concatenate([
      initializer([size], { dtype }),
      Ones()([size], { dtype }),
      initializer([2 * size], { dtype }),
    ]) as Tensor; // SAFETY: tensors in, tensor out
  // SAFETY: `addWeight` only calls it.
  return fill as Initializer;
}

function share(where: string, name: string, value: unknown): number {
  if (typeof value === "number" && !Number.isNaN(value)) return Math.min(1, Math.max(0, value));
  throw new OptionError(
    `${where}: expected \`${name}\` to be a number between 0 and 1, received ${JSON.stringify(value)}.`,
  );
}

function implementationOf(where: string, value: unknown): 1 | 2 {
  if (value === undefined || value === null || value === 2) return 2;
  if (value === 1) return 1;
  throw new OptionError(
    `${where}: expected \`implementation\` to be 1 or 2, received ${JSON.stringify(value)}.`,
  );
}

/** Binds the arguments of a cell's constructor. */
export function bindCell<T>(className: string, table: ParameterTable, args: readonly unknown[]): T {
  return bindParameters<T>(className, table, args, [...layerOptionNames, "implementation"]);
}
