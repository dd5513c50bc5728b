import { hiddenLogit } from "../../../ir/attention.ts";
import type { Emitter } from "../emitter.ts";
import { int, text } from "../graph-builder.ts";
import { flagParam, input, numberParam, type Rule } from "../site.ts";
import type { Size } from "../size.ts";
import type { Value } from "../value.ts";

/** Positions `0 … n − 1`, int64. */
function positions(e: Emitter, n: Size): string {
  const [from, by] = [e.graph.scalar(0, "int64"), e.graph.scalar(1, "int64")];
  return e.graph.one("Range", [from, e.sizeAs(n, "int64"), by]);
}

/** What attention is made from; `mask` and `bias` broadcast to `[batch, heads, queries, keys]`. */
export interface AttentionParts {
  readonly query: Value;
  readonly key: Value;
  readonly value: Value;
  readonly mask?: Value | undefined;
  readonly bias?: Value | undefined;
  readonly scale: number;
  readonly isCausal: boolean;
  readonly softCap?: number | null;
}

/** The names of `softmax(q · kᵀ · scale + bias) · v`, for queries `[b, t, n, h]` and keys `[b, s, n, h]`, and of the logits. */
export function writeAttention(
  e: Emitter,
  { query, key, value, mask, bias, scale, isCausal, softCap = null }: AttentionParts,
): { readonly mixed: string; readonly logits: string } {
  const { graph } = e;
  const number = (x: number): string => graph.scalar(x, query.dtype);
  let logits = graph.one("Einsum", [e.full(query), e.full(key)], { equation: text("btnh,bsnh->bnts") });
  logits = graph.one("Mul", [logits, number(scale)]);
  if (softCap !== null)
    logits = graph.one("Mul", [
      graph.one("Tanh", [graph.one("Div", [logits, number(softCap)])]),
      number(softCap),
    ]);
  if (bias !== undefined) logits = graph.one("Add", [logits, e.name(e.plain(bias))]);
  const hidden = number(hiddenLogit);
  if (mask !== undefined) logits = graph.one("Where", [e.name(e.plain(mask)), logits, hidden]);
  if (isCausal) {
    const [t = e.one, s = e.one] = [query.shape[1], key.shape[1]];
    const isVisible = graph.one("GreaterOrEqual", [e.unsqueeze(positions(e, t), [1]), positions(e, s)]);
    logits = graph.one("Where", [isVisible, logits, hidden]);
  }
  const weights = graph.one("Softmax", [logits], { axis: int(-1) });
  const mixed = graph.one("Einsum", [weights, e.full(value)], { equation: text("bnts,bsnh->btnh") });
  return { mixed, logits };
}

/** The primitive also gives the logarithms of the sums of the softmax. */
export const attention: Rule = (e, site) => {
  const { mixed, logits } = writeAttention(e, {
    query: input(site, 0),
    key: input(site, 1),
    value: input(site, 2),
    mask: site.inputs[3],
    scale: numberParam(site, "scale"),
    isCausal: flagParam(site, "isCausal"),
  });
  const sums = e.graph.one("ReduceLogSumExp", [logits, e.graph.integers([-1])], { keepdims: int(0) });
  // [b, n, t] -> [b, t, n]
  const names = [mixed, e.transpose(sums, [0, 2, 1])];
  return site.outputs.map(({ shape, dtype }, i) => e.tensor(names[i] ?? "", dtype, shape));
};
