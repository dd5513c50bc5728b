import { isLayer, type LayerBase } from "../graph/layer-base.ts";
import { KerasTensor } from "../graph/keras-tensor.ts";
import { OpOperation, type Operation } from "../graph/operation.ts";
import { symbolicIn } from "../graph/node.ts";
import { InputLayer } from "../layers/core/input-layer.ts";
import { OptionError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { remembered } from "../util/remembered.ts";
import type { FunctionalGraph } from "./functional-graph.ts";

export interface CloneGraphOptions {
  /** Symbolic tensors to build the clone on, one for each input. Default: new inputs. */
  readonly inputTensors?: unknown;
  /** Calls each layer of the clone. Default: calls it. */
  readonly callFunction?:
    | ((layer: LayerBase, args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>) => unknown)
    | undefined;
}

/** A new layer with the same configuration. */
export function copyLayer(layer: LayerBase, cls: unknown = layer.constructor): LayerBase {
  // SAFETY: the class of a layer has LayerBase's static fromConfig, or its own.
  const { fromConfig } = cls as { fromConfig(config: Readonly<Record<string, unknown>>): LayerBase };
  return fromConfig.call(cls, layer.getConfig());
}

/** A graph with new operations between new inputs (or the given ones) and outputs, nested as the old ones. */
export function cloneGraph(
  graph: FunctionalGraph,
  make: (layer: LayerBase) => LayerBase,
  { inputTensors, callFunction }: CloneGraphOptions = {},
): { readonly inputs: unknown; readonly outputs: unknown } {
  const given = inputTensors === undefined || inputTensors === null ? null : symbolicIn(inputTensors);
  if (given !== null && given.length !== graph.inputs.length) {
    throw new OptionError(
      `cloneModel: expected ${graph.inputs.length} inputTensors, received ${given.length}.`,
    );
  }
  const copies = new Map<Operation, Operation>();
  const newCopy = (operation: Operation): Operation => {
    if (isLayer(operation)) return make(operation);
    return operation instanceof OpOperation
      ? new OpOperation(operation.op, operation.name, operation.config)
      : operation;
  };
  const inputs = graph.inputs.map((tensor, i) => given?.[i] ?? copyInput(tensor));
  const outputs = graph.run(inputs, (operation, args, kwargs) => {
    const copy = remembered(copies, operation, () => newCopy(operation));
    if (callFunction !== undefined && isLayer(copy)) return callFunction(copy, args, kwargs);
    return copy instanceof OpOperation ? copy.invoke(...args) : copy.runNode(args, kwargs);
  });
  return { inputs: inputTensors ?? repack(graph.inputStructure, graph.inputs, inputs), outputs };
}

export function copyInput({ shape, dtype, name }: KerasTensor): KerasTensor {
  return new InputLayer({ batchShape: shape, dtype, name }).output;
}

/** `structure` with each of `old` replaced by its counterpart. */
function repack(structure: unknown, old: readonly KerasTensor[], replacements: readonly unknown[]): unknown {
  if (structure instanceof KerasTensor) return replacements[old.indexOf(structure)];
  if (Array.isArray(structure)) return structure.map((child) => repack(child, old, replacements));
  if (isPlainObject(structure)) {
    return Object.fromEntries(
      Object.entries(structure).map(([key, child]) => [key, repack(child, old, replacements)]),
    );
  }
  return structure;
}
