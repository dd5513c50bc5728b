import { evaluateArg, type ArgParams, argSamples, inferArg } from "../arg-reduction.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const argMaxPrimitive: Primitive<ArgParams> = {
  name: "argMax",
  infer: ([x], params) => inferArg("argMax", x, params),
  evaluate: ([x], params) => evaluateArg(x, params, (a, b) => a > b),
  lowering: { kind: "structured" },
  vjp: notDifferentiable("its result is an index"),
  samples: argSamples,
};

/** Index (int32) of the largest element along an axis, which is removed; the first of equals, or the first NaN. */
export function argMax(x: Var, axis: number): Var {
  return emitOne(argMaxPrimitive, [x], { axis });
}
