import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { comparison } from "./comparison.ts";

export const gtPrimitive: Primitive<Record<never, never>> = comparison("gt", ["lt", true], (x, y) => x > y);

/** `x > y`, as bool. */
export function gt(x: Var, y: Var): Var {
  return emitOne(gtPrimitive, [x, y], {});
}
