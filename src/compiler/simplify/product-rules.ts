import { broadcastPrimitive } from "../../ir/primitives/broadcast.ts";
import { mulPrimitive } from "../../ir/primitives/mul.ts";
import { reshapePrimitive } from "../../ir/primitives/reshape.ts";
import type { Var } from "../../ir/program.ts";
import type { Rule, RuleTable } from "./rewriter.ts";

/** Products of one term are element-wise, and fuse with what follows. */
const matmul: Rule = (r, [a, b], _, { shape }) => {
  if (a === undefined || b === undefined || a.shape.at(-1) !== 1) return null;
  const last = shape.length - 1;
  const spread = (value: Var, without: number): Var => {
    const axes = shape.map((__, i) => i).filter((i) => i !== without);
    const narrow = r.apply(reshapePrimitive, [value], { shape: axes.map((axis) => shape[axis] ?? 1) });
    return r.apply(broadcastPrimitive, [narrow], { shape, axes });
  };
  return r.apply(mulPrimitive, [spread(a, last), spread(b, last - 1)], {});
};

/** Rules for products. */
export const productRules: RuleTable = { matmul };
