import { evaluateArg, type ArgParams, argSamples, inferArg } from "../arg-reduction.ts";
import { type Meaning, notDifferentiable, type Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export const argMinPrimitive: Primitive<ArgParams> = {
  name: "argMin",
  infer: ([x], params) => inferArg("argMin", x, params),
  lowering: { kind: "structured" },
  vjp: notDifferentiable("its result is an index"),
  samples: argSamples,
};

/** The meaning of `argMin`, in double precision. */
export const argMinMeaning: Meaning<ArgParams> = ([x], params) => evaluateArg(x, params, (a, b) => a < b);

/** Index (int32) of the smallest element along an axis, which is removed; the first of equals, or the first NaN. */
export function argMin(x: Var, axis: number): Var {
  return emitOne(argMinPrimitive, [x], { axis });
}
