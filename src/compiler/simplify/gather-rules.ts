import type { GatherParams, ScatterParams } from "../../ir/primitives/gather.ts";
import { type TransposeParams, transposePrimitive } from "../../ir/primitives/transpose.ts";
import type { Rule, RuleTable } from "./rewriter.ts";

/**
 * A gather of rows whose index axes are then swapped gathers with swapped indices: `perm` of the axes of the indices,
 * or null where the axes of the rows move too.
 */
function indexPermutation(perm: readonly number[], rank: number): readonly number[] | null {
  const moved = perm.slice(0, rank);
  return perm.every((axis, i) => (i < rank ? axis < rank : axis === i)) ? moved : null;
}

const transpose: Rule = (r, [x], params) => {
  const { perm } = params as TransposeParams; // SAFETY: the parameters of `transpose`
  const gather = r.match(x, "gather");
  const [table, indices] = gather?.inputs ?? [];
  if (gather === null || table === undefined || indices === undefined) return null;
  const { axis } = gather.params as GatherParams; // SAFETY: the parameters of `gather`
  const moved = axis === 0 ? indexPermutation(perm, indices.shape.length) : null;
  if (moved === null) return null;
  return r.apply(
    gather.primitive,
    [table, r.apply(transposePrimitive, [indices], { perm: moved })],
    gather.params,
  );
};

/** Sums of updates do not depend on their order, but for rounding: transposed updates have transposed indices. */
const scatter: Rule = (r, [x, indices, updates], params, _, primitive) => {
  const { axis, mode } = params as ScatterParams; // SAFETY: the parameters of `scatter`
  const transposed = r.match(updates, "transpose");
  const [origin] = transposed?.inputs ?? [];
  if (axis !== 0 || mode !== "add" || transposed === null || !x || !indices || !origin) return null;
  const { perm } = transposed.params as TransposeParams; // SAFETY: the parameters of `transpose`
  const moved = indexPermutation(perm, indices.shape.length);
  if (moved === null) return null;
  const back = r.apply(transposePrimitive, [indices], { perm: moved.map((_, i) => moved.indexOf(i)) });
  return r.apply(primitive, [x, back, origin], { axis, mode });
};

/** Rules for gathered and scattered rows whose axes are swapped. */
export const gatherRules: RuleTable = { transpose, scatter };
