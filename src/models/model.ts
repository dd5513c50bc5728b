import { unguardBuild } from "../graph/build-once.ts";
import { classNameOf, type LayerCallOptions, type LayerOptions } from "../graph/layer-base.ts";
import type { StateTree } from "../callbacks/training-run.ts";
import type { SymbolicFamily } from "../graph/keras-tensor.ts";
import type { LayerCall } from "../graph/layer.ts";
import { inferLayer, type ShapeTree } from "../graph/layer-call.ts";
import { autoName } from "../graph/naming.ts";
import type { QuantizeArguments, QuantizeOptions } from "../graph/quantize-types.ts";
import type {
  FunctionalRule,
  Predicted,
  SeveralInputsSignature,
  ShapeRule,
  ShapesOf,
  TensorTree,
  WideCallSignature,
  WideRule,
} from "../ir/shape-types/index.ts";
import type { ConcreteFamily } from "../ops/core/tensor.ts";
import type { PredictOptions } from "../training/options.ts";
import type { QuantizationReport } from "../quantizers/report.ts";
import { callable } from "../util/callable.ts";
import { constructFrom } from "../util/construct.ts";
import { printSummary, type SummaryOptions } from "../viz/summary.ts";
import { pythonJson } from "../saving/python-json.ts";
import type {
  FileSource,
  LoadWeightsOptions,
  SaveModelOptions,
  SaveWeightsOptions,
} from "../saving/index.ts";
import type { ExportOptions } from "../saving/onnx/index.ts";
import { serializeLayer } from "../saving/serialize.ts";
import { cloneGraph, copyLayer } from "./clone-graph.ts";
import { FunctionalGraph } from "./functional-graph.ts";
import { modelOptions } from "./model-base.ts";
import { TrainedModel } from "./trained-model.ts";

/** How a model whose rule is not known is called: on symbolic or real tensors, arrays or objects of them. */
export type WideCall = WideCallSignature<SymbolicFamily, ConcreteFamily, LayerCallOptions>;

/** What `quantize-methods.ts` adds. */
export interface ModelClass {
  /**
   * Quantizes the layers' weights in their place, and tells of each layer whether it could: `quantize("int8")`,
   * `quantize("int4", { filters: "encoder" })`, `quantize({ config: quantizers.Int4QuantizationConfig({ blockSize: 64 }) })`.
   * Saved and loaded, the model stays quantized.
   *
   * @param mode - `"int8"`, `"int4"`, `"float8"` (which trains) or `"ternary"`.
   * @throws {OptionError} for unknown modes, and those that need data to calibrate with (`"gptq"`, `"awq"`).
   * @see Keras `models/model.py`
   */
  quantize(...args: QuantizeArguments<QuantizeOptions>): QuantizationReport;
}

/**
 * A model: a graph of layers, or a subclass with a computation of its own; trained, evaluated, saved as one.
 *
 * `Model` is this class, callable. @see Keras `models/model.py`
 */
export class ModelClass extends TrainedModel {
  static readonly className: string = "Model";

  constructor(...args: readonly unknown[]) {
    const options = modelOptions(args);
    const isPlain = options.inputs !== undefined && classNameOf(new.target) === "Model";
    super(isPlain ? { ...options, name: options.name ?? autoName("Functional") } : options);
    unguardBuild(this, ModelClass.prototype.build);
  }

  /** A functional model is called `Functional` in files and tables; a subclass goes by its own name. */
  override get className(): string {
    const own = classNameOf(this.constructor);
    return own === "Model" && this.graph !== null ? "Functional" : own;
  }

  #isBuilding = false;

  /**
   * Makes the weights of a subclass whose `call` takes tensors of such shapes (with the batch axis; one argument for each
   * tensor argument, arrays and objects of shapes for nested ones). Data does the same, when the model is first called.
   */
  override build(...inputShapes: readonly (ShapeTree | undefined)[]): void {
    const shapes = inputShapes.filter((shape) => shape !== undefined);
    if (!this.#isBuilding && this.graph === null && shapes.length > 0) inferLayer(this, shapes);
  }

  override ensureBuilt(shapes: readonly ShapeTree[]): void {
    // The call that follows makes the weights of the layers inside.
    this.#isBuilding = true;
    try {
      super.ensureBuilt(shapes);
    } finally {
      this.#isBuilding = false;
    }
  }

  /** Prints a table of the layers: names, output shapes, parameters, connections. */
  summary(options: SummaryOptions = {}): void {
    printSummary(this, options);
  }

  /** The constructor's arguments: for a functional model its graph, from which `fromConfig` makes a copy. */
  override getConfig(): Record<string, unknown> {
    if (this.className !== "Functional") return super.getConfig();
    const { name, trainable, graph } = this;
    return { name, trainable, layers: this.layers, graph };
  }

  /**
   * A new model with the configuration of another: layers of the same classes and arguments, with fresh weights.
   *
   * @param options - `customObjects`: classes to use in place of those with the given names.
   */
  static override fromConfig(
    config: Readonly<Record<string, unknown>>,
    options: FromConfigOptions = {},
  ): ModelClass {
    const { graph, layers: _, trainable, ...rest } = config;
    const construct = (given: Readonly<Record<string, unknown>>): ModelClass =>
      constructFrom(this, given) as ModelClass; // SAFETY: called on a class of models
    if (!(graph instanceof FunctionalGraph)) return construct(config);
    const model = construct({
      ...rest,
      ...cloneGraph(graph, (layer) => copyLayer(layer, options.customObjects?.[layer.className])),
    });
    if (trainable === false) model.trainable = false;
    return model;
  }

  /** The architecture as JSON text, as Keras writes it; `models.modelFromJson` reads it. */
  toJson(): string {
    return pythonJson(serializeLayer(this));
  }

  /**
   * Writes the whole model as a `.keras` file: architecture, weights, how it was compiled, the optimizer's state.
   *
   * @param path - Ends in `.keras`; with `{ zipped: false }` that of a folder; or in `model.json`, for TensorFlow.js.
   */
  async save(path: string, options: SaveModelOptions = {}): Promise<void> {
    const { saveModel } = await import("../saving/model-files.ts");
    await saveModel(this, path, options);
  }

  /**
   * Writes the model's inference for other runtimes, as an ONNX file. Sizes that its inputs leave open, the batch's first
   * of all, stay open; inputs and outputs go by the names of their layers.
   *
   * @param path - Ends in `.onnx`.
   * @throws {FormatError} that lists every layer that ONNX cannot express; then nothing is written.
   * @see Keras `export/onnx.py`
   */
  async export(path: string, options: ExportOptions = {}): Promise<void> {
    const { exportModel } = await import("../saving/onnx/index.ts");
    await exportModel(this, path, options);
  }

  /** Writes the weights (and the optimizer's state) as a `.weights.h5` file, or in shards (`.weights.json`). */
  async saveWeights(path: string, options: SaveWeightsOptions = {}): Promise<void> {
    const { saveWeights } = await import("../saving/model-files.ts");
    await saveWeights(this, path, options);
  }

  /** Sets the weights from a `.weights.h5` file: a path, a URL, bytes or a `Blob`. */
  async loadWeights(source: FileSource, options: LoadWeightsOptions = {}): Promise<void> {
    const { loadWeights } = await import("../saving/model-files.ts");
    await loadWeights(this, source, options);
  }

  /** Writes weights, the optimizer's state and what else training needs to one file. */
  async writeBackup(path: string, state: StateTree): Promise<void> {
    const { writeBackup } = await import("../saving/model-files.ts");
    await writeBackup(this, path, state);
  }

  /** Takes back what `writeBackup` wrote; gives the state, or null for a file of weights alone. */
  async readBackup(path: string): Promise<StateTree> {
    const { readBackup } = await import("../saving/model-files.ts");
    return readBackup(this, path);
  }
}

/**
 * A model; with a rule R, calling it gives tensors whose shapes the compiler knows. One without (a subclass, one that was
 * loaded) may take and give several tensors: what it gives is typed as one, which can be taken apart.
 */
export type Model<R extends ShapeRule = WideRule> = WideRule extends R
  ? ModelClass & WideCall
  : Prediction<R> & ModelClass & LayerCall<R>;

/** A model whose `call` may take any number of tensors by position. */
export type CustomModel = Model & SeveralInputsSignature<SymbolicFamily, ConcreteFamily, LayerCallOptions>;

/** `predict` of a model with rule R. */
interface Prediction<R extends ShapeRule> {
  predict(x: unknown, options?: PredictOptions): Promise<Predicted<R, ConcreteFamily>>;
  predict(
    x: unknown,
    batchSize: number | null,
    options?: PredictOptions,
  ): Promise<Predicted<R, ConcreteFamily>>;
  predictOnBatch(x: unknown): Promise<Predicted<R, ConcreteFamily>>;
}

/** The shapes of symbolic tensors, nested alike. */
type ShapesIn<I> = I extends TensorTree ? ShapesOf<I> : unknown;

export interface FromConfigOptions {
  /** Classes by the names of the layers' classes. */
  readonly customObjects?: Readonly<Record<string, unknown>> | undefined;
}

export interface ModelConstructor {
  <const I, const O>(
    options: LayerOptions & { readonly inputs: I; readonly outputs: O },
  ): Model<FunctionalRule<ShapesIn<I>, ShapesIn<O>>>;
  <const I, const O>(
    inputs: I,
    outputs: O,
    options?: LayerOptions,
  ): Model<FunctionalRule<ShapesIn<I>, ShapesIn<O>>>;
  new <const I, const O>(
    options: LayerOptions & { readonly inputs: I; readonly outputs: O },
  ): Model<FunctionalRule<ShapesIn<I>, ShapesIn<O>>>;
  new <const I, const O>(
    inputs: I,
    outputs: O,
    options?: LayerOptions,
  ): Model<FunctionalRule<ShapesIn<I>, ShapesIn<O>>>;
  /** For subclasses: `class Own extends Model { trainStep(data) {…} }`, then `new Own(inputs, outputs)`. */
  new (inputs: unknown, outputs: unknown, options?: LayerOptions): CustomModel;
  /** For subclasses: `class MLP extends Model { call(inputs) {…} }`. */
  new (options?: LayerOptions & { readonly inputs?: unknown; readonly outputs?: unknown }): CustomModel;
  fromConfig(config: Readonly<Record<string, unknown>>, options?: FromConfigOptions): Model;
}

/**
 * Groups layers into an object with training and inference.
 *
 * Functional: `Model({ inputs, outputs, name })` or `Model(inputs, outputs, { name })`, with one tensor, an array, or an
 * object of tensors each. Or subclassed, with a `call(inputs, { training, mask })` of its own.
 *
 * @throws {OptionError} when inputs or outputs are not symbolic tensors.
 * @throws {AntlerError} when the outputs depend on an input that is not given.
 * @example
 * const inputs = Input({ shape: [784] });
 * const model = Model({ inputs, outputs: layers.Dense(10)(inputs), name: "mnist" });
 * @see Keras `models/model.py`, `models/functional.py`
 */
export const Model: ModelConstructor = callable<typeof ModelClass, ModelConstructor>(ModelClass);
