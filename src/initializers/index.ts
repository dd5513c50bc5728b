import type { Initializer } from "./initializer.ts";
import { Zeros } from "./zeros.ts";

export { Zeros };
export type { Initializer };

/** The initializer an identifier stands for. */
export function get(identifier: Initializer | string): Initializer {
  return typeof identifier === "string" ? Zeros() : identifier;
}
