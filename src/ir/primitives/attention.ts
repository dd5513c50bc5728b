import {
  attentionCases,
  attentionInputs,
  type AttentionParams,
  checkAttention,
  hiddenLogit,
  isDifferentiable,
  visitRows,
} from "../attention.ts";
import { zeroArray } from "../convolution.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emit, type Var } from "../program.ts";
import { attentionGrad } from "./attention-grad.ts";

export const attentionPrimitive: Primitive<AttentionParams> = {
  name: "attention",
  infer: ([query, key, value, mask]) => {
    if (!query || !key || !value) return [];
    const { batch, queries, heads, width } = checkAttention("attention", [query, key, value], mask);
    return [
      { shape: [batch, queries, heads, width], dtype: value.dtype },
      { shape: [batch, queries, heads], dtype: value.dtype },
    ];
  },
  lowering: { kind: "structured" },
  // With w = softmax(logits): d logits = w ∘ (G·Vᵀ − Σ G∘y + g), where G and g come for the result y and for the logarithms.
  vjp: ([forResult, forStatistics], { inputs: [q, k, v, mask], outputs: [y, sums], params, p }) => {
    if (!q || !k || !v || !y || !sums) return [];
    const g = forResult ?? p.zerosLike(y);
    const products = p.reduceSum(p.mul(g, y), [3]);
    const shift = forStatistics ? p.sub(products, forStatistics) : products;
    return [...attentionGrad([q, k, v, g, sums, shift], mask ?? null, params), null];
  },
  samples: () =>
    attentionCases.map((attentionCase) => ({
      inputs: attentionInputs(attentionCase, []),
      params: attentionCase.params,
      differentiate: isDifferentiable(attentionCase),
    })),
};

/** The meaning of `attention`, in double precision. */
export const attentionMeaning: Meaning<AttentionParams> = ([query, key, value, mask], params) => {
  if (!query || !key || !value) return [];
  const { batch, queries, heads, width } = checkAttention("attention", [query, key, value], mask);
  const result = zeroArray([batch, queries, heads, width], value.dtype);
  const statistics = zeroArray([batch, queries, heads], value.dtype);
  visitRows([query, key, value], mask, params, (row) => {
    const logits = row.logits.map((logit, j) => (row.visible[j] === true ? logit : hiddenLogit));
    const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit - top), 0);
    logits.forEach((logit, j) => {
      const weight = Math.exp(logit - top) / total;
      for (let c = 0; c < width; c++) {
        const at = row.result + c;
        result.data[at] = (result.data[at] ?? 0) + weight * (value.data[row.value(j) + c] ?? 0);
      }
    });
    statistics.data[row.statistic] = top + Math.log(total);
  });
  return [result, statistics];
};

/**
 * Scaled dot-product attention `softmax(scale · query · keyᵀ) · value`, without an array of all pairs.
 *
 * Query `[batch, t, heads, n]`, key `[batch, s, heads, n]`, value `[batch, s, heads, m]`, all float32; mask: bool
 * `[batch, heads, t, s]`, any of these 1, false where a query does not see a key. A query that sees nothing weighs all
 * values alike.
 *
 * @returns The result `[batch, t, heads, m]`, and the logarithms of the sums of exponentials `[batch, t, heads]`.
 */
export function attention(
  [query, key, value]: readonly [Var, Var, Var],
  mask: Var | null,
  { scale, isCausal }: AttentionParams,
): readonly Var[] {
  return emit(attentionPrimitive, [query, key, value, ...(mask === null ? [] : [mask])], { scale, isCausal });
}
