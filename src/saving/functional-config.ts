import { KerasTensor } from "../graph/keras-tensor.ts";
import { isLayer, type LayerBase } from "../graph/layer-base.ts";
import { type Node, symbolicIn } from "../graph/node.ts";
import { OpOperation, type Operation } from "../graph/operation.ts";
import type { ModelBase } from "../models/model-base.ts";
import { FormatError, invariant } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { snakeCase } from "./names.ts";
import type { Json } from "./serialize.ts";

/** Number of a node among those of its operation that belong to the model. */
type NodeIndex = (node: Node) => number;

/**
 * The configuration of a functional model: its operations in order, each with the calls that belong to the model.
 *
 * @see Keras `Functional.get_config`
 */
export function functionalConfig(
  model: ModelBase,
  serialize: (value: unknown) => Json,
  serializeLayer: (layer: LayerBase) => { readonly [key: string]: Json },
): { readonly [key: string]: Json } {
  const { graph } = model;
  invariant(graph !== null, "a functional model without a graph");
  const members = new Set(graph.nodes);
  const nodesOf = (operation: Operation): Node[] =>
    operation.inboundNodes.filter((node) => members.has(node));
  const indexOf: NodeIndex = (node) => nodesOf(node.operation).indexOf(node);
  const layers = graph.operations.map((operation): Json => {
    const description = isLayer(operation) ? serializeLayer(operation) : serializeOp(operation, serialize);
    const inbound = nodesOf(operation)
      .filter((node) => !node.isInput)
      .map((node) => serializeNode(node, indexOf, serialize));
    return { ...description, name: operation.name, inbound_nodes: inbound };
  });
  const place = (tensor: KerasTensor): Json => {
    const { history } = tensor;
    const node = history?.operation.inboundNodes[history.nodeIndex];
    if (history === null || node === undefined)
      throw new FormatError(`the tensor "${tensor.name}" has no place in the graph.`);
    // In these two lists, and only here, Keras counts the nodes of nested functional models from 1.
    const offset =
      "graph" in history.operation &&
      "className" in history.operation &&
      history.operation.className === "Functional"
        ? 1
        : 0;
    return [history.operation.name, indexOf(node) + offset, history.tensorIndex];
  };
  return {
    name: model.name,
    trainable: model.trainable,
    layers,
    input_layers: mapStructure(graph.inputStructure, place),
    output_layers: mapStructure(graph.outputStructure, place),
  };
}

function mapStructure(structure: unknown, place: (tensor: KerasTensor) => Json): Json {
  if (structure instanceof KerasTensor) return place(structure);
  if (Array.isArray(structure)) return structure.map((child) => mapStructure(child, place));
  invariant(isPlainObject(structure), "a structure of tensors");
  return Object.fromEntries(
    Object.entries(structure).map(([key, child]) => [key, mapStructure(child, place)]),
  );
}

function serializeOp(
  operation: Operation,
  serialize: (value: unknown) => Json,
): { readonly [key: string]: Json } {
  invariant(operation instanceof OpOperation, "an operation that is neither layer nor op");
  const { op, name, config } = operation;
  const settings = Object.entries(config).map(([key, value]) => [snakeCase(key), serialize(value)]);
  return {
    module: `keras.src.ops.${op.module}`,
    class_name: op.className,
    config: { name, ...(Object.fromEntries(settings) as { readonly [key: string]: Json }) }, // SAFETY: entries of JSON
    registered_name: op.className,
  };
}

function serializeNode(node: Node, indexOf: NodeIndex, serialize: (value: unknown) => Json): Json {
  const one = (value: unknown): Json => {
    if (value instanceof KerasTensor) return serializeSymbolic(value, indexOf);
    if (Array.isArray(value)) return value.map(one);
    if (isPlainObject(value))
      return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, one(child)]));
    return serialize(value);
  };
  const { operation } = node;
  const isIndex = operation instanceof OpOperation && operation.op.className === "GetItem";
  const args = node.args.map((value, i) => (isIndex && i === 1 ? serializeIndex(value, one) : one(value)));
  const kwargs = Object.entries(node.kwargs).map(([key, value]): [string, Json] => [
    snakeCase(key),
    one(value),
  ]);
  // Layers that take a mask, and one tensor, are told that there is none.
  const given = [...node.args, ...Object.values(node.kwargs)];
  const isSingle = given.filter((value) => symbolicIn(value).length > 0).length === 1;
  if (isSingle && takesMask(operation) && !("mask" in node.kwargs)) kwargs.push(["mask", null]);
  return { args, kwargs: Object.fromEntries(kwargs) };
}

/** True for built-in layers and models whose `call` has a mask; for a list of tensors it would be a list of masks. */
function takesMask(operation: Operation): boolean {
  if (!isLayer(operation) || operation.statics.takesList === true) return false;
  const { options, open } = operation.callArguments;
  return (
    options.includes("mask") && (open !== true || ["Functional", "Sequential"].includes(operation.className))
  );
}

function serializeSymbolic(tensor: KerasTensor, indexOf: NodeIndex): Json {
  const { history, shape, dtype } = tensor;
  const node = history?.operation.inboundNodes[history.nodeIndex];
  if (history === null || node === undefined)
    throw new FormatError(`the tensor "${tensor.name}" has no place in the graph.`);
  return {
    class_name: "__keras_tensor__",
    config: {
      shape: [...shape],
      dtype,
      keras_history: [history.operation.name, indexOf(node), history.tensorIndex],
    },
  };
}

/** An index of `at`: `":"`-strings become slices, `"..."` an ellipsis. */
function serializeIndex(key: unknown, serialize: (value: unknown) => Json): Json {
  const items = Array.isArray(key) ? key : [key];
  const converted = items.map((item): Json => {
    if (item === "...") return { class_name: "__ellipsis__", config: {} };
    if (isPlainObject(item)) {
      const { start = null, stop = null, step = null } = item;
      return {
        class_name: "__slice__",
        config: { start: serialize(start), stop: serialize(stop), step: serialize(step) },
      };
    }
    if (typeof item !== "string" || !item.includes(":")) return serialize(item);
    const [start = null, stop = null, step = null] = item
      .split(":")
      .map((part) => (part.trim() === "" ? null : Number(part)));
    return { class_name: "__slice__", config: { start, stop, step } };
  });
  return items.length === 1 && !Array.isArray(key) ? (converted[0] ?? null) : converted;
}
