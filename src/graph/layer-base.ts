import { type DType, isFloat, type TypedArray } from "../ir/dtypes.ts";
import { formatShape } from "../ir/shape.ts";
import type { Shape } from "../ir/shape-types/index.ts";
import { buildNow, guardBuild } from "./build-once.ts";
import { get as getConstraint } from "../constraints/index.ts";
import { get as getInitializer } from "../initializers/index.ts";
import type { NestedArray } from "../ops/core/convert.ts";
import type { Spec } from "../ops/core/abstract.ts";
import { outsideTrace } from "../ops/core/scope.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { get as getRegularizer } from "../regularizers/index.ts";
import type { QuantizationMode } from "../quantizers/modes.ts";
import type { Regularizer } from "../regularizers/regularizer.ts";
import { AntlerError, ShapeError } from "../util/errors.ts";
import { bindArguments } from "../util/options.ts";
import type { Tree } from "../util/tree.ts";
import { invokeLayer, inferLayer, knownShapes, type ShapeTree } from "./layer-call.ts";
import { type CallArguments, defaultCallArguments } from "./call-arguments.ts";
import { type DTypePolicy, toPolicy } from "./dtype-policy.ts";
import { blankWeight } from "./blank-weights.ts";
import type { InputSpec } from "./input-spec.ts";
import type {
  LayerCallOptions,
  LayerOptions,
  LayerStatics,
  WeightOption,
  WeightOptions,
} from "./layer-options.ts";
import { whenMade } from "./made-layers.ts";
import { autoName, withNameScope } from "./naming.ts";
import type { QuantizeArguments, QuantizeLayerOptions } from "./quantize-types.ts";
import { StoredOperation } from "./stored-operation.ts";
import { constructFrom } from "../util/construct.ts";
import { parametersOf } from "../util/parameters.ts";
import { remembered } from "../util/remembered.ts";
import { findParts, isSeedGenerator, isVariable, type Tracked } from "./tracking.ts";
import { Variable } from "./variable.ts";

export type { LayerCallOptions, LayerOptions, LayerStatics, WeightOptions };

/** What `models/quantize-methods.ts` adds. */
export interface LayerBase {
  /**
   * Quantizes the weights of a built layer in its place: `quantize("int8")`, `quantize({ config })`. In a model use
   * `model.quantize`, which makes compiled steps anew as well.
   *
   * @param mode - `"int8"`, `"int4"`, `"float8"` or `"ternary"`.
   * @throws {AntlerError} for layers that cannot be quantized so, are not built, or are quantized already.
   * @see Keras `layers/layer.py`
   */
  quantize(...args: QuantizeArguments<QuantizeLayerOptions>): void;
}

/**
 * Base of all layers: weights, and a function of tensors that uses them. `Layer` is this class, callable.
 *
 * A custom layer extends it, makes its weights in `build(inputShape)` with `addWeight`, and computes in
 * `call(inputs, { training, mask })`. Sub-layers and variables in public fields are tracked.
 *
 * @see Keras `layers/layer.py`
 */
export abstract class LayerBase extends StoredOperation {
  dtypePolicy: DTypePolicy;
  /** Whether float inputs are cast to the layer's compute dtype. */
  readonly autocast: boolean;
  /** Whether masks pass through; a layer that makes or uses masks overrides `computeMask` as well. */
  supportsMasking = false;
  /** What the inputs must look like; checked at every call. */
  inputSpec: InputSpec | readonly (InputSpec | null)[] | null = null;
  activityRegularizer: Regularizer | null;
  /** Shape of one sample where the first layer of a `Sequential` was told it, as `inputShape`. */
  readonly sampleShape: Shape | null;
  /** True once the weights exist. */
  built = false;
  /** What the layer was built for: one shape (or nested shapes) for each tensor argument. */
  buildShapes: readonly ShapeTree[] | null = null;
  #trainable: boolean;
  #variables: Variable[] = [];
  #losses: Tensor[] = [];

  constructor(options: LayerOptions = {}) {
    super(classNameOf(new.target), options.name);
    this.#trainable = options.trainable ?? true;
    this.dtypePolicy = toPolicy(options.dtype);
    this.autocast = options.autocast ?? true;
    this.activityRegularizer = getRegularizer(options.activityRegularizer ?? null);
    this.sampleShape = options.inputShape ?? null;
    if (this.build !== LayerBase.prototype.build) guardBuild(this);
    for (const note of whenMade) note(this);
  }

  /** What the class declares of itself. */
  get statics(): LayerStatics {
    // SAFETY: the constructor is the class, whose statics may hold any of these.
    return this.constructor as unknown as LayerStatics;
  }

  /** Whether a nested array of numbers given to it is a list of tensors rather than one tensor. */
  get takesList(): boolean {
    return this.statics.takesList === true;
  }

  override get className(): string {
    return classNameOf(this.constructor);
  }

  /** `dense_1 (Dense)`, as error messages open. */
  get where(): string {
    return `${this.name} (${this.className})`;
  }

  get callArguments(): CallArguments {
    return this.statics.callArguments ?? defaultCallArguments;
  }

  /** Dtype of the weights. */
  get variableDtype(): DType {
    return this.dtypePolicy.variableDtype;
  }

  /** Dtype in which the layer computes, and to which float inputs are cast. */
  get computeDtype(): DType {
    return this.dtypePolicy.computeDtype;
  }

  /** How the weights are quantized: `"int8"`, `"int4"`, `"float8"`, `"ternary"`; null where they are not. */
  get quantizationMode(): QuantizationMode | null {
    return this.dtypePolicy.quantizationMode;
  }

  /** @deprecated Older versions' `variableDtype`. */
  get dtype(): DType {
    return this.variableDtype;
  }

  /** Makes the weights for inputs of such shapes (one argument for each tensor argument of `call`). */
  build(..._inputShapes: never[]): void {}

  /** The computation. */
  abstract call(...args: never[]): unknown;

  /** Calls the layer; see `LayerCall` for its typed form. */
  override invoke(...given: readonly unknown[]): unknown {
    return invokeLayer(this, given);
  }

  override runNode(args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>): unknown {
    return Object.keys(kwargs).length === 0 ? this.invoke(...args) : this.invoke(...args, kwargs);
  }

  /** Builds the layer if it is not built yet. */
  ensureBuilt(shapes: readonly ShapeTree[]): void {
    if (this.built) return;
    const known = shapes.map((shape) => knownShapes(shape));
    withNameScope(this.name, () => outsideTrace(() => buildNow(this, known)));
    this.built = true;
    this.buildShapes = known;
  }

  /**
   * Makes a weight, of options or of a shape, an initializer and options. Its path is that of the layer and `name`; without
   * one, it is named `variable`, `variable_1`, ….
   *
   * @throws {OptionError} for unknown options.
   * @throws {ShapeError} when a size is unknown.
   */
  addWeight(...args: readonly [(WeightOptions | Shape)?, ...(WeightOptions | WeightOption)[]]): Variable {
    const names = ["shape", "initializer", "dtype", "trainable", "autocast", "regularizer", "constraint"];
    const others = ["overwriteWithGradient", "name"];
    const options: WeightOptions = bindArguments(`${this.where}: addWeight`, names, args, others);
    const dtype = options.dtype ?? this.variableDtype;
    const name = options.name ?? autoName("variable");
    const shape = (options.shape ?? []).map((dim) => {
      if (dim !== null && Number.isInteger(dim) && dim >= 0) return dim;
      throw new ShapeError(
        `${this.where}: expected known sizes for the weight "${name}", received ${formatShape(options.shape ?? [])}. Give Input a full shape on these axes.`,
      );
    });
    const initializer = getInitializer(options.initializer ?? (isFloat(dtype) ? "glorot_uniform" : "zeros"));
    const blank = this.storesItself ? null : blankWeight(`${this.where}: ${name}`, shape, dtype);
    const value = blank ?? outsideTrace(() => initializer(shape, { dtype }));
    const variable = new Variable(value, {
      dtype,
      name,
      trainable: options.trainable ?? true,
      autocast: options.autocast ?? true,
      overwriteWithGradient: options.overwriteWithGradient,
      regularizer: getRegularizer(options.regularizer ?? null),
      constraint: getConstraint(options.constraint ?? null),
    });
    this.#variables.push(variable);
    if (!this.#trainable && variable.trainable) {
      this.#frozen.add(variable);
      variable.trainable = false;
    }
    return variable;
  }

  /** Takes a weight of `addWeight` away, for one in another form. */
  removeWeight(variable: Variable): void {
    this.#variables = this.#variables.filter((one) => one !== variable);
    this.#frozen.delete(variable);
  }

  /** Takes a weight out of training for good: freezing and unfreezing the layer leaves it as it is. */
  protected fixWeight(variable: Variable): void {
    this.#frozen.delete(variable);
    variable.trainable = false;
  }

  /** Adds a scalar (or a tensor, which is averaged later) to the loss that training minimises. */
  addLoss(loss: Tensor | readonly Tensor[]): void {
    this.#losses.push(...(Array.isArray(loss) ? (loss as Tensor[]) : [loss as Tensor])); // SAFETY: split by isArray
  }

  /** Losses that calls have added since `clearLosses`, here and in sub-layers, and penalties on trainable weights. */
  get losses(): Tensor[] {
    const penalties = this.trainableWeights.flatMap((weight) =>
      weight.regularizer === null ? [] : [weight.regularizer(weight.value)],
    );
    return [...this.callLosses, ...penalties];
  }

  /** Losses that calls have added, without the penalties on weights. */
  get callLosses(): Tensor[] {
    return [...this.#losses, ...this.subLayers.flatMap((layer) => layer.callLosses)];
  }

  /** Forgets losses that earlier calls have added. */
  clearLosses(): void {
    this.#losses = [];
    for (const layer of this.subLayers) layer.clearLosses();
  }

  /** The mask of the output, for the inputs' masks. Default: the first input's mask where the layer supports masking. */
  computeMask(_inputs: unknown, previousMask?: unknown): unknown {
    return this.supportsMasking ? (previousMask ?? null) : null;
  }

  /** Shape (or shapes) of the output for that of the input. */
  computeOutputShape(...inputShapes: readonly ShapeTree[]): ShapeTree {
    return inferLayer(this, inputShapes);
  }

  /** What files keep of what the layer was built for, where its input shapes do not say it. */
  getBuildConfig?(): Readonly<Record<string, unknown>>;

  /** Builds the layer by what `getBuildConfig` gave. */
  buildFromConfig?(config: Readonly<Record<string, unknown>>): void;

  /** Shape and dtype of the output, for symbolic inputs; by default the call is traced. Overridden where that cannot tell. */
  computeOutputSpec?(args: readonly unknown[], options: Readonly<Record<string, unknown>>): Tree<Spec>;

  /** Layers directly inside this one, and the fields they are in. */
  get trackedLayers(): Tracked<LayerBase>[] {
    return findParts(this, isLayer);
  }

  /** Layers directly inside this one. */
  get subLayers(): LayerBase[] {
    return this.trackedLayers.map(({ value }) => value);
  }

  /** This layer's own variables: those of `addWeight` and those in its public fields. */
  override get ownVariables(): Variable[] {
    const inFields = findParts(this, isVariable).map(({ value }) => value);
    const own = [...new Set([...this.#variables, ...inFields])];
    return [...own.filter((v) => v.madeTrainable), ...own.filter((v) => !v.madeTrainable)];
  }

  /** Variables that are not trainable only because the layer was frozen. */
  readonly #frozen: Set<Variable> = new Set();

  /** All weights, sub-layers' included, each once: own trainable ones, own others, then layer by layer. */
  get weights(): Variable[] {
    return [...new Set([...this.ownVariables, ...this.subLayers.flatMap((layer) => layer.weights)])];
  }

  get trainableWeights(): Variable[] {
    return this.trainable ? this.weights.filter((weight) => weight.trainable) : [];
  }

  get nonTrainableWeights(): Variable[] {
    return this.trainable ? this.weights.filter((weight) => !weight.trainable) : this.weights;
  }

  get trainableVariables(): Variable[] {
    return this.trainableWeights;
  }

  get nonTrainableVariables(): Variable[] {
    const trainable = new Set(this.trainableWeights);
    return this.variables.filter((variable) => !trainable.has(variable));
  }

  /** Weights and everything else that changes: seeds of random layers. */
  get variables(): Variable[] {
    const seeds = findParts(this, isSeedGenerator).map(({ value }) => value.state);
    return [
      ...new Set([...this.ownVariables, ...seeds, ...this.subLayers.flatMap((layer) => layer.variables)]),
    ];
  }

  /** What changes beside the weights: seeds of random layers, states of stateful ones. */
  get stateVariables(): Variable[] {
    const seeds = findParts(this, isSeedGenerator).map(({ value }) => value.state);
    return [...new Set([...seeds, ...this.subLayers.flatMap((layer) => layer.stateVariables)])];
  }

  get trainable(): boolean {
    return this.#trainable;
  }

  /** Freezes or unfreezes the layer and everything inside it. */
  set trainable(value: boolean) {
    this.#trainable = value;
    const own = new Set([...this.#variables, ...findParts(this, isVariable).map((part) => part.value)]);
    for (const variable of own) {
      if (!value && variable.trainable) this.#frozen.add(variable);
      if (value ? this.#frozen.delete(variable) : variable.trainable) variable.trainable = value;
    }
    for (const layer of this.subLayers) layer.trainable = value;
  }

  /** Number of elements of all weights. */
  countParams(): number {
    if (!this.built)
      throw new AntlerError(`${this.where}: it has no weights to count yet. Call it, or its model, once.`);
    return this.weights.reduce((sum, weight) => sum + weight.size, 0);
  }

  /** The weights' values, in the order of `weights`. */
  getWeights(): Tensor[] {
    return this.weights.map((weight) => weight.value);
  }

  /**
   * Sets the weights' values, in the order of `weights`.
   *
   * @throws {ShapeError} when their number or a shape differs; nothing is changed then.
   */
  setWeights(values: readonly (Tensor | TypedArray | NestedArray)[]): void {
    const { weights } = this;
    if (values.length !== weights.length) {
      throw new ShapeError(`${this.where}: expected ${weights.length} weights, received ${values.length}.`);
    }
    values.forEach((value, i) => {
      const weight = weights[i];
      if (
        value instanceof Tensor &&
        weight !== undefined &&
        formatShape(value.shape) !== formatShape(weight.shape)
      ) {
        throw new ShapeError(
          `${this.where}: expected ${formatShape(weight.shape)} for ${weight.path}, received ${formatShape(value.shape)}.`,
        );
      }
    });
    values.forEach((value, i) => weights[i]?.assign(value));
  }

  /** The constructor's arguments, from which `fromConfig` makes an equal layer. */
  getConfig(): Record<string, unknown> {
    const base = { name: this.name, trainable: this.trainable, dtype: this.dtypePolicy };
    const { activityRegularizer } = this;
    const penalty = activityRegularizer === null ? {} : { activityRegularizer };
    return { ...base, ...penalty, ...parametersOf(this, this.statics.parameters ?? {}) };
  }

  /** A new layer with the given configuration, which the constructor takes as one object, or by its parameters' names. */
  static fromConfig(config: Readonly<Record<string, unknown>>): LayerBase {
    return constructFrom(this, config) as LayerBase; // SAFETY: called on a class of layers
  }

  toJSON(): unknown {
    return { className: this.className, config: this.getConfig() };
  }

  override toString(): string {
    return `<${this.className} name=${this.name}, built=${this.built}>`;
  }
}

export function isLayer(value: unknown): value is LayerBase {
  return value instanceof LayerBase;
}

const classNames = new WeakMap<object, string>();

/** The name of a layer class in files: what it declares itself, else its own name. */
export function classNameOf(cls: object): string {
  return remembered(classNames, cls, () => {
    // SAFETY: classes are functions with a name; `className` is a static string where present.
    const { className, name } = cls as { className?: string; name: string };
    return Object.hasOwn(cls, "className") && className !== undefined ? className : name;
  });
}
