import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { evaluateReduce, inferReduce, type ReduceParams, reduceSamples } from "../reduction.ts";
import { type Dims, sizeOf } from "../shape.ts";
import { cumProd } from "./cum-prod.ts";

export const reduceProdPrimitive: Primitive<ReduceParams> = {
  name: "reduceProd",
  infer: ([x], params) => inferReduce("reduceProd", x, params),
  lowering: { kind: "reduce", combine: "mul" },
  // The product of all others, without division, so that zeros are no exception: products from the left times products from the right.
  vjp: ([g], { inputs: [x], params: { axes }, p }) => {
    if (!g || !x) return [];
    const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
    const perm = [...kept, ...axes];
    const moved = p.transpose(x, perm);
    const flat = p.reshape(moved, [
      sizeOf(kept.map((i) => x.shape[i] ?? 1)),
      sizeOf(axes.map((i) => x.shape[i] ?? 1)),
    ]);
    const left = cumProd(flat, 1, { exclusive: true });
    const right = cumProd(flat, 1, { exclusive: true, reverse: true });
    const others = p.transpose(
      p.reshape(p.mul(left, right), moved.shape),
      perm.map((_, i) => perm.indexOf(i)),
    );
    return [p.mul(others, p.broadcast(g, x.shape, kept))];
  },
  samples: () => [
    ...reduceSamples(0.5, 1.5),
    {
      inputs: [{ shape: [2, 4], dtype: "float32", values: [1, 0, 3, 2, 0, 2, 0, 4] }],
      params: { axes: [1] },
    },
    { inputs: [{ shape: [3, 4], dtype: "int32", low: -9, high: 9 }], params: { axes: [0] } },
    { inputs: [{ shape: [2, 0], dtype: "float32" }], params: { axes: [1] } },
  ],
};

/** The meaning of `reduceProd`, in double precision. */
export const reduceProdMeaning: Meaning<ReduceParams> = ([x], params) =>
  evaluateReduce(x, params, 1, (a, b) => a * b);

/** Product over `axes`, which are removed. */
export function reduceProd(x: Var, axes: Dims): Var {
  return axes.length === 0 ? x : emitOne(reduceProdPrimitive, [x], { axes });
}
