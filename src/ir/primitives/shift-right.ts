import { elementwise } from "../elementwise.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const shiftRightPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "shiftRight",
  arity: 2,
  accepts: "integer",
  f: ([x = 0, y = 0]) => Math.floor(x / 2 ** y),
  scalar: (b, [x = 0, y = 0]) => b.op("shr", x, y),
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

/** `⌊x / 2^y⌋`: arithmetic for signed dtypes, logical for unsigned; `0 ≤ y < bits`. */
export function shiftRight(x: Var, y: Var): Var {
  return emitOne(shiftRightPrimitive, [x, y], {});
}
