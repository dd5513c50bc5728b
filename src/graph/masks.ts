import { Value } from "../ops/core/value.ts";
import { isPlainObject } from "../util/options.ts";

/** Masks travel beside values: bool tensors that say which time steps are real. */
const masks = new WeakMap<Value, Value>();

/** The mask of a value, or null. */
export function maskOf(value: unknown): Value | null {
  return value instanceof Value ? (masks.get(value) ?? null) : null;
}

export function setMask(value: Value, mask: Value | null): void {
  if (mask === null) masks.delete(value);
  else masks.set(value, mask);
}

/** The masks of nested values, nested alike; null where all are null. */
export function masksOf(values: unknown): unknown {
  const found = nested(values);
  return holdsMask(found) ? found : null;
}

function nested(values: unknown): unknown {
  if (values instanceof Value) return maskOf(values);
  if (Array.isArray(values)) return values.map(nested);
  if (isPlainObject(values))
    return Object.fromEntries(Object.entries(values).map(([key, child]) => [key, nested(child)]));
  return null;
}

function holdsMask(tree: unknown): boolean {
  if (tree instanceof Value) return true;
  if (Array.isArray(tree)) return tree.some(holdsMask);
  return isPlainObject(tree) && Object.values(tree).some(holdsMask);
}

/** Gives outputs their masks, leaf by leaf; one mask for several outputs is that of the first. */
export function setMasks(outputs: unknown, given: unknown): void {
  if (outputs instanceof Value) {
    if (given === null || given === undefined || given instanceof Value) setMask(outputs, given ?? null);
  } else if (Array.isArray(outputs)) {
    const masks: readonly unknown[] = Array.isArray(given) ? given : [given];
    outputs.forEach((child, i) => setMasks(child, masks[i]));
  } else if (isPlainObject(outputs)) {
    for (const [key, child] of Object.entries(outputs))
      setMasks(child, isPlainObject(given) ? given[key] : null);
  }
}
