import { isPlainObject } from "../util/options.ts";
import { SeedGenerator } from "./seed-generator.ts";
import { Variable } from "./variable.ts";

/** Something tracked, and the field it was found in (`blocks`, with further keys for lists and objects). */
export interface Tracked<T> {
  readonly field: string;
  readonly value: T;
}

/** Fields of an operation that hold the graph, not parts of the layer. */
const untracked: ReadonlySet<string> = new Set(["inboundNodes", "outboundNodes"]);

/**
 * The parts (sub-layers, variables, …) in an object's own public fields, also inside arrays, objects and maps there,
 * in the order in which the fields were made. `#private` fields are not seen.
 */
export function findParts<T>(owner: object, isPart: (value: unknown) => value is T): Tracked<T>[] {
  const found: Tracked<T>[] = [];
  const seen = new Set<unknown>();
  const visit = (field: string, value: unknown): void => {
    if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value))
      return;
    if (isPart(value)) {
      seen.add(value);
      found.push({ field, value });
    } else if (Array.isArray(value)) {
      seen.add(value);
      for (const child of value) visit(field, child);
    } else if (value instanceof Map || value instanceof Set) {
      seen.add(value);
      for (const child of value.values()) visit(field, child);
    } else if (isPlainObject(value)) {
      seen.add(value);
      for (const child of Object.values(value)) visit(field, child);
    }
  };
  for (const [field, value] of Object.entries(owner)) if (!untracked.has(field)) visit(field, value);
  return found;
}

export function isVariable(value: unknown): value is Variable {
  return value instanceof Variable;
}

export function isSeedGenerator(value: unknown): value is SeedGenerator {
  return value instanceof SeedGenerator;
}
