import type { Layer } from "../graph/layer.ts";
import type { LayerBase } from "../graph/layer-base.ts";
import { symbolicIn } from "../graph/node.ts";
import { AntlerError, OptionError } from "../util/errors.ts";
import { checkOptions } from "../util/options.ts";
import "../util/read-constructors.ts";
import { cloneGraph, type CloneGraphOptions, copyInput, copyLayer } from "./clone-graph.ts";
import { Model, ModelClass } from "./model.ts";
import { Sequential } from "./sequential.ts";

export interface CloneOptions extends CloneGraphOptions {
  /** Makes each layer of the clone. Default: a new layer with the same configuration and fresh weights. */
  readonly cloneFunction?: ((layer: Layer) => LayerBase) | undefined;
  /** Whether nested models are cloned layer by layer, through `cloneFunction`. Default false. */
  readonly recursive?: boolean | undefined;
}

/**
 * A model like another, with layers and weights of its own.
 *
 * @throws {AntlerError} for a subclassed model: give it `getConfig` and use `fromConfig`.
 * @see Keras `models/cloning.py`
 */
export function cloneModel(model: ModelClass, options: CloneOptions = {}): Model {
  checkOptions("cloneModel", options, ["inputTensors", "cloneFunction", "callFunction", "recursive"]);
  if (!(model instanceof ModelClass))
    throw new OptionError(`cloneModel: expected a model, received ${String(model)}.`);
  if (model.className === "Sequential") return cloneSequential(model, options);
  const { graph } = model;
  if (graph === null || model.className !== "Functional") {
    throw new AntlerError(
      `cloneModel: ${model.where} is not made of a graph of layers. Make a new one from its class.`,
    );
  }
  const make = layerMaker(options);
  const { inputs, outputs } = cloneGraph(graph, make, options);
  return Model({ inputs, outputs, name: model.name });
}

function layerMaker(options: CloneOptions): (layer: LayerBase) => LayerBase {
  const make = options.cloneFunction ?? ((layer) => copyLayer(layer));
  return (layer) => {
    if (options.recursive === true && layer instanceof ModelClass && layer.graph !== null) {
      return cloneModel(layer, { ...options, inputTensors: undefined });
    }
    return make(layer as Layer); // SAFETY: every layer is a function as well
  };
}

function cloneSequential(model: ModelClass, options: CloneOptions): Model {
  const make = layerMaker(options);
  const input = model.graph?.inputs[0];
  const [given] = symbolicIn(options.inputTensors ?? null);
  const start = given ?? (input === undefined ? undefined : copyInput(input));
  const layers = model.layers.map((layer) => make(layer));
  return Sequential([...(start === undefined ? [] : [start]), ...layers], { name: model.name });
}
