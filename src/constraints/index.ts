import type { Constraint } from "./constraint.ts";

export function get(identifier: Constraint | string | null): Constraint | null {
  return typeof identifier === "string" ? null : identifier;
}
