import type { KerasTensor } from "../graph/keras-tensor.ts";

/** The inputs and outputs of a functional model. */
export interface FunctionalStructure {
  /** Symbolic tensors, nested as the model was given them. */
  readonly inputStructure: unknown;
  readonly outputStructure: unknown;
  readonly inputs: readonly KerasTensor[];
  readonly outputs: readonly KerasTensor[];
}

/** Names of a functional model's outputs: those of the layers that make them. @see Keras `Functional.output_names` */
export function outputNamesOf(graph: FunctionalStructure | null): readonly string[] | null {
  return graph === null ? null : graph.outputs.map((tensor) => tensor.history?.operation.name ?? tensor.name);
}
