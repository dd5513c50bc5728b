import {
  attentionCases,
  attentionInputs,
  type AttentionParams,
  attentionStatistics,
  checkAttention,
  hiddenLogit,
  isDifferentiable,
  visitRows,
} from "../attention.ts";
import { zeroArray } from "../convolution.ts";
import type { Meaning, Primitive, PrimitiveFunctions, VjpRule } from "../primitive.ts";
import { emit, type Var } from "../program.ts";
import { sameShape } from "../shape.ts";
import { ShapeError } from "../../util/errors.ts";

/** Query, key, value, cotangent of the result, logarithms of sums, shifts. */
type Operands = readonly [Var, Var, Var, Var, Var, Var];

export const attentionGradPrimitive: Primitive<AttentionParams> = {
  name: "attentionGrad",
  infer: ([query, key, value, g, sums, shift, mask]) => {
    if (!query || !key || !value || !g || !sums || !shift) return [];
    const { batch, queries, heads, width } = checkAttention(
      "attentionGrad",
      [query, key, value, g, sums, shift].filter((x, i) => i < 3 || x.dtype !== "float32"),
      mask,
    );
    const rows = [batch, queries, heads];
    if (
      !sameShape(g.shape, [...rows, width]) ||
      ![sums, shift].every(({ shape }) => sameShape(shape, rows))
    ) {
      throw new ShapeError("attentionGrad: the cotangent, the sums or the shifts do not fit the query.");
    }
    return [query, key, value].map(({ shape, dtype }) => ({ shape, dtype }));
  },
  lowering: { kind: "structured" },
  vjp: (cotangents, context) => secondDerivative(cotangents, context),
  samples: () =>
    attentionCases.map((attentionCase) => {
      const { batch, queries, heads, width } = attentionCase.sizes;
      return {
        inputs: attentionInputs(attentionCase, [
          { shape: [batch, queries, heads, width], dtype: "float32" },
          attentionStatistics(attentionCase),
          { shape: [batch, queries, heads], dtype: "float32" },
        ]),
        params: attentionCase.params,
        differentiate: isDifferentiable(attentionCase),
      };
    }),
};

/** The meaning of `attentionGrad`, in double precision. */
export const attentionGradMeaning: Meaning<AttentionParams> = (
  [query, key, value, g, sums, shift, mask],
  params,
) => {
  if (!query || !key || !value || !g || !sums || !shift) return [];
  const [dq, dk, dv] = [query, key, value].map(({ shape, dtype }) => zeroArray(shape, dtype));
  if (!dq || !dk || !dv) return [];
  const [depth, width, keys] = [query.shape[3] ?? 0, value.shape[3] ?? 0, key.shape[1] ?? 0];
  const add = ({ data }: typeof dq, at: number, amount: number): void => {
    data[at] = (data[at] ?? 0) + amount;
  };
  visitRows([query, key, value], mask, params, (row) => {
    const sum = sums.data[row.statistic] ?? 0;
    row.logits.forEach((logit, j) => {
      const isVisible = row.visible[j] === true;
      const weight = isVisible ? Math.exp(logit - sum) : isBlind(sum) ? 1 / keys : 0;
      let inner = -(shift.data[row.statistic] ?? 0);
      for (let c = 0; c < width; c++) {
        const cotangent = g.data[row.result + c] ?? 0;
        inner += cotangent * (value.data[row.value(j) + c] ?? 0);
        add(dv, row.value(j) + c, weight * cotangent);
      }
      const forLogit = isVisible ? params.scale * weight * inner : 0;
      for (let c = 0; c < depth; c++) {
        add(dq, row.query + c, forLogit * (key.data[row.key(j) + c] ?? 0));
        add(dk, row.key(j) + c, forLogit * (query.data[row.query + c] ?? 0));
      }
    });
  });
  return [dq, dk, dv];
};

/** Whether a query with this logarithm of its sum sees nothing. */
function isBlind(sum: number): boolean {
  return sum < hiddenLogit / 2;
}

/**
 * The gradient of the gradient, with arrays of all pairs; [t, s] for each head.
 *
 * With w = exp(S − sums), e = G·Vᵀ − shift and E = w ∘ e (0 where hidden), the results are scale·E·K, scale·Eᵀ·Q and wᵀ·G.
 */
const secondDerivative: VjpRule<AttentionParams> = (
  cotangents,
  { inputs: [q0, k0, v0, g0, sums, shift, mask], params: { scale, isCausal }, p },
) => {
  if (!q0 || !k0 || !v0 || !g0 || !sums || !shift) return [];
  const byHeads = (x: Var): Var => p.transpose(x, [0, 2, 1, 3]);
  const times = (x: Var, y: Var): Var => p.matmul(x, y);
  const flip = (x: Var): Var => p.swapLastAxes(x);
  const [q, k, v, g] = [byHeads(q0), byHeads(k0), byHeads(v0), byHeads(g0)];
  const [a, b, c] = [q0, k0, v0].map((x, i) => byHeads(cotangents[i] ?? p.zerosLike(x)));
  if (!a || !b || !c) return [];
  const raw = p.scale(times(q, flip(k)), scale);
  const { shape } = raw;
  const spread = (x: Var): Var => p.broadcast(p.transpose(x, [0, 2, 1]), shape, [0, 1, 2]);
  const visible = visibility(p, shape, mask ?? null, isCausal);
  const hide = (x: Var): Var => (visible === null ? x : p.select(visible, x, p.zerosLike(x)));
  const below = p.exp(hide(p.sub(raw, spread(sums))));
  const blind = p.lt(spread(sums), p.full(hiddenLogit / 2, shape, raw.dtype));
  const uniform = p.select(blind, p.full(1 / (shape[3] ?? 1), shape, raw.dtype), p.zerosLike(raw));
  const w = visible === null ? below : p.select(visible, below, uniform);
  const e = p.sub(times(g, flip(v)), spread(shift));
  const forE = p.scale(hide(p.add(times(a, flip(k)), times(q, flip(b)))), scale);
  const forWeights = p.add(p.mul(forE, e), times(g, flip(c)));
  const forInner = p.mul(w, forE);
  const forRaw = p.scale(hide(p.mul(w, forWeights)), scale);
  const scaled = p.scale(hide(p.mul(w, e)), scale);
  const rowSums = (x: Var): Var => p.neg(p.transpose(p.reduceSum(x, [3]), [0, 2, 1]));
  return [
    byHeads(p.add(times(forRaw, k), times(scaled, b))),
    byHeads(p.add(times(flip(forRaw), q), times(flip(scaled), a))),
    byHeads(times(flip(forInner), g)),
    byHeads(p.add(times(forInner, v), times(w, c))),
    rowSums(hide(p.mul(w, forWeights))),
    rowSums(forInner),
    null,
  ];
};

/** Which pairs are visible; null: all. */
function visibility(
  p: PrimitiveFunctions,
  shape: readonly number[],
  mask: Var | null,
  isCausal: boolean,
): Var | null {
  const given = mask === null ? null : p.broadcast(mask, shape);
  if (!isCausal) return given;
  const causal = p.ge(p.iota(shape, 2, "int32"), p.iota(shape, 3, "int32"));
  return given === null ? causal : p.and(given, causal);
}

/**
 * Gradient of `attention` for a cotangent `[batch, t, heads, m]` of its result.
 *
 * @param operands - Query, key, value, the cotangent, the logarithms that `attention` gave, and what is taken from the
 * products of cotangent and values: Σ cotangent ∘ result, `[batch, t, heads]`.
 * @returns Cotangents of query, key and value.
 */
export function attentionGrad(
  operands: Operands,
  mask: Var | null,
  { scale, isCausal }: AttentionParams,
): readonly Var[] {
  return emit(attentionGradPrimitive, [...operands, ...(mask === null ? [] : [mask])], { scale, isCausal });
}
