import { KerasTensor } from "../graph/keras-tensor.ts";
import { isPlainObject } from "../util/options.ts";

/** A shape as Keras prints it: `(None, 784)`, `(None,)`. */
export function pythonShape(shape: readonly (number | null)[]): string {
  const sizes = shape.map((dim) => (dim === null ? "None" : String(dim)));
  return sizes.length === 1 ? `(${sizes[0]},)` : `(${sizes.join(", ")})`;
}

/** Nested shapes as Python prints lists and dictionaries, each tensor by `format`. */
export function pythonTree(value: unknown, format: (tensor: KerasTensor) => string): string {
  if (value instanceof KerasTensor) return format(value);
  if (Array.isArray(value)) return `[${value.map((child) => pythonTree(child, format)).join(", ")}]`;
  if (isPlainObject(value)) {
    return `{${Object.entries(value)
      .map(([key, child]) => `'${key}': ${pythonTree(child, format)}`)
      .join(", ")}}`;
  }
  return "?";
}
