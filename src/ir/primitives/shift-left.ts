import { elementwise } from "../elementwise.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const shiftLeftPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "shiftLeft",
  arity: 2,
  accepts: "integer",
  f: ([x = 0, y = 0]) => x * 2 ** y,
  scalar: (b, [x = 0, y = 0]) => b.op("shl", x, y),
  vjp: notDifferentiable("its inputs are not floats"),
  samples: () =>
    (["int32", "uint32"] as const).map((dtype) => ({
      inputs: [
        { shape: [40], dtype, low: dtype === "int32" ? -(2 ** 31) : 0, high: 2 ** 31 },
        { shape: [40], dtype, low: 0, high: 32 },
      ],
      params: {},
    })),
});

/** `x · 2^y` modulo the width of the dtype; `0 ≤ y < bits`. */
export function shiftLeft(x: Var, y: Var): Var {
  return emitOne(shiftLeftPrimitive, [x, y], {});
}
