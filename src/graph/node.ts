import { isPlainObject } from "../util/options.ts";
import { KerasTensor } from "./keras-tensor.ts";
import type { Operation } from "./operation.ts";

/** One argument of a recorded call: symbolic tensors inside constants and nested structures. */
export type NodeArgument = unknown;

/**
 * One call of an operation on symbolic tensors: an edge bundle of the graph.
 *
 * @see Keras `ops/node.py`
 */
export class Node {
  readonly operation: Operation;
  /** Positional arguments of the call, symbolic tensors in place. */
  readonly args: readonly NodeArgument[];
  /** Named arguments of the call (camelCase). */
  readonly kwargs: Readonly<Record<string, NodeArgument>>;
  /** Nested as the call returned them. */
  readonly outputs: unknown;

  constructor(
    operation: Operation,
    args: readonly NodeArgument[],
    kwargs: Readonly<Record<string, NodeArgument>>,
    outputs: unknown,
  ) {
    this.operation = operation;
    this.args = args;
    this.kwargs = kwargs;
    this.outputs = outputs;
    const nodeIndex = operation.inboundNodes.length;
    operation.inboundNodes.push(this);
    this.outputTensors.forEach((tensor, tensorIndex) => {
      tensor.history ??= { operation, nodeIndex, tensorIndex };
    });
    for (const tensor of this.inputTensors) tensor.history?.operation.outboundNodes.push(this);
  }

  /** All symbolic tensors among the arguments, in order. */
  get inputTensors(): KerasTensor[] {
    return [...symbolicIn(this.args), ...symbolicIn(this.kwargs)];
  }

  get outputTensors(): KerasTensor[] {
    return symbolicIn(this.outputs);
  }

  /** True for the node of an `Input`. */
  get isInput(): boolean {
    return this.inputTensors.length === 0;
  }

  /** The nodes that make the inputs. */
  get parentNodes(): Node[] {
    return this.inputTensors.flatMap(({ history }) => {
      const node = history?.operation.inboundNodes[history.nodeIndex];
      return node === undefined ? [] : [node];
    });
  }
}

/** The symbolic tensors in nested arrays and plain objects (objects by sorted keys). */
export function symbolicIn(value: unknown): KerasTensor[] {
  if (value instanceof KerasTensor) return [value];
  if (Array.isArray(value)) return value.flatMap(symbolicIn);
  if (isPlainObject(value))
    return Object.keys(value)
      .sort()
      .flatMap((key) => symbolicIn(value[key]));
  return [];
}

/** A copy of nested arguments with every symbolic tensor replaced. */
export function replaceSymbolic(value: unknown, replace: (tensor: KerasTensor) => unknown): unknown {
  if (value instanceof KerasTensor) return replace(value);
  if (Array.isArray(value)) return value.map((child) => replaceSymbolic(child, replace));
  if (isPlainObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => [key, replaceSymbolic(child, replace)]),
    );
  }
  return value;
}
