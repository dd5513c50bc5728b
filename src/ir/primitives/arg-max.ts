import { evaluateArg, type ArgParams, argSamples, inferArg } from "../arg-reduction.ts";
import { type Meaning, notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const argMaxPrimitive: Primitive<ArgParams> = {
  name: "argMax",
  infer: ([x], params) => inferArg("argMax", x, params),
  lowering: { kind: "structured" },
  vjp: notDifferentiable("its result is an index"),
  samples: argSamples,
};

/** The meaning of `argMax`, in double precision. */
export const argMaxMeaning: Meaning<ArgParams> = ([x], params) => evaluateArg(x, params, (a, b) => a > b);

/** Index (int32) of the largest element along an axis, which is removed; the first of equals, or the first NaN. */
export function argMax(x: Var, axis: number): Var {
  return emitOne(argMaxPrimitive, [x], { axis });
}
