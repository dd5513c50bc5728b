import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { evaluateReduce, inferReduce, type ReduceParams, reduceSamples } from "../reduction.ts";
import type { Dims } from "../shape.ts";

export const reduceSumPrimitive: Primitive<ReduceParams> = {
  name: "reduceSum",
  infer: ([x], params) => inferReduce("reduceSum", x, params),
  lowering: { kind: "reduce", combine: "add" },
  vjp: ([g], { inputs: [x], params: { axes }, p }) =>
    g && x
      ? [
          p.broadcast(
            g,
            x.shape,
            x.shape.map((_, i) => i).filter((i) => !axes.includes(i)),
          ),
        ]
      : [],
  samples: () => reduceSamples(),
};

/** The meaning of `reduceSum`, in double precision. */
export const reduceSumMeaning: Meaning<ReduceParams> = ([x], params) =>
  evaluateReduce(x, params, 0, (a, b) => a + b);

/** Sum over `axes`, which are removed. */
export function reduceSum(x: Var, axes: Dims): Var {
  return axes.length === 0 ? x : emitOne(reduceSumPrimitive, [x], { axes });
}
