import { isLayer, type LayerBase } from "../../graph/layer-base.ts";
import { ModelBase } from "../../models/model-base.ts";
import type { Json } from "../serialize.ts";
import { GraphCalls } from "./graph-calls.ts";
import { checkStrayMasks } from "./masks.ts";
import { describeLayer, type LayerDescription, refusal } from "./write-config.ts";

/**
 * A model's architecture in the form of TensorFlow.js.
 *
 * @throws {FormatError} for what TensorFlow.js lacks: layers, options, ops between layers, calls with other than tensors.
 * @see TensorFlow.js `tfjs-layers/src/engine/container.ts`, `getConfig`
 */
export function describeTopology(model: LayerBase): LayerDescription {
  const graphs: GraphCalls[] = [];
  const description = describe(model, graphs);
  checkStrayMasks(graphs.flatMap(({ nodes }) => [...nodes]));
  return description;
}

/** Collects the graphs of the models that it comes by. */
function describe(layer: LayerBase, graphs: GraphCalls[]): LayerDescription {
  const inner = (one: LayerBase): LayerDescription => describe(one, graphs);
  if (!(layer instanceof ModelBase)) return describeLayer(layer, inner);
  const { className, graph, name } = layer;
  if (graph === null || (className !== "Functional" && className !== "Sequential"))
    throw refusal(
      layer.where,
      "has no models with code of their own",
      "Make it of layers: Model({ inputs, outputs }).",
    );
  const calls = new GraphCalls(layer);
  graphs.push(calls);
  if (className === "Sequential") {
    const input = layer.inputs[0]?.history?.operation;
    const members = [...(isLayer(input) ? [input] : []), ...layer.layers.filter((one) => one !== input)];
    return {
      class_name: className,
      config: { name, layers: members.map((one) => ({ ...inner(one) })) },
    };
  }
  const layers = calls.layers.map((member): Json => {
    const { class_name: memberClass, config } = inner(member);
    return { name: member.name, class_name: memberClass, config, inbound_nodes: calls.inboundNodes(member) };
  });
  const input_layers = layer.inputs.map((tensor) => calls.place(tensor));
  const output_layers = layer.outputs.map((tensor) => calls.place(tensor));
  return { class_name: "Model", config: { name, layers, input_layers, output_layers } };
}
