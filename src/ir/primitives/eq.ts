import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { comparison } from "./comparison.ts";

export const eqPrimitive: Primitive<Record<never, never>> = comparison(
  "eq",
  ["eq", false],
  (x, y) => x === y,
);

/** `x = y`, as bool. */
export function eq(x: Var, y: Var): Var {
  return emitOne(eqPrimitive, [x, y], {});
}
