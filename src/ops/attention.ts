import type { DType } from "../ir/dtypes.ts";
import type { Var } from "../ir/program.ts";
import * as p from "./core/primitives/index.ts";
import { broadcastShapes, formatShape } from "../ir/shape.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { softmaxOver } from "./activations.ts";
import { toBool } from "./core/compute.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { Op3 } from "./core/op-types.ts";
import { floatType, resultType } from "./core/promote.ts";
import type { Operand } from "./core/signatures.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { contractNamed } from "./einsum.ts";

interface AttentionArguments {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  readonly bias: Tensor | null;
  readonly mask: Tensor | null;
  readonly scale: number | null;
  readonly isCausal: boolean;
  readonly flashAttention: boolean | null;
  readonly attnLogitsSoftCap: number | null;
}

/** From this many pairs of queries and keys on they are worked on by tiles, which is no slower then and keeps none of them. */
const fewestPairs = 128 * 128;

/** What keeps attention from being worked on by tiles, or null. */
function obstacleOf(
  { bias, attnLogitsSoftCap }: Pick<AttentionArguments, "bias" | "attnLogitsSoftCap">,
  dtype: DType,
): string | null {
  if (bias !== null) return "bias";
  if (attnLogitsSoftCap !== null) return "soft cap";
  return dtype === "float64" ? "float64" : null;
}

/** Attention without an array of all pairs, in float32. */
function byTiles(
  operands: readonly [Tensor, Tensor, Tensor],
  mask: Tensor | null,
  params: { readonly scale: number; readonly isCausal: boolean },
  dtype: DType,
): Var {
  const [q, k, v] = operands.map((x) => castTo(x.traced, "float32"));
  if (q === undefined || k === undefined || v === undefined)
    throw new ShapeError("ops.dotProductAttention: three operands are needed.");
  const given = mask === null ? null : toBool(mask.traced);
  const axes = given === null ? [] : [...new Array<number>(4 - given.shape.length).fill(1), ...given.shape];
  const [result] = p.attention([q, k, v], given === null ? null : p.reshape(given, axes), params);
  if (result === undefined) throw new ShapeError("ops.dotProductAttention: there is no result.");
  return castTo(result, dtype);
}

/**
 * Scaled dot-product attention: `softmax(query · keyᵀ · scale + bias) · value`.
 *
 * Shapes: query `[batch, t, heads, n]`, key and value `[batch, s, heads, n]`; bias and mask broadcast to `[batch, heads, t, s]`.
 * `scale` is 1/√n by default; `isCausal` hides what lies behind a position.
 *
 * Long sequences without `bias` and `attnLogitsSoftCap` are worked on by tiles, forward and backward: memory grows with
 * t, not with t · s. `flashAttention` true asks for that, false for the plain form; the default is what is faster.
 *
 * @see Keras `ops.dot_product_attention`
 */
export const dotProductAttention: Op3<
  [
    { readonly bias?: Operand | null },
    { readonly mask?: Operand | null },
    { readonly scale?: number | null },
    { readonly isCausal?: boolean },
    { readonly flashAttention?: boolean | null },
    { readonly attnLogitsSoftCap?: number | null },
  ],
  "key",
  "value"
> = defineOp(
  {
    name: "dotProductAttention",
    module: "nn",
    args: {
      query: "tensor", key: "tensor", value: "tensor", bias: "tensor?", mask: "tensor?",
      scale: { kind: "call", default: null }, isCausal: opt(false), flashAttention: opt(null), attnLogitsSoftCap: opt(null),
    }, // prettier-ignore
  },
  ({
    query,
    key,
    value,
    bias,
    mask,
    scale,
    isCausal,
    flashAttention,
    attnLogitsSoftCap,
  }: AttentionArguments) => {
    if ([query, key, value].some((x) => x.dims.length !== 4)) {
      throw new ShapeError(
        `ops.dotProductAttention: expected query, key and value of rank 4 [batch, length, heads, size], received ${[query, key, value].map((x) => formatShape(x.shape)).join(", ")}.`,
      );
    }
    const dtype = floatType(resultType([query, key, value]));
    const factor = scale ?? 1 / Math.sqrt(key.dims[3] ?? 1);
    const obstacle = obstacleOf({ bias, attnLogitsSoftCap }, dtype);
    if (flashAttention === true && obstacle !== null) {
      throw new OptionError(
        `ops.dotProductAttention: flash attention knows no ${obstacle}. Leave flashAttention or the ${obstacle} out.`,
      );
    }
    const pairs = (query.dims[1] ?? 0) * (key.dims[1] ?? 0);
    if (obstacle === null && (flashAttention ?? pairs >= fewestPairs))
      return wrap(byTiles([query, key, value], mask, { scale: factor, isCausal }, dtype));
    const [q, k, v] = [query, key, value].map((x) => castTo(x.traced, dtype));
    if (q === undefined || k === undefined || v === undefined)
      throw new ShapeError("ops.dotProductAttention: three operands are needed.");
    let logits = p.scale(contractNamed("btnh,bsnh->bnts", [q, k]), factor);
    if (attnLogitsSoftCap !== null)
      logits = p.scale(p.tanh(p.scale(logits, 1 / attnLogitsSoftCap)), attnLogitsSoftCap);
    if (bias !== null) {
      const shape = broadcastShapes(logits.shape, bias.dims, "ops.dotProductAttention");
      logits = p.add(p.broadcast(logits, shape), p.broadcast(castTo(bias.traced, logits.dtype), shape));
    }
    const hidden = p.fullLike(logits, dtype === "float16" ? -0.7 * 65500 : -0.7 * 3.38953e38);
    if (mask !== null) logits = p.select(p.broadcast(toBool(mask.traced), logits.shape), logits, hidden);
    if (isCausal) {
      const visible = p.ge(p.iota(logits.shape, 2, "int32"), p.iota(logits.shape, 3, "int32"));
      logits = p.select(visible, logits, hidden);
    }
    return wrap(contractNamed("bnts,bsnh->btnh", [softmaxOver(logits, [3]), v]));
  },
);
