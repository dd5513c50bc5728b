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

/** Both maps with or without the name of the model in front, whichever makes their names equal; else as they are. */
function alike<A, B>(
  one: ReadonlyMap<string, A>,
  other: ReadonlyMap<string, B>,
): readonly [ReadonlyMap<string, A>, ReadonlyMap<string, B>] {
  for (const a of [one, withoutPrefix(one)]) {
    for (const b of [other, withoutPrefix(other)])
      if (a.size === b.size && [...a.keys()].every((name) => b.has(name))) return [a, b];
  }
  return [one, other];
}

/** Names without their first step, where that is the same for all. */
function withoutPrefix<T>(values: ReadonlyMap<string, T>): ReadonlyMap<string, T> {
  const prefix = /^[^/]+\//.exec([...values.keys()][0] ?? "")?.[0] ?? "";
  if (![...values.keys()].every((name) => name.startsWith(prefix))) return values;
  return new Map([...values].map(([name, value]) => [name.slice(prefix.length), value]));
}

/** The bytes of a safetensors file of a model's weights, each by its path (`dense/kernel`). */
export function writeSafetensorsWeights(model: LayerBase): Uint8Array {
  const tensors = [...named(model)].map(([name, weight]): StoredTensor => ({
    name,
    dtype: weight.dtype,
    shape: weight.shape,
    data: weight.storedSync(),
  }));
  return writeSafetensors(tensors, { format: "antler", model: model.name });
}

/**
 * Sets a model's weights from a safetensors file, by their paths. Whether these begin with the name of the model, as
 * they do for layers that it built itself, makes no difference.
 *
 * @throws {FormatError} when one is missing, extra or of another shape; then nothing has been changed.
 */
export function readSafetensorsWeights(
  model: LayerBase,
  bytes: Uint8Array,
  where: string,
  skipMismatch: boolean,
): void {
  const tensors = new Map(readSafetensors(bytes, where).map((tensor) => [tensor.name, tensor]));
  const [variables, stored] = alike(named(model), tensors);
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
