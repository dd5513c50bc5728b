import { KerasTensor } from "../../graph/keras-tensor.ts";
import { isLayer, type LayerBase } from "../../graph/layer-base.ts";
import { masksOf } from "../../graph/masks.ts";
import type { Node } from "../../graph/node.ts";
import { OpOperation } from "../../graph/operation.ts";
import { ModelBase } from "../../models/model-base.ts";
import { isRecurrent, nodeOf, zeroesMasked } from "./nodes.ts";
import { optionsOf, refusal } from "./write-config.ts";

/** TensorFlow.js passes masks along by itself: what is given has to be what it will find, and it has to do as Keras with it. */
export function checkMasks(node: Node, layer: LayerBase): void {
  const own = masksOf(node.args[0]);
  const given = node.kwargs["mask"] ?? null;
  if (given !== null && !isSame(given, own))
    throw refusal(
      layer.where,
      "takes masks only from Embedding and Masking layers, this call has another one",
    );
  if (own === null) return;
  const { masks = "drop" } = layer instanceof ModelBase ? { masks: "refuse" } : optionsOf(layer);
  const isLost = masks === "drop" && node.outputTensors.some((tensor) => masksOf(tensor) !== null);
  if (masks === "refuse" || isLost || zeroesMasked(layer))
    throw refusal(
      layer.where,
      `does not compute a ${layer.className} with a mask as Keras does, and its input has one`,
      "Leave out maskZero or the Masking layer.",
    );
}

/** Whether a mask changes what a layer computes. */
function usesMasks(layer: LayerBase): boolean {
  return (
    isRecurrent(layer) ||
    layer.className === "Softmax" ||
    (!(layer instanceof ModelBase) && layer.subLayers.some(usesMasks))
  );
}

/**
 * TensorFlow.js gives a mask to all layers that it computes afterwards, whether their input has one or not.
 *
 * @throws {FormatError} when that would reach a layer that masks change.
 */
export function checkStrayMasks(all: readonly Node[]): void {
  const isMasked = (node: Node): boolean => masksOf(node.args[0]) !== null;
  if (!all.some(isMasked)) return;
  const stray = all.find((node) => isLayer(node.operation) && usesMasks(node.operation) && !isMasked(node));
  if (stray !== undefined && isLayer(stray.operation))
    throw refusal(
      stray.operation.where,
      "passes masks of other layers on to this one, which has none here",
      "Leave out maskZero or the Masking layer.",
    );
}

/** Whether two values are the same tensors, or made by the same ops of the same tensors. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, i) => isSame(one, b[i]));
  if (!(a instanceof KerasTensor) || !(b instanceof KerasTensor) || a.history === null || b.history === null)
    return false;
  const [left, right] = [a.history.operation, b.history.operation];
  if (!(left instanceof OpOperation) || !(right instanceof OpOperation) || left.op !== right.op) return false;
  if (
    JSON.stringify(left.config) !== JSON.stringify(right.config) ||
    a.history.tensorIndex !== b.history.tensorIndex
  )
    return false;
  return isSame([...nodeOf(a).args], [...nodeOf(b).args]);
}
