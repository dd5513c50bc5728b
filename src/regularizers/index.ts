import type { Regularizer } from "./regularizer.ts";

export function get(identifier: Regularizer | string | null): Regularizer | null {
  return typeof identifier === "string" ? null : identifier;
}
