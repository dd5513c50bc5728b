import { highest } from "../dtype-range.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { evaluateReduce, inferReduce, type ReduceParams, reduceSamples } from "../reduction.ts";
import type { Dims } from "../shape.ts";

export const reduceMinPrimitive: Primitive<ReduceParams> = {
  name: "reduceMin",
  infer: ([x], params) => inferReduce("reduceMin", x, params),
  lowering: { kind: "reduce", combine: "min" },
  // Equal parts to all elements that attain the result.
  vjp: ([g], { inputs: [x], outputs: [y], params: { axes }, p }) => {
    if (!g || !x || !y) return [];
    const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
    const hits = p.cast(p.eq(x, p.broadcast(y, x.shape, kept)), g.dtype);
    return [p.mul(hits, p.broadcast(p.div(g, p.reduceSum(hits, axes)), x.shape, kept))];
  },
  samples: () => [
    ...reduceSamples(),
    { inputs: [{ shape: [4, 9], dtype: "int32", low: -99, high: 99 }], params: { axes: [1] } },
    { inputs: [{ shape: [5, 3], dtype: "bool" }], params: { axes: [0] } },
    { inputs: [{ shape: [2, 0], dtype: "float32" }], params: { axes: [1] } },
  ],
};

/** The meaning of `reduceMin`, in double precision. */
export const reduceMinMeaning: Meaning<ReduceParams> = ([x], params) =>
  evaluateReduce(x, params, highest(x?.dtype ?? "float32"), Math.min);

/** Smallest element over `axes`, which are removed; NaN wins. Over bool it says whether all hold. */
export function reduceMin(x: Var, axes: Dims): Var {
  return axes.length === 0 ? x : emitOne(reduceMinPrimitive, [x], { axes });
}
