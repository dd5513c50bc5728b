import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { comparison } from "./comparison.ts";

export const nePrimitive: Primitive<Record<never, never>> = comparison(
  "ne",
  ["ne", false],
  (x, y) => x !== y,
);

/** `x ≠ y`, as bool. */
export function ne(x: Var, y: Var): Var {
  return emitOne(nePrimitive, [x, y], {});
}
