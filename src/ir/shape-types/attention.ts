import type { DType, TypedArray } from "../dtypes.ts";
import type { CallInput, Guard, Output } from "./call-signature.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Expected, ShapeRule } from "./rule.ts";
import type { Differ, Dim, Init, IsWide, Last, Shape, Show } from "./shape.ts";
import type { TensorFamily, TensorLike } from "./tensor-like.ts";

/** Attention, AdditiveAttention: `[query, value]` or `[query, value, key]` → `[batch, Tq, dim]`; then the scores, if asked. */
export interface AttentionRule<
  Name extends string,
  Scores extends boolean = false,
  D extends DType = "float32",
> extends ShapeRule {
  readonly out: this["in"] extends readonly [infer Q extends Shape, infer V extends Shape]
    ? Attended<Name, Q, V, V, Scores>
    : this["in"] extends readonly [infer Q extends Shape, infer V extends Shape, infer K extends Shape]
      ? Attended<Name, Q, V, K, Scores>
      : this["in"] extends readonly Shape[]
        ? number extends this["in"]["length"]
          ? Shape
          : Expected<Name, "[query, value] or [query, value, key]">
        : Expected<Name, "[query, value] or [query, value, key]">;
  readonly outDtype: D;
}

type Attended<
  Name extends string,
  Q extends Shape,
  V extends Shape,
  K extends Shape,
  Scores extends boolean,
> = true extends IsWide<Q> | IsWide<V> | IsWide<K>
  ? [Scores] extends [false]
    ? Shape
    : readonly [Shape, Shape]
  : Differ<Last<Q>, Last<K>> extends true
    ? ShapeMismatch<`${Name}: query ${Show<Q>} and key ${Show<K>} differ in the last axis`>
    : [Scores] extends [false]
      ? readonly [...Init<Q>, Last<V>]
      : readonly [readonly [...Init<Q>, Last<V>], readonly [...Init<Q>, Last<Init<K>>]];

/**
 * MultiHeadAttention, GroupQueryAttention, from `[query, value]`: the query's shape, its last axis replaced by
 * `outputShape` when that is given; then the scores `[batch, heads, Tq, Tv]`, if asked.
 */
export interface MultiHeadRule<
  H extends number,
  O extends number | readonly number[] | null = null,
  Scores extends boolean = false,
  D extends DType = "float32",
> extends ShapeRule {
  readonly out: this["in"] extends readonly [infer Q extends Shape, infer V extends Shape]
    ? [Scores] extends [false]
      ? Projected<Q, O>
      : readonly [Projected<Q, O>, MultiHeadScores<Q, V, H>]
    : Expected<"MultiHeadAttention", "query and value">;
  readonly outDtype: D;
}

type Projected<Q extends Shape, O extends number | readonly number[] | null> =
  IsWide<Q> extends true
    ? Shape
    : [O] extends [null]
      ? Q
      : O extends number
        ? readonly [...Init<Q>, O]
        : O extends readonly number[]
          ? readonly [...Init<Q>, ...O]
          : Shape;

type MultiHeadScores<Q extends Shape, V extends Shape, H extends number> = Q extends readonly [
  infer B extends Dim,
  infer Tq extends Dim,
  Dim,
]
  ? V extends readonly [Dim, infer Tv extends Dim, Dim]
    ? readonly [B, H, Tq, Tv]
    : Shape
  : Shape;

/** How layers of `[query, value, key]` are called; R has no scores, W has them. */
export interface ScoredCallSignature<R extends ShapeRule, W extends ShapeRule, C extends TensorFamily, O> {
  readonly "~rule": R;
  <const I extends CallInput>(
    inputs: I & Guard<W, I>,
    options: O & { readonly returnAttentionScores: true },
  ): Output<W, I, C>;
  <const I extends CallInput>(
    inputs: I & Guard<R, I>,
    options?: O & { readonly returnAttentionScores?: false },
  ): Output<R, I, C>;
}

/** How layers of a query and a value (and a key, behind them or among the options) are called; R has no scores, W has them. */
export interface QueryValueCallSignature<
  R extends ShapeRule,
  W extends ShapeRule,
  C extends TensorFamily,
  O,
> {
  <const Q extends QueryInput, const V extends QueryInput>(
    query: Q,
    value: V & Guard<W, readonly [Q, V]>,
    options: O & { readonly returnAttentionScores: true },
  ): Output<W, readonly [Q, V], C>;
  <const Q extends QueryInput, const V extends QueryInput>(
    query: Q,
    value: V & Guard<R, readonly [Q, V]>,
    options?: O & { readonly returnAttentionScores?: false },
  ): Output<R, readonly [Q, V], C>;
  <const Q extends QueryInput, const V extends QueryInput>(
    query: Q,
    value: V & Guard<W, readonly [Q, V]>,
    key: QueryInput | null,
    options: O & { readonly returnAttentionScores: true },
  ): Output<W, readonly [Q, V], C>;
  <const Q extends QueryInput, const V extends QueryInput>(
    query: Q,
    value: V & Guard<R, readonly [Q, V]>,
    key: QueryInput | null,
    options?: O & { readonly returnAttentionScores?: false },
  ): Output<R, readonly [Q, V], C>;
}

/** One tensor, or numbers to make one from. */
export type QueryInput = TensorLike | TypedArray | readonly CallInput[];
