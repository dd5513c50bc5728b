import { withCallContext } from "../graph/call-context.ts";
import type { CallArguments } from "../graph/call-arguments.ts";
import { KerasTensor } from "../graph/keras-tensor.ts";
import type { Layer } from "../graph/layer.ts";
import { isLayer, LayerBase, type LayerOptions } from "../graph/layer-base.ts";
import { setMasks } from "../graph/masks.ts";
import { symbolicIn } from "../graph/node.ts";
import type { Operation } from "../graph/operation.ts";
import type { Shape } from "../ir/shape-types/index.ts";
import { Input } from "../layers/core/input-layer.ts";
import { AntlerError, OptionError } from "../util/errors.ts";
import { checkOptions, isPlainObject, didYouMean } from "../util/options.ts";
import { adaptInputs } from "./adapt-inputs.ts";
import { cutGraph, FunctionalGraph, isInputTensor } from "./functional-graph.ts";

export interface ModelOptions extends LayerOptions {
  /** One symbolic tensor, or nested arrays and objects of them. */
  readonly inputs?: unknown;
  readonly outputs?: unknown;
}

/** The graph side of a model: a layer made of layers. */
export abstract class ModelBase extends LayerBase {
  static readonly callArguments: CallArguments = {
    tensors: ["inputs"],
    options: ["training", "mask"],
    open: true,
  };
  #graph: FunctionalGraph | null = null;

  constructor(options: ModelOptions) {
    const { inputs, outputs, ...rest } = options;
    super(inputs === undefined ? rest : { ...rest, name: rest.name ?? undefined });
    this.supportsMasking = true;
    if (inputs !== undefined && outputs !== undefined) this.setGraph(inputs, outputs);
  }

  /** The graph of a functional model; null for a subclassed model, which computes in `call`. */
  get graph(): FunctionalGraph | null {
    return this.#graph;
  }

  /** Makes the model compute what the graph from `inputs` to `outputs` does. */
  protected setGraph(inputs: unknown, outputs: unknown): void {
    checkSymbolic(this.className, "inputs", inputs);
    checkSymbolic(this.className, "outputs", outputs);
    const isCut = symbolicIn(inputs).some((tensor) => !isInputTensor(tensor));
    const graph = isCut
      ? cutGraph(inputs, outputs, ({ shape, dtype, name }) =>
          Input({ batchShape: shape, dtype, name: `${name}CLONE` }),
        )
      : { inputs, outputs };
    this.#graph = new FunctionalGraph(graph.inputs, graph.outputs);
    this.built = true;
    this.buildShapes = null;
  }

  /** Forgets the graph: before a Sequential model is built anew. */
  protected clearGraph(): void {
    this.#graph = null;
    this.built = false;
  }

  #graphOr(what: string): FunctionalGraph {
    if (this.#graph !== null) return this.#graph;
    throw new AntlerError(
      `${this.where}: it has no ${what}: it is not built from a graph of symbolic tensors, or not built yet.`,
    );
  }

  /** All inputs, flat. */
  get inputs(): readonly KerasTensor[] {
    return this.#graphOr("inputs").inputs;
  }

  /** All outputs, flat. */
  get outputs(): readonly KerasTensor[] {
    return this.#graphOr("outputs").outputs;
  }

  /** The input as it was given: a tensor, or nested tensors. */
  override get input(): KerasTensor {
    return this.#graphOr("input").inputStructure as KerasTensor; // SAFETY: as Operation.input
  }

  /** The output as it was given: a tensor, or nested tensors. */
  override get output(): KerasTensor {
    return this.#graphOr("output").outputStructure as KerasTensor; // SAFETY: as Operation.output
  }

  /** The input's shape, batch axis included; a list of shapes where there are several inputs. */
  get inputShape(): Shape {
    return shapeOf(this.inputs);
  }

  /** The output's shape, batch axis included; a list of shapes where there are several outputs. */
  get outputShape(): Shape {
    return shapeOf(this.outputs);
  }

  override get takesList(): boolean {
    const inputs = this.#graph?.inputStructure;
    return Array.isArray(inputs) ? inputs.length > 1 : super.takesList;
  }

  /** Operations of the graph in order: layers, and ops on symbolic tensors. */
  get operations(): readonly Operation[] {
    return this.#graph?.operations ?? this.layers;
  }

  /** The layers, in order. */
  get layers(): Layer[] {
    const inGraph = this.#graph?.operations.filter(isLayer) ?? [];
    const known = new Set<unknown>(inGraph);
    // SAFETY: every layer is a function as well (see Callable).
    return [...inGraph, ...super.subLayers.filter((layer) => !known.has(layer))] as Layer[];
  }

  /** What an expanded table or picture of a nested model lists: its layers, inputs included. */
  get layersOrInputs(): readonly LayerBase[] {
    return this.layers;
  }

  override get subLayers(): Layer[] {
    return this.layers;
  }

  /**
   * A layer by its name or its index.
   *
   * @throws {OptionError} that lists the layers when there is none.
   */
  getLayer(key: string | number | { readonly name?: string; readonly index?: number }): Layer {
    const wanted = typeof key === "object" ? (key.name ?? key.index ?? "") : key;
    const { layers } = this;
    const found = typeof wanted === "number" ? layers.at(wanted) : layers.find(({ name }) => name === wanted);
    if (found !== undefined) return found;
    const known = layers.map(({ name }) => name);
    throw new OptionError(
      `${this.where}: there is no layer ${JSON.stringify(wanted)}.${didYouMean(wanted, known)} Layers: ${known.join(", ")}.`,
    );
  }

  /** Whether inputs must have the sizes of the graph's; else its layers check those that they depend on. */
  protected get checksSizes(): boolean {
    return true;
  }

  /** Runs the graph; a subclassed model overrides it with its own computation, of any number of tensors and options. */
  override call(inputs: unknown, ...rest: readonly unknown[]): unknown {
    const [options] = rest;
    const { mask, training } = isPlainObject(options) ? options : {};
    const graph = this.#graph;
    if (graph === null) {
      throw new AntlerError(
        `${this.where}: a subclass of Model must implement call(inputs, { training, mask }).`,
      );
    }
    const values = adaptInputs(this.where, graph.inputStructure, inputs, this.checksSizes);
    if (mask !== undefined && mask !== null) setMasks(values, Array.isArray(mask) ? mask : [mask]);
    return withCallContext({ training: typeof training === "boolean" ? training : null }, () =>
      graph.run(values),
    );
  }

  /** Masks travel through the graph itself; the outputs have theirs already. */
  override computeMask(inputs: unknown, previousMask?: unknown): unknown {
    return this.#graph === null ? super.computeMask(inputs, previousMask) : undefined;
  }

  override countParams(): number {
    if (!this.built) {
      throw new AntlerError(
        `${this.where}: it has no weights to count yet. Call it on data, or build it with an input shape.`,
      );
    }
    return this.weights.reduce((sum, weight) => sum + weight.size, 0);
  }
}

function shapeOf(tensors: readonly KerasTensor[]): Shape {
  const shapes = tensors.map(({ shape }) => shape);
  return (shapes.length === 1 ? shapes[0] : shapes) as Shape; // SAFETY: one tensor as a rule, and typed so for that
}

function checkSymbolic(where: string, what: string, structure: unknown): void {
  const visit = (node: unknown): void => {
    if (node instanceof KerasTensor) return;
    if (Array.isArray(node)) node.forEach(visit);
    else if (isPlainObject(node)) Object.values(node).forEach(visit);
    else {
      throw new OptionError(
        `${where}: expected \`${what}\` to be symbolic tensors (from Input, or from layers called on them), received ${describe(node)}.`,
      );
    }
  };
  visit(structure);
  if (symbolicIn(structure).length === 0)
    throw new OptionError(`${where}: expected at least one tensor as \`${what}\`, received none.`);
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value instanceof LayerBase) return `the layer ${value.name} itself (call it on a tensor)`;
  return typeof value === "object" || typeof value === "function"
    ? `a ${value.constructor.name}`
    : JSON.stringify(value);
}

/** The arguments of `Model(…)`: `Model({ inputs, outputs, name })` or `Model(inputs, outputs, { name })`. */
export function modelOptions(args: readonly unknown[]): ModelOptions {
  const [first, second, third] = args;
  if (args.length >= 2 || first instanceof KerasTensor || Array.isArray(first)) {
    if (second === undefined) throw new OptionError("Model: expected `outputs` after `inputs`.");
    return { ...(third as object | undefined), inputs: first, outputs: second }; // SAFETY: options by SPEC §3
  }
  const options = (first ?? {}) as ModelOptions; // SAFETY: checked next
  checkOptions("Model", options, [
    "inputs",
    "outputs",
    "name",
    "trainable",
    "dtype",
    "autocast",
    "activityRegularizer",
    "inputShape",
  ]);
  if ((options.inputs === undefined) !== (options.outputs === undefined)) {
    throw new OptionError(
      `Model: expected \`inputs\` and \`outputs\` together, received ${options.inputs === undefined ? "only outputs" : "only inputs"}.`,
    );
  }
  return options;
}
