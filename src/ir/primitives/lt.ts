import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { comparison } from "./comparison.ts";

export const ltPrimitive: Primitive<Record<never, never>> = comparison("lt", ["lt", false], (x, y) => x < y);

/** `x < y`, as bool. */
export function lt(x: Var, y: Var): Var {
  return emitOne(ltPrimitive, [x, y], {});
}
