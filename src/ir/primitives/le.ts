import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { comparison } from "./comparison.ts";

export const lePrimitive: Primitive<Record<never, never>> = comparison("le", ["le", false], (x, y) => x <= y);

/** `x ≤ y`, as bool. */
export function le(x: Var, y: Var): Var {
  return emitOne(lePrimitive, [x, y], {});
}
