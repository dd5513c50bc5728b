import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { comparison } from "./comparison.ts";

export const gePrimitive: Primitive<Record<never, never>> = comparison("ge", ["le", true], (x, y) => x >= y);

/** `x ≥ y`, as bool. */
export function ge(x: Var, y: Var): Var {
  return emitOne(gePrimitive, [x, y], {});
}
