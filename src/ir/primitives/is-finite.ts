import { elementwise } from "../elementwise.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const isFinitePrimitive: Primitive<Record<never, never>> = elementwise({
  name: "isFinite",
  arity: 1,
  accepts: "float",
  result: () => "bool",
  f: ([x = 0]) => (Number.isFinite(x) ? 1 : 0),
  scalar: (b, [x = 0]) => b.op("lt", b.op("abs", x), b.const(Infinity, b.dtypeOf(x))),
  vjp: notDifferentiable("its result is a truth value"),
  samples: () => [
    { inputs: [{ shape: [5], dtype: "float32", values: [NaN, Infinity, -Infinity, 0, -3e38] }], params: {} },
  ],
});

/** Whether `x` is neither NaN nor infinite. */
export function isFinite(x: Var): Var {
  return emitOne(isFinitePrimitive, [x], {});
}
