import type { DType } from "../dtypes.ts";
import type { Multiply } from "./arithmetic/multiply.ts";
import type { ConvolutionSettings, ConvolutionShape } from "./convolution.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Apply, ApplyDType, Expected, ShapeRule } from "./rule.ts";
import type { Dim, Init, IsWide, Last, Shape, Show } from "./shape.ts";
import type { SpatialRank } from "./spatial.ts";

/** What of a recurrent layer decides its outputs. */
export interface RecurrentSettings {
  readonly returnSequences: boolean;
  readonly returnState: boolean;
  /** 1 for SimpleRNN and GRU, 2 for LSTM. */
  readonly states: 1 | 2;
}

/** SimpleRNN, GRU, LSTM: `[batch, time, features]` → `[batch, units]`, or `[batch, time, units]`; then the states. */
export interface RecurrentRule<
  Name extends string,
  U extends number,
  O extends RecurrentSettings,
  D extends DType = "float32",
> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape
    ? Recurrent<Name, S, U, O>
    : Expected<Name, "one tensor">;
  readonly outDtype: D;
}

type Recurrent<Name extends string, S extends Shape, U extends number, O extends RecurrentSettings> =
  IsWide<S> extends true
    ? Outputs<Dim, Dim, readonly [U], O>
    : S extends readonly [infer B extends Dim, infer T extends Dim, Dim]
      ? Outputs<B, T, readonly [U], O>
      : ShapeMismatch<`${Name}: expected an input of rank 3 (batch, time, features), received ${Show<S>}`>;

type Outputs<B extends Dim, T extends Dim, F extends Shape, O extends RecurrentSettings> = [
  O["returnState"],
] extends [false]
  ? Sequence<B, T, F, O["returnSequences"]>
  : [O["returnState"]] extends [true]
    ? O["states"] extends 1
      ? readonly [Sequence<B, T, F, O["returnSequences"]>, readonly [B, ...F]]
      : readonly [Sequence<B, T, F, O["returnSequences"]>, readonly [B, ...F], readonly [B, ...F]]
    : Shape;

type Sequence<B extends Dim, T extends Dim, F extends Shape, Seq extends boolean> = [Seq] extends [false]
  ? readonly [B, ...F]
  : [Seq] extends [true]
    ? readonly [B, T, ...F]
    : Shape;

/** ConvLSTM1D, 2D, 3D: a convolution at each step of `[batch, time, …image]`. */
export interface ConvRecurrentRule<
  Name extends string,
  N extends SpatialRank,
  C extends ConvolutionSettings,
  O extends RecurrentSettings,
  D extends DType = "float32",
> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape
    ? IsWide<S> extends true
      ? Shape
      : S extends readonly [infer B extends Dim, infer T extends Dim, ...infer X extends Shape]
        ? ConvolutionShape<Name, N, readonly [B, ...X], C> extends infer Y
          ? Y extends readonly [Dim, ...infer F extends Shape]
            ? Outputs<B, T, F, O>
            : Y
          : never
        : ShapeMismatch<`${Name}: expected a batch and a time axis, received ${Show<S>}`>
    : Expected<Name, "one tensor">;
  readonly outDtype: D;
}

/** TimeDistributed: the wrapped layer's rule R at each step of axis 1. */
export interface TimeDistributedRule<R extends ShapeRule> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape
    ? IsWide<S> extends true
      ? Shape
      : S extends readonly [infer B extends Dim, infer T extends Dim, ...infer X extends Shape]
        ? Apply<R, readonly [B, ...X]> extends infer Y
          ? Y extends readonly [infer C extends Dim, ...infer Z extends Shape]
            ? readonly [C, T, ...Z]
            : Y
          : never
        : ShapeMismatch<`TimeDistributed: expected a batch and a time axis, received ${Show<S>}`>
    : Expected<"TimeDistributed", "one tensor">;
  readonly outDtype: ApplyDType<R, this["inDtype"]>;
}

/** How Bidirectional joins its two directions. */
export type MergeMode = "concat" | "sum" | "mul" | "ave" | null;

/** Bidirectional: the wrapped layer's rule R, its outputs of both directions merged; states of both follow. */
export interface BidirectionalRule<R extends ShapeRule, M extends MergeMode = "concat"> extends ShapeRule {
  readonly out: Apply<R, this["in"]> extends infer Y
    ? Y extends Shape
      ? BothWays<Y, M>
      : Y extends readonly [infer H extends Shape, ...infer States extends readonly Shape[]]
        ? BothWays<H, M> extends infer O
          ? O extends Shape
            ? readonly [O, ...States, ...States]
            : O extends readonly Shape[]
              ? readonly [...O, ...States, ...States]
              : O
          : never
        : Y
    : never;
  readonly outDtype: ApplyDType<R, this["inDtype"]>;
}

type BothWays<S extends Shape, M extends MergeMode> = [M] extends ["concat"]
  ? IsWide<S> extends true
    ? Shape
    : readonly [...Init<S>, Multiply<Last<S>, 2>]
  : [M] extends [null]
    ? readonly [S, S]
    : [M] extends ["sum" | "mul" | "ave"]
      ? S
      : Shape;
