import { hiddenLogit } from "../../../ir/attention.ts";
import type { Emitter } from "../emitter.ts";
import { int, text } from "../graph-builder.ts";
import { flagParam, input, numberParam, type Rule } from "../site.ts";
import type { Size } from "../size.ts";

/** Positions `0 … n − 1`, int64. */
function positions(e: Emitter, n: Size): string {
  const [from, by] = [e.graph.scalar(0, "int64"), e.graph.scalar(1, "int64")];
  return e.graph.one("Range", [from, e.sizeAs(n, "int64"), by]);
}

/** `softmax(q · kᵀ · scale) · v` for queries `[b, t, n, h]` and keys `[b, s, n, h]`, and the logarithms of the sums. */
export const attention: Rule = (e, site) => {
  const [query, key, value] = [input(site, 0), input(site, 1), input(site, 2)];
  const mask = site.inputs[3];
  const { graph } = e;
  const pairs = graph.one("Einsum", [e.full(query), e.full(key)], { equation: text("btnh,bsnh->bnts") });
  let logits = graph.one("Mul", [pairs, graph.scalar(numberParam(site, "scale"), query.dtype)]);
  const hidden = graph.scalar(hiddenLogit, query.dtype);
  if (mask !== undefined) logits = graph.one("Where", [e.full(mask), logits, hidden]);
  if (flagParam(site, "isCausal")) {
    const [t = e.one, s = e.one] = [query.shape[1], key.shape[1]];
    const isVisible = graph.one("GreaterOrEqual", [e.unsqueeze(positions(e, t), [1]), positions(e, s)]);
    logits = graph.one("Where", [isVisible, logits, hidden]);
  }
  const weights = graph.one("Softmax", [logits], { axis: int(-1) });
  const mixed = graph.one("Einsum", [weights, e.full(value)], { equation: text("bnts,bsnh->btnh") });
  const sums = graph.one("ReduceLogSumExp", [logits, graph.integers([-1])], { keepdims: int(0) });
  // [b, n, t] -> [b, t, n]
  const names = [mixed, e.transpose(sums, [0, 2, 1])];
  return site.outputs.map(({ shape, dtype }, i) => e.tensor(names[i] ?? "", dtype, shape));
};
