import { KerasTensor } from "../graph/keras-tensor.ts";
import { Node, replaceSymbolic, symbolicIn } from "../graph/node.ts";
import type { Operation } from "../graph/operation.ts";
import { AntlerError } from "../util/errors.ts";

/** Symbolic tensors, nested as the user gave them. */
export type TensorStructure = unknown;

/**
 * The graph between inputs and outputs: which operations it has, and in which order its nodes run.
 *
 * Order of operations is Keras's (by depth, counted from the outputs, then by discovery), since files and weight lists
 * depend on it.
 *
 * @see Keras `ops/function.py`
 */
export class FunctionalGraph {
  /** Nested as given. */
  readonly inputStructure: TensorStructure;
  readonly outputStructure: TensorStructure;
  readonly inputs: readonly KerasTensor[];
  readonly outputs: readonly KerasTensor[];
  readonly operations: readonly Operation[];
  /** Nodes in the order in which they can run. */
  readonly nodes: readonly Node[];
  /** The same, grouped by their distance from the outputs, farthest first. */
  readonly nodesByDepth: readonly (readonly Node[])[];

  constructor(inputs: TensorStructure, outputs: TensorStructure) {
    this.inputStructure = inputs;
    this.outputStructure = outputs;
    this.inputs = symbolicIn(inputs);
    this.outputs = symbolicIn(outputs);
    const { operations, nodesByDepth } = mapGraph(this.inputs, this.outputs);
    this.operations = operations;
    this.nodesByDepth = nodesByDepth;
    this.nodes = nodesByDepth.flat();
  }

  /** True when the node is part of this graph. */
  has(node: Node): boolean {
    return this.nodes.includes(node);
  }

  /**
   * Runs the graph: `values[i]` stands for `inputs[i]`.
   *
   * @param run - How an operation is computed; by default by calling it.
   * @returns The outputs, nested as the graph's.
   */
  run(
    values: readonly unknown[],
    run: (
      operation: Operation,
      args: readonly unknown[],
      kwargs: Readonly<Record<string, unknown>>,
      node: Node,
    ) => unknown = (operation, args, kwargs) => operation.runNode(args, kwargs),
  ): unknown {
    const valueOf = new Map<KerasTensor, unknown>(this.inputs.map((tensor, i) => [tensor, values[i]]));
    const lookup = (tensor: KerasTensor): unknown => {
      if (!valueOf.has(tensor))
        throw new AntlerError(`the value of "${tensor.name}" is not known when it is needed`);
      return valueOf.get(tensor);
    };
    for (const node of this.nodes) {
      if (node.isInput) continue;
      if (node.outputTensors.every((tensor) => valueOf.has(tensor))) continue;
      const args = replaceSymbolic(node.args, lookup) as unknown[]; // SAFETY: an array stays one
      const kwargs = replaceSymbolic(node.kwargs, lookup) as Record<string, unknown>; // SAFETY: an object stays one
      const results = leavesOf(run(node.operation, args, kwargs, node));
      node.outputTensors.forEach((tensor, i) => valueOf.set(tensor, results[i]));
    }
    return replaceSymbolic(this.outputStructure, lookup);
  }
}

/** Results in the order of a node's output tensors: nested arrays, and objects by sorted keys. */
function leavesOf(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, child]) => leavesOf(child));
  }
  return [value];
}

interface GraphMap {
  readonly operations: Operation[];
  readonly nodesByDepth: Node[][];
}

function mapGraph(inputs: readonly KerasTensor[], outputs: readonly KerasTensor[]): GraphMap {
  const { discovered, indexOf } = discover(inputs, outputs);
  const nodeDepth = new Map<Node, number>();
  const depthOf = new Map<Operation, number>();
  for (const node of discovered.toReversed()) {
    const depth = Math.max(nodeDepth.get(node) ?? 0, depthOf.get(node.operation) ?? 0);
    depthOf.set(node.operation, depth);
    nodeDepth.set(node, depth);
    for (const parent of node.parentNodes)
      nodeDepth.set(parent, Math.max(depth + 1, nodeDepth.get(parent) ?? 0));
  }
  for (const { history } of inputs) {
    if (history === null || depthOf.has(history.operation)) continue;
    // An input that no output depends on still belongs to the model.
    depthOf.set(history.operation, 0);
    indexOf.set(history.operation, -1);
    const node = history.operation.inboundNodes[0];
    if (node !== undefined) {
      discovered.push(node);
      nodeDepth.set(node, 0);
    }
  }
  const known = new Set(discovered);
  const operations = [...depthOf.keys()].sort(
    (a, b) => (depthOf.get(b) ?? 0) - (depthOf.get(a) ?? 0) || (indexOf.get(a) ?? 0) - (indexOf.get(b) ?? 0),
  );
  checkNames(operations);
  const position = new Map(discovered.map((node, i) => [node, i]));
  const levels = new Map<number, Node[]>();
  for (const node of [...known].sort((a, b) => (position.get(a) ?? 0) - (position.get(b) ?? 0))) {
    const depth = nodeDepth.get(node) ?? 0;
    levels.set(depth, [...(levels.get(depth) ?? []), node]);
  }
  const nodesByDepth = [...levels].sort(([a], [b]) => b - a).map(([, nodes]) => nodes);
  return { operations, nodesByDepth };
}

/** All nodes from the outputs back to the inputs, children after parents, and each operation's number of discovery. */
function discover(
  inputs: readonly KerasTensor[],
  outputs: readonly KerasTensor[],
): { discovered: Node[]; indexOf: Map<Operation, number> } {
  const given = new Set(inputs);
  const discovered: Node[] = [];
  const finished = new Set<Node>();
  const indexOf = new Map<Operation, number>();
  // An explicit stack: deep graphs would overflow the call stack.
  const stack: { readonly node: Node; readonly tensors: readonly KerasTensor[]; next: number }[] = [];
  const enter = (tensor: KerasTensor): void => {
    const { history } = tensor;
    const node = history?.operation.inboundNodes[history.nodeIndex];
    if (history === null || node === undefined) {
      throw new AntlerError(
        `Model: the tensor "${tensor.name}" does not come from a graph. Outputs must be computed from Input tensors by layers and ops.`,
      );
    }
    if (finished.has(node) || stack.some((frame) => frame.node === node)) return;
    if (!indexOf.has(history.operation)) indexOf.set(history.operation, indexOf.size);
    const isBoundary = given.has(tensor);
    if (node.isInput && !isBoundary) {
      throw new AntlerError(
        `Model: the outputs depend on the input "${tensor.name}", which is not among the model's inputs (${inputs.map((t) => `"${t.name}"`).join(", ")}). Add it to \`inputs\`.`,
      );
    }
    stack.push({ node, tensors: isBoundary ? [] : node.inputTensors, next: 0 });
  };
  for (const output of outputs) {
    enter(output);
    while (stack.length > 0) {
      const frame = stack[stack.length - 1];
      if (frame === undefined) break;
      const tensor = frame.tensors[frame.next++];
      if (tensor !== undefined) enter(tensor);
      else {
        stack.pop();
        finished.add(frame.node);
        discovered.push(frame.node);
      }
    }
  }
  return { discovered, indexOf };
}

function checkNames(operations: readonly Operation[]): void {
  const seen = new Set<string>();
  for (const { name } of operations) {
    if (seen.has(name))
      throw new AntlerError(
        `Model: the name "${name}" is used by two layers. Names within a model must differ.`,
      );
    seen.add(name);
  }
}

/**
 * A copy of the graph's nodes between intermediate tensors and outputs, starting at new inputs in place of the
 * intermediate tensors: how a sub-model is cut out of a graph. Operations (and weights) are shared.
 *
 * @param makeInput - Makes an input like the given tensor.
 */
export function cutGraph(
  inputs: TensorStructure,
  outputs: TensorStructure,
  makeInput: (like: KerasTensor) => KerasTensor,
): { readonly inputs: TensorStructure; readonly outputs: TensorStructure } {
  const copies = new Map<KerasTensor, KerasTensor>();
  const nodes = new Map<Node, true>();
  for (const tensor of symbolicIn(inputs))
    copies.set(tensor, isInputTensor(tensor) ? tensor : makeInput(tensor));
  const copy = (tensor: KerasTensor): KerasTensor => {
    const known = copies.get(tensor);
    if (known !== undefined) return known;
    const { history } = tensor;
    const node = history?.operation.inboundNodes[history.nodeIndex];
    if (history === null || node === undefined || node.isInput) {
      copies.set(tensor, tensor);
      return tensor;
    }
    if (!nodes.has(node)) {
      nodes.set(node, true);
      const args = replaceSymbolic(node.args, copy) as unknown[]; // SAFETY: an array stays one
      const kwargs = replaceSymbolic(node.kwargs, copy) as Record<string, unknown>; // SAFETY: an object stays one
      const results = replaceSymbolic(
        node.outputs,
        ({ shape, dtype, name }) => new KerasTensor(shape, { dtype, name: `${name}CLONE` }),
      );
      const copied = new Node(node.operation, args, kwargs, results);
      node.outputTensors.forEach((old, i) => copies.set(old, copied.outputTensors[i] ?? old));
    }
    return copies.get(tensor) ?? tensor;
  };
  const newOutputs = replaceSymbolic(outputs, copy);
  return { inputs: replaceSymbolic(inputs, (tensor) => copies.get(tensor) ?? tensor), outputs: newOutputs };
}

/** True for the output of an `Input`. */
export function isInputTensor(tensor: KerasTensor): boolean {
  const { history } = tensor;
  return history !== null && history.operation.inboundNodes[history.nodeIndex]?.isInput === true;
}
