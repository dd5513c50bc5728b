import { readSafetensors, type StoredTensor, writeSafetensors } from "./safetensors.ts";
import type { LayerBase } from "../graph/layer-base.ts";
import type { Variable } from "../graph/variable.ts";
import { fromNumbers, toNumbers } from "../ir/numbers.ts";
import { formatShape, sameShape } from "../ir/shape.ts";
import { FormatError, warnOnce } from "../util/errors.ts";

/** A model's weights by their paths; a path that repeats gets `_1`, `_2`, … */
function named(model: LayerBase): ReadonlyMap<string, Variable> {
  const found = new Map<string, Variable>();
  for (const weight of model.weights) {
    let name = weight.path;
    for (let i = 1; found.has(name); i++) name = `${weight.path}_${i}`;
    found.set(name, weight);
  }
  return found;
}

/** The bytes of a safetensors file of a model's weights, each by its path (`dense/kernel`). */
export function writeSafetensorsWeights(model: LayerBase): Uint8Array {
  const tensors = [...named(model)].map(([name, weight]): StoredTensor => ({
    name,
    dtype: weight.dtype,
    shape: weight.shape,
    data: weight.dataSync(),
  }));
  return writeSafetensors(tensors, { format: "antler", model: model.name });
}

/**
 * Sets a model's weights from a safetensors file, by their paths.
 *
 * @throws {FormatError} when one is missing, extra or of another shape; then nothing has been changed.
 */
export function readSafetensorsWeights(
  model: LayerBase,
  bytes: Uint8Array,
  where: string,
  skipMismatch: boolean,
): void {
  const stored = new Map(readSafetensors(bytes, where).map((tensor) => [tensor.name, tensor]));
  const variables = named(model);
  const problems: string[] = [];
  const matches: { readonly variable: Variable; readonly tensor: StoredTensor }[] = [];
  for (const [name, variable] of variables) {
    const tensor = stored.get(name);
    if (tensor === undefined) problems.push(`missing: ${name} ${formatShape(variable.shape)}`);
    else if (!sameShape(tensor.shape, variable.shape)) {
      const text = `${name}: expected ${formatShape(variable.shape)}, found ${formatShape(tensor.shape)}`;
      if (skipMismatch) warnOnce(`skipped ${text}`);
      else problems.push(`mis-shaped: ${text}`);
    } else matches.push({ variable, tensor });
  }
  for (const [name, { shape }] of stored)
    if (!variables.has(name)) problems.push(`extra: ${name} ${formatShape(shape)}`);
  if (problems.length > 0) {
    throw new FormatError(
      `${where}: the weights do not fit the model ${model.where}:\n  ${problems.join("\n  ")}`,
    );
  }
  for (const { variable, tensor } of matches) {
    const { data, dtype } = tensor;
    variable.assignData(
      dtype === variable.dtype ? data : fromNumbers(toNumbers(data, dtype), variable.dtype),
    );
  }
}
