import { KerasTensor } from "../../graph/keras-tensor.ts";
import { isLayer, type LayerBase } from "../../graph/layer-base.ts";
import type { Node } from "../../graph/node.ts";
import { OpOperation, type Operation } from "../../graph/operation.ts";
import { ModelBase } from "../../models/model-base.ts";
import { invariant } from "../../util/errors.ts";
import { isPlainObject } from "../../util/options.ts";
import type { Json } from "../serialize.ts";
import { checkMasks } from "./masks.ts";
import { isRecurrent, nodeOf } from "./nodes.ts";
import { optionsOf, refusal } from "./write-config.ts";

/** The calls of layers that a model is made of, with the numbers that they get there. */
export class GraphCalls {
  readonly layers: readonly LayerBase[];
  readonly #inputs: ReadonlyMap<Node, readonly KerasTensor[]>;
  readonly #order: ReadonlyMap<Operation, readonly Node[]>;

  constructor(model: ModelBase) {
    const { graph } = model;
    invariant(graph !== null, "a model without a graph");
    const members = new Set(graph.nodes);
    const inputs = new Map<Node, readonly KerasTensor[]>();
    const pending = [...graph.outputs, ...graph.inputs].map((tensor) => nodeOf(tensor));
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (inputs.has(node) || !members.has(node)) continue;
      const tensors = inputsOf(node);
      inputs.set(node, tensors);
      pending.push(...tensors.map((tensor) => nodeOf(tensor)));
    }
    this.#inputs = inputs;
    // Ops that only make masks are not reached: masks are made anew there.
    this.layers = graph.operations
      .filter(isLayer)
      .filter((layer) => layer.inboundNodes.some((node) => inputs.has(node)));
    this.#order = orderOfCalls(this.layers, inputs);
  }

  /** Its calls, without those of ops that only make masks. */
  get nodes(): Iterable<Node> {
    return this.#inputs.keys();
  }

  /** `[layer, call, output]`. A nested model's first call is its own graph. */
  place(tensor: KerasTensor): [string, number, number] {
    const { history } = tensor;
    invariant(history !== null, "a tensor without a place in the graph");
    const { operation, tensorIndex } = history;
    const index = this.#order.get(operation)?.indexOf(nodeOf(tensor)) ?? -1;
    invariant(index >= 0, "a tensor of another graph");
    return [operation.name, index + (operation instanceof ModelBase ? 1 : 0), tensorIndex];
  }

  inboundNodes(layer: LayerBase): Json {
    const nodes = this.#order.get(layer) ?? [];
    const inputs = nodes.map((node) => this.#inputs.get(node) ?? []).filter((tensors) => tensors.length > 0);
    return inputs.map((tensors) => tensors.map((tensor): Json => [...this.place(tensor), {}]));
  }
}

/**
 * The calls of each layer in the order in which TensorFlow.js makes them again: over and over the list of layers, each
 * call as soon as its inputs exist. It numbers them by that order, not by that of the file.
 */
function orderOfCalls(
  layers: readonly LayerBase[],
  inputs: ReadonlyMap<Node, readonly KerasTensor[]>,
): ReadonlyMap<Operation, readonly Node[]> {
  const done = new Set<Node>();
  const order = new Map<Operation, Node[]>(layers.map((layer) => [layer, []]));
  for (let before = -1; before < done.size;) {
    before = done.size;
    for (const layer of layers) {
      for (const node of layer.inboundNodes) {
        const needed = inputs.get(node);
        if (needed === undefined || done.has(node) || !needed.every((tensor) => done.has(nodeOf(tensor))))
          continue;
        done.add(node);
        order.get(layer)?.push(node);
      }
    }
  }
  return order;
}

/** The tensors of a call, as TensorFlow.js takes them: one list; a recurrent layer's with the states behind. */
function inputsOf(node: Node): readonly KerasTensor[] {
  const { operation, args, kwargs } = node;
  if (operation instanceof OpOperation)
    throw refusal(
      `${operation.name} (${operation.className})`,
      "has no ops between layers",
      "Use a layer that computes the same, or save the model as .keras.",
    );
  invariant(isLayer(operation), "an operation that is neither layer nor op");
  if (node.isInput) return [];
  if (!(operation instanceof ModelBase)) optionsOf(operation);
  const [first, ...more] = args;
  const states = Object.entries(kwargs).flatMap(([key, value]): readonly unknown[] => {
    if (value === null || value === undefined) return [];
    if (key === "initialState") return flatten(value);
    if (!key.toLowerCase().endsWith("mask"))
      throw refusal(operation.where, `cannot call a layer with ${key}, as this model does`);
    return [];
  });
  const values = [...flatten(first), ...more.flatMap(flatten), ...states];
  const tensors = values.filter((value) => value instanceof KerasTensor);
  if (tensors.length < values.length)
    throw refusal(operation.where, "calls layers on tensors alone, this one is called on a constant too");
  const isOneList = more.length === 0 || isRecurrent(operation);
  if (
    !isOneList ||
    isPlainObject(first) ||
    (operation instanceof ModelBase && !isFlat(operation.graph?.inputStructure))
  )
    throw refusal(operation.where, "calls layers on one list of tensors, this one is called on others");
  checkMasks(node, operation);
  return tensors;
}

function isFlat(structure: unknown): boolean {
  return (
    structure instanceof KerasTensor ||
    (Array.isArray(structure) && structure.every((one) => one instanceof KerasTensor))
  );
}

/** The leaves of lists; an object is one value. */
function flatten(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(flatten);
  return value === null || value === undefined ? [] : [value];
}
