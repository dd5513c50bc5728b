import type { LayerBase } from "../../graph/layer-base.ts";
import { isLayer } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import { ModelBase } from "../../models/model-base.ts";

/** A layer that weights are named after, and the models it is in, outermost first. */
export interface NamedLayer {
  readonly layer: LayerBase;
  readonly models: readonly string[];
}

/** A weight, and the steps of its name below its layer's: `["forward_lstm", "kernel"]`. */
export interface NamedWeight {
  readonly steps: readonly string[];
  readonly variable: Variable;
}

/**
 * The layers of a model (and of models inside it) that have weights, each once.
 *
 * A nested model's layers name their weights by themselves: `dense/kernel`, not `encoder/dense/kernel`.
 */
export function namedLayers(model: LayerBase): readonly NamedLayer[] {
  const found: NamedLayer[] = [];
  const seen = new Set<LayerBase>();
  const visit = (layer: LayerBase, models: readonly string[]): void => {
    if (seen.has(layer)) return;
    seen.add(layer);
    const inner = layer instanceof ModelBase && layer.graph !== null ? layer.layers : modelsIn(layer);
    if (inner.length > 0) for (const one of inner) visit(one, [...models, layer.name]);
    else if (layer.weights.length > 0) found.push({ layer, models });
  };
  visit(model, []);
  return found;
}

/** The model that a wrapper (`TimeDistributed`) holds, if it does. */
function modelsIn(layer: LayerBase): readonly LayerBase[] {
  const inner = partOf(layer, "layer");
  return inner instanceof ModelBase && inner.graph !== null ? [inner] : [];
}

function partOf(layer: LayerBase, field: string): LayerBase | null {
  const part: unknown = Object.entries(layer).find(([key]) => key === field)?.[1];
  return isLayer(part) ? part : null;
}

/**
 * The weights of a layer under the names that TensorFlow.js has for them, in its order: all trainable ones first.
 *
 * Cells name nothing, except several stacked ones; the two ways of a `Bidirectional` do.
 *
 * @see TensorFlow.js `tfjs-layers/src/layers/{recurrent,wrappers}.ts`
 */
export function namedWeights(layer: LayerBase): readonly NamedWeight[] {
  const weights = [...stepsIn(layer)];
  return [
    ...weights.filter(({ variable }) => variable.trainable),
    ...weights.filter(({ variable }) => !variable.trainable),
  ];
}

function* stepsIn(layer: LayerBase): Generator<NamedWeight> {
  const seen = new Set<Variable>();
  for (const part of partsOf(layer)) {
    for (const { steps, variable } of stepsIn(part.layer)) {
      seen.add(variable);
      yield { steps: [...part.steps, ...steps], variable };
    }
  }
  for (const variable of layer.weights) {
    if (seen.has(variable)) continue;
    const steps = [renamed[layer.className]?.[variable.name] ?? variable.name];
    yield { steps, variable };
  }
}

/** Weights that have another name there. */
const renamed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DepthwiseConv2D: { kernel: "depthwise_kernel" },
};

function partsOf(
  layer: LayerBase,
): readonly { readonly steps: readonly string[]; readonly layer: LayerBase }[] {
  const ways = ["forwardLayer", "backwardLayer"].flatMap((field) => partOf(layer, field) ?? []);
  if (ways.length > 0) return ways.map((way) => ({ steps: [way.name], layer: way }));
  if ("cells" in layer && Array.isArray(layer.cells))
    return layer.cells.filter(isLayer).map((cell, i) => ({ steps: [`RNNCell_${i}`], layer: cell }));
  const only = partOf(layer, "cell") ?? partOf(layer, "layer");
  return only === null ? [] : [{ steps: [], layer: only }];
}
