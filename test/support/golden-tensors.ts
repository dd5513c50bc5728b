import { type DType, toDType } from "../../src/ir/dtypes.ts";
import { fromNumbers } from "../../src/ir/numbers.ts";
import { Tensor } from "../../src/ops/core/tensor.ts";
import type { GoldenTensor } from "./golden.ts";
import { camelCase } from "./keras-api.ts";

/** A golden tensor as a tensor; 64-bit dtypes stay. */
export function toTensor(
  { values, shape, dtype }: GoldenTensor,
  as: DType = toDType(dtype, "golden"),
): Tensor {
  return Tensor.fromData(fromNumbers(Float64Array.from(values), as), shape, as);
}

/** Whether a decoded golden value is a tensor. */
export function isGoldenTensor(value: unknown): value is GoldenTensor {
  return (
    typeof value === "object" && value !== null && "values" in value && "shape" in value && "dtype" in value
  );
}

/** All tensors of a golden value, objects by their sorted keys as Keras flattens them. */
export function goldenTensorsIn(value: unknown): GoldenTensor[] {
  if (isGoldenTensor(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(goldenTensorsIn);
  if (typeof value !== "object" || value === null) return [];
  const keys = Object.keys(value).toSorted();
  return keys.flatMap((key) => goldenTensorsIn(Reflect.get(value, key)));
}

/** An object's keys from snake_case to camelCase, one level deep; `{ $float }` and its like become numbers. */
export function camelKeys(object: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [camelCase(key), plain(value)]));
}

/** A JSON value of the corpus as a plain value. */
function plain(value: unknown): unknown {
  if (typeof value === "object" && value !== null && "$float" in value) return Number(value.$float);
  return value;
}
