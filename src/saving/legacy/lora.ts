import { type Hdf5Group, stringAttribute } from "../../codec/hdf5/index.ts";
import { toNumbers } from "../../ir/numbers.ts";
import { isPlainObject } from "../../util/options.ts";
import { parsePythonJson } from "../python-json.ts";
import type { StoredWeight } from "./weight-layouts.ts";

/**
 * What the low-rank part of each layer's kernel counts, by the layers' names: `lora_alpha / lora_rank`.
 *
 * @see Keras `layers/core/dense.py`, `enable_lora`
 */
export function loraScales(file: Hdf5Group): ReadonlyMap<string, number> {
  const scales = new Map<string, number>();
  const text = stringAttribute(file, "model_config");
  if (text === undefined || !text.includes("lora_rank")) return scales;
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    if (!isPlainObject(value)) return;
    const { name, lora_rank: rank, lora_alpha: alpha } = value;
    if (typeof name === "string" && typeof rank === "number")
      scales.set(name, (typeof alpha === "number" ? alpha : rank) / rank);
    Object.values(value).forEach(visit);
  };
  visit(parsePythonJson(text));
  return scales;
}

/**
 * The weights of a layer whose kernel has a low-rank part beside it, with the part added: `kernel + scale · a @ b`.
 * Keras's older files keep these apart; newer ones have the sum.
 */
export function mergeLora(weights: readonly StoredWeight[], scale: number): readonly StoredWeight[] {
  const find = (end: RegExp): StoredWeight | undefined => weights.find(({ name }) => end.test(name));
  const [a, b] = [find(/\/lora_\w+_a(?::\d+)?$/), find(/\/lora_\w+_b(?::\d+)?$/)];
  const kernel = find(/\/(?:kernel|embeddings)(?::\d+)?$/);
  if (a === undefined || b === undefined || kernel === undefined) return weights;
  const rank = a.shape.at(-1) ?? 1;
  const width = b.shape.at(-1) ?? 1;
  const sum = Float32Array.from(toNumbers(kernel.data, kernel.dtype), (value, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    let product = 0;
    for (let k = 0; k < rank; k++)
      product += Number(a.data[row * rank + k] ?? 0) * Number(b.data[k * width + column] ?? 0);
    return value + scale * product;
  });
  // A frozen kernel is listed last; today it comes first.
  const others = weights.filter((weight) => weight !== a && weight !== b && weight !== kernel);
  return [{ ...kernel, dtype: "float32", data: sum }, ...others];
}
