import type { KerasTensor } from "../graph/keras-tensor.ts";
import { isLayer, type LayerBase } from "../graph/layer-base.ts";
import { OpOperation, type Operation } from "../graph/operation.ts";
import { Sequential } from "../models/sequential.ts";
import { FormatError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { type Context, type Deserialize, inside, readDescription } from "./context.ts";
import { camelCase } from "./names.ts";
import { findOp, type SerializableClass } from "./registry.ts";

/** One layer of a functional model in a file. */
interface Entry {
  readonly name: string;
  readonly operation: Operation;
  readonly nodes: readonly unknown[];
  readonly path: string;
  /** Outputs of the calls replayed so far. */
  readonly outputs: KerasTensor[][];
}

/**
 * Rebuilds a functional model: makes every operation, then replays the calls as soon as their inputs exist.
 *
 * @see Keras `models/functional.py`, `functional_from_config`
 */
export function functionalFromConfig(
  cls: SerializableClass,
  config: Readonly<Record<string, unknown>>,
  context: Context,
  deserialize: Deserialize,
): object {
  const list = config["layers"];
  if (!Array.isArray(list)) throw new FormatError(`${context.path}.layers: expected a list.`);
  const entries = new Map<string, Entry>();
  list.forEach((item: unknown, i) => {
    const entry = readEntry(item, inside(context, `layers.${i}`), deserialize);
    if (entries.has(entry.name))
      throw new FormatError(`${entry.path}: the name "${entry.name}" is used twice.`);
    entries.set(entry.name, entry);
  });
  replayAll(entries, context, deserialize);
  const find = (place: unknown, what: string): KerasTensor =>
    findTensor(entries, place, `${context.path}.${what}`, true);
  const inputs = mapPlaces(config["input_layers"], (place) => find(place, "input_layers"));
  const outputs = mapPlaces(config["output_layers"], (place) => find(place, "output_layers"));
  const { name, trainable } = config;
  const model = new cls({ inputs, outputs, name: typeof name === "string" ? name : null });
  if (trainable === false && isLayer(model)) model.trainable = false;
  return model;
}

function readEntry(item: unknown, context: Context, deserialize: Deserialize): Entry {
  const description = readDescription(item);
  if (description === null || !isPlainObject(item))
    throw new FormatError(`${context.path}: expected a layer's description.`);
  const { inbound_nodes: nodes, name } = item;
  const op =
    description.module !== null && description.module.startsWith("keras.src.ops")
      ? findOp(description.module, description.className)
      : undefined;
  const operation =
    op === undefined ? deserialize(item, context) : opFrom(op, description.config, context, deserialize);
  if (!(isOperation(operation) && Array.isArray(nodes)))
    throw new FormatError(`${context.path}: expected a layer with inbound_nodes.`);
  const own = typeof name === "string" ? name : operation.name;
  return { name: own, operation, nodes, path: context.path, outputs: initialOutputs(operation) };
}

function isOperation(value: unknown): value is Operation {
  return isLayer(value) || value instanceof OpOperation;
}

function opFrom(
  op: ConstructorParameters<typeof OpOperation>[0],
  config: unknown,
  context: Context,
  deserialize: Deserialize,
): OpOperation {
  if (!isPlainObject(config)) throw new FormatError(`${context.path}: expected the configuration of an op.`);
  const { name, ...settings } = config;
  const given = Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [
      camelCase(key),
      deserialize(value, inside(context, key)),
    ]),
  );
  const known = Object.entries(op.args).filter(([, spec]) => spec.kind === "static");
  const unknown = Object.keys(given).filter((key) => !(key in op.args));
  if (unknown.length > 0)
    throw new FormatError(`${context.path}: the op "${op.className}" has no option ${unknown.join(", ")}.`);
  const defaults = Object.fromEntries(known.map(([key, spec]) => [key, spec.default]));
  return new OpOperation(op, typeof name === "string" ? name : null, { ...defaults, ...given });
}

/** An `InputLayer` has its output from the start. */
function initialOutputs(operation: Operation): KerasTensor[][] {
  return operation.className === "InputLayer" ? operation.inboundNodes.map((node) => node.outputTensors) : [];
}

/** Replays calls in rounds, since the list need not be in order of dependence. */
function replayAll(entries: ReadonlyMap<string, Entry>, context: Context, deserialize: Deserialize): void {
  const waiting = new Map([...entries.values()].map((entry) => [entry, [...entry.nodes]]));
  let progress = true;
  while (progress) {
    progress = false;
    for (const [entry, nodes] of waiting) {
      while (nodes.length > 0 && isReady(entries, nodes[0])) {
        replay(entries, entry, nodes.shift(), deserialize);
        progress = true;
      }
      if (nodes.length === 0) waiting.delete(entry);
    }
  }
  const [stuck] = waiting.keys();
  if (stuck !== undefined) {
    throw new FormatError(
      `${context.path}: the inputs of layer "${stuck.name}" cannot be found: the graph has a cycle, or names a missing layer.`,
    );
  }
}

/** The places of symbolic tensors inside a node's arguments. */
function placesIn(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(placesIn);
  if (!isPlainObject(value)) return [];
  if (value["class_name"] === "__keras_tensor__") {
    const { config } = value;
    return [isPlainObject(config) ? config["keras_history"] : null];
  }
  return Object.values(value).flatMap(placesIn);
}

function isReady(entries: ReadonlyMap<string, Entry>, node: unknown): boolean {
  return placesIn(node).every((place) => {
    const [name, index] = Array.isArray(place) ? place : [];
    return entries.get(String(name))?.outputs[Number(index)] !== undefined;
  });
}

function replay(
  entries: ReadonlyMap<string, Entry>,
  entry: Entry,
  node: unknown,
  deserialize: Deserialize,
): void {
  const { args, kwargs } = isPlainObject(node) ? node : {};
  if (!Array.isArray(args) || !isPlainObject(kwargs)) {
    throw new FormatError(`${entry.path}.inbound_nodes: expected { args, kwargs }.`);
  }
  const context: Context = { customObjects: {}, depth: 0, path: `${entry.path}.inbound_nodes` };
  const read = (value: unknown): unknown => readArgument(entries, value, context, deserialize);
  const positional = args.map(read);
  const named = Object.fromEntries(
    Object.entries(kwargs)
      .map(([key, value]): [string, unknown] => [camelCase(key), read(value)])
      .filter(([, value]) => value !== null),
  );
  const { operation } = entry;
  const before = operation.inboundNodes.length;
  if (operation instanceof OpOperation) callOp(operation, positional, named);
  else if (Object.keys(named).length === 0) operation.runNode(positional, {});
  else operation.runNode(positional, named);
  const made = operation.inboundNodes[before];
  if (made === undefined)
    throw new FormatError(`${entry.path}: calling layer "${entry.name}" on its inputs made no node.`);
  entry.outputs.push(made.outputTensors);
}

/** Arguments of an op that Keras passes at the call may be static ones here. */
function callOp(
  operation: OpOperation,
  args: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
): void {
  const names = Object.keys(operation.op.args);
  const missing = names.filter(
    (name) => operation.op.args[name]?.kind !== "static" || operation.config[name] === undefined,
  );
  // Operands that Keras takes one by one (`einsum(subscripts, *operands)`) are a list here.
  const rest = missing.findIndex((name) => operation.op.args[name]?.variadic === true);
  const given = rest < 0 ? args : [...args.slice(0, rest), args.slice(rest)];
  const bound = {
    ...operation.config,
    ...Object.fromEntries(given.map((value, i) => [missing[i] ?? names[i] ?? "", value])),
    ...named,
  };
  const keywords = names.find((name) => operation.op.args[name]?.keywords === true);
  const free = Object.entries(named).filter(([name]) => !names.includes(name));
  operation.record(keywords === undefined ? bound : { ...bound, [keywords]: Object.fromEntries(free) });
}

function readArgument(
  entries: ReadonlyMap<string, Entry>,
  value: unknown,
  context: Context,
  deserialize: Deserialize,
): unknown {
  if (Array.isArray(value)) return value.map((child) => readArgument(entries, child, context, deserialize));
  if (!isPlainObject(value)) return value;
  const { class_name: className, config } = value;
  if (className === "__keras_tensor__")
    return findTensor(entries, isPlainObject(config) ? config["keras_history"] : null, context.path, false);
  if (className === "__slice__" && isPlainObject(config)) {
    return [config["start"], config["stop"], ...(config["step"] === null ? [] : [config["step"]])]
      .map((part) => (part === null ? "" : String(part)))
      .join(":");
  }
  if (className === "__ellipsis__") return "...";
  if (readDescription(value) !== null) return deserialize(value, context);
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, readArgument(entries, child, context, deserialize)]),
  );
}

/** True for `["layer", 0, 0]`. */
function isPlace(value: unknown): value is readonly [string, number, number] {
  return (
    Array.isArray(value) && value.length >= 3 && typeof value[0] === "string" && typeof value[1] === "number"
  );
}

/** The tensors of `input_layers` or `output_layers`, nested alike; a list of one place in older files is a list. */
function mapPlaces(structure: unknown, find: (place: unknown) => KerasTensor): unknown {
  if (isPlace(structure)) return find(structure);
  if (Array.isArray(structure)) return structure.map((child) => mapPlaces(child, find));
  if (isPlainObject(structure))
    return Object.fromEntries(Object.entries(structure).map(([key, child]) => [key, mapPlaces(child, find)]));
  throw new FormatError("a model's inputs and outputs must be given as [layer, node, tensor].");
}

/** `isList`: the place stands in `input_layers` or `output_layers`, where nested functional models count from 1. */
function findTensor(
  entries: ReadonlyMap<string, Entry>,
  place: unknown,
  path: string,
  isList: boolean,
): KerasTensor {
  if (!isPlace(place))
    throw new FormatError(`${path}: expected [layer, node, tensor], received ${JSON.stringify(place)}.`);
  const [name, node, tensor] = place;
  const entry = entries.get(name);
  const index = isList && entry?.operation.className === "Functional" ? Math.max(0, node - 1) : node;
  const found = entry?.outputs[index]?.[tensor];
  if (found === undefined) throw new FormatError(`${path}: there is no tensor ${JSON.stringify(place)}.`);
  return found;
}

/** Rebuilds a sequential model. */
export function sequentialFromConfig(
  config: Readonly<Record<string, unknown>>,
  context: Context,
  deserialize: Deserialize,
): object {
  const { layers, name, trainable, build_input_shape: buildInputShape } = config;
  if (!Array.isArray(layers)) throw new FormatError(`${context.path}.layers: expected a list.`);
  const made = layers.map((item: unknown, i): LayerBase => {
    const layer = deserialize(item, inside(context, `layers.${i}`));
    if (!isLayer(layer)) throw new FormatError(`${context.path}.layers.${i}: expected a layer.`);
    return layer;
  });
  const model = Sequential(made, { name: typeof name === "string" ? name : null });
  if (!model.built && Array.isArray(buildInputShape)) model.build(buildInputShape);
  if (trainable === false) model.trainable = false;
  return model;
}
