import type { KerasTensor } from "../../graph/keras-tensor.ts";
import type { LayerBase } from "../../graph/layer-base.ts";
import type { Node } from "../../graph/node.ts";
import { invariant } from "../../util/errors.ts";

/** The call that made a symbolic tensor. */
export function nodeOf(tensor: KerasTensor): Node {
  const { history } = tensor;
  const node = history?.operation.inboundNodes[history.nodeIndex];
  invariant(node !== undefined, "a tensor without a place in the graph");
  return node;
}

/** Whether a layer runs over steps, and takes initial states. */
export function isRecurrent(layer: LayerBase): boolean {
  return "cell" in layer || layer.className === "Bidirectional";
}

/** Whether outputs of masked steps are zero, where TensorFlow.js repeats those before: the ways of a `Bidirectional`. */
export function zeroesMasked(layer: LayerBase): boolean {
  return [layer, ...layer.subLayers].some(
    (one) =>
      "zeroOutputForMask" in one &&
      one.zeroOutputForMask === true &&
      "returnSequences" in one &&
      one.returnSequences === true,
  );
}
