import { elementwise } from "../elementwise.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const isNanPrimitive: Primitive<Record<never, never>> = elementwise({
  name: "isNan",
  arity: 1,
  accepts: "float",
  result: () => "bool",
  f: ([x = 0]) => (Number.isNaN(x) ? 1 : 0),
  scalar: (b, [x = 0]) => b.op("ne", x, x),
  vjp: notDifferentiable("its result is a truth value"),
  samples: () => [
    { inputs: [{ shape: [5], dtype: "float32", values: [NaN, Infinity, -Infinity, 0, -3e38] }], params: {} },
  ],
});

/** Whether `x` is NaN. */
export function isNan(x: Var): Var {
  return emitOne(isNanPrimitive, [x], {});
}
