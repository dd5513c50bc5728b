import { unguardBuild } from "../graph/build-once.ts";
import { KerasTensor } from "../graph/keras-tensor.ts";
import type { Layer } from "../graph/layer.ts";
import { isLayer, LayerBase } from "../graph/layer-base.ts";
import { withNameScope } from "../graph/naming.ts";
import { symbolicIn } from "../graph/node.ts";
import type { Shape } from "../ir/shape-types/index.ts";
import { Input, InputLayer } from "../layers/core/input-layer.ts";
import { callable } from "../util/callable.ts";
import { AntlerError, OptionError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import { copyLayer } from "./clone-graph.ts";
import { type FromConfigOptions, ModelClass, type WideCall } from "./model.ts";

export interface SequentialOptions {
  readonly layers?: readonly (LayerBase | KerasTensor)[] | undefined;
  readonly name?: string | null | undefined;
  readonly trainable?: boolean | undefined;
}

class SequentialClass extends ModelClass {
  static override readonly className: string = "Sequential";
  #stack: LayerBase[] = [];

  constructor(...args: readonly unknown[]) {
    const { layers, ...options } = sequentialOptions(args);
    super(options);
    unguardBuild(this, SequentialClass.prototype.build);
    for (const layer of layers ?? []) this.#append(layer);
    this.#rebuild();
  }

  /**
   * Adds a layer at the end.
   *
   * @throws {OptionError} when it is not a layer, or its name is taken.
   */
  add(layer: LayerBase | KerasTensor): void {
    this.#append(layer);
    this.#rebuild();
  }

  /** Removes the last layer and returns it. */
  pop(): LayerBase {
    const layer = this.#stack.pop();
    if (layer === undefined) throw new AntlerError(`${this.where}: there is no layer to remove.`);
    this.#rebuild();
    return layer;
  }

  #append(given: LayerBase | KerasTensor): void {
    const layer = given instanceof KerasTensor ? given.history?.operation : given;
    if (!isLayer(layer)) {
      throw new OptionError(
        `${this.className}: expected layers, received ${typeof given === "function" ? "a class or function: call it" : String(given)}.`,
      );
    }
    if (isInputLayer(layer) && this.#stack.length > 0) {
      throw new AntlerError(
        `${this.where}: an InputLayer can only come first; there are ${this.#stack.length} layers before "${layer.name}".`,
      );
    }
    if (this.#stack.some((other) => other.name === layer.name && other !== layer)) {
      throw new OptionError(
        `${this.where}: the name "${layer.name}" is taken by another layer of the model. Names must differ.`,
      );
    }
    if (this.#stack.length === 0 && !isInputLayer(layer)) {
      const shape = layer.sampleShape;
      if (shape !== null) this.#stack.push(new InputLayer({ batchShape: [null, ...shape] }));
    }
    this.#stack.push(layer);
  }

  /** Builds the graph anew when the input's shape is known. */
  #rebuild(): void {
    this.clearGraph();
    const [first] = this.#stack;
    if (isInputLayer(first) && this.#stack.length > 1) this.build(first.batchShape);
    else if (first !== undefined && this.#stack.length > 1 && isBuiltModel(first))
      this.build(first.inputs[0]?.shape ?? []);
  }

  /** Builds the graph for inputs of such a shape (with the batch axis). */
  override build(inputShape?: Shape): void {
    const [first, ...rest] = this.#stack;
    if (first === undefined)
      throw new AntlerError(`${this.where}: it has no layers to build. Add some with add().`);
    const inputLayer = isInputLayer(first) ? first : null;
    if (inputLayer === null && inputShape === undefined) {
      throw new AntlerError(
        `${this.where}: expected an input shape. Start with Input({ shape }), or call the model on data.`,
      );
    }
    const input = inputLayer?.output ?? Input({ batchShape: inputShape ?? [] });
    let x: unknown = input;
    for (const layer of inputLayer === null ? [first, ...rest] : rest) {
      x = withNameScope(this.name, () => layer.invoke(x));
      if (symbolicIn(x).length !== 1) {
        throw new AntlerError(
          `${this.where}: every layer must give one tensor; "${layer.name}" gives ${symbolicIn(x).length}. Use Model(inputs, outputs).`,
        );
      }
    }
    if (x !== input) this.setGraph(input, x);
  }

  override ensureBuilt(shapes: readonly unknown[]): void {
    if (!this.built) super.ensureBuilt(shapes as readonly Shape[]); // SAFETY: a sequence has one input
  }

  /** Sizes of the data that the model happened to be built by bind no others. */
  protected override get checksSizes(): boolean {
    return isInputLayer(this.#stack[0]);
  }

  /** The layers in order, without the input. */
  override get layers(): Layer[] {
    return this.#stack.filter((layer) => !isInputLayer(layer)) as Layer[]; // SAFETY: every layer is a function as well
  }

  /** The layers in order, the input first where there is one. */
  get stack(): readonly LayerBase[] {
    return this.#stack;
  }

  override getConfig(): Record<string, unknown> {
    const { name, trainable, dtypePolicy: dtype } = this;
    const buildInputShape = this.graph === null ? undefined : this.inputs[0]?.shape;
    return {
      name,
      trainable,
      dtype,
      layers: this.#stack,
      ...(buildInputShape === undefined ? {} : { buildInputShape }),
    };
  }

  /** A new model of new layers, with the configurations of the given ones. */
  static override fromConfig(
    config: Readonly<Record<string, unknown>>,
    options: FromConfigOptions = {},
  ): SequentialClass {
    const { layers, buildInputShape, ...rest } = config;
    const stack = (Array.isArray(layers) ? layers : []) as readonly LayerBase[]; // SAFETY: getConfig gives its layers
    const copies = stack.map((layer) => copyLayer(layer, options.customObjects?.[layer.className]));
    // SAFETY: called on this class, or one that extends it; both take their configuration as one object.
    const model = Reflect.construct(this as unknown as new (config: object) => SequentialClass, [
      { ...rest, layers: copies },
    ]);
    if (!model.built && Array.isArray(buildInputShape)) model.build(buildInputShape);
    return model;
  }
}

function isInputLayer(layer: LayerBase | undefined): layer is InputLayer {
  return layer instanceof InputLayer;
}

function isBuiltModel(layer: LayerBase): layer is ModelClass {
  return layer instanceof ModelClass && layer.graph !== null;
}

function sequentialOptions(args: readonly unknown[]): SequentialOptions {
  const [first, second] = args;
  if (args.length === 0 || first === undefined || first === null) return (second ?? {}) as SequentialOptions; // SAFETY: checked by the base
  if (first instanceof LayerBase) throw new OptionError("Sequential: expected layers in an array: [a, b].");
  if (Array.isArray(first)) return { ...(second as object | undefined), layers: first as LayerBase[] }; // SAFETY: #append checks each
  checkOptions("Sequential", first as object, ["layers", "name", "trainable", "dtype"]); // SAFETY: neither array nor nothing
  return first as SequentialOptions; // SAFETY: checked
}

export type Sequential = SequentialClass & WideCall;

export interface SequentialConstructor {
  (
    layers?: readonly (LayerBase | KerasTensor)[] | SequentialOptions,
    options?: SequentialOptions,
  ): Sequential;
  new (
    layers?: readonly (LayerBase | KerasTensor)[] | SequentialOptions,
    options?: SequentialOptions,
  ): Sequential;
  fromConfig(config: Readonly<Record<string, unknown>>): Sequential;
}

/**
 * A plain stack of layers, each with one input and one output. Built when the input's shape is known: from an `Input`
 * as first element, or at the first call.
 *
 * @example
 * const model = Sequential([Input({ shape: [4] }), layers.Dense(2)]);
 * @see Keras `models/sequential.py`
 */
export const Sequential: SequentialConstructor = callable<typeof SequentialClass, SequentialConstructor>(
  SequentialClass,
);
