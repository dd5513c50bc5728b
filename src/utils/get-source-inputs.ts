import { KerasTensor } from "../graph/keras-tensor.ts";
import { DataError } from "../util/errors.ts";

/**
 * The `Input`s that a symbolic tensor is computed from, each once; of an `Input`, itself.
 *
 * @throws {DataError} when it is no symbolic tensor.
 * @example
 * const x = Input({ shape: [4] });
 * getSourceInputs(Dense(2)(x)); // [x]
 * @see Keras `ops/operation_utils.py`
 */
export function getSourceInputs(tensor: KerasTensor): KerasTensor[] {
  const found = new Set<KerasTensor>();
  const seen = new Set<KerasTensor>();
  const open: KerasTensor[] = [tensor];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (!(one instanceof KerasTensor)) {
      throw new DataError(
        `utils.getSourceInputs: expected a symbolic tensor, as layers give for an Input, received ${String(one)}.`,
      );
    }
    if (seen.has(one)) continue;
    seen.add(one);
    const { history } = one;
    const node = history?.operation.inboundNodes[history.nodeIndex];
    if (node === undefined) found.add(one);
    else if (node.isInput) for (const output of node.outputTensors) found.add(output);
    else open.push(...node.inputTensors.toReversed());
  }
  return [...found];
}
