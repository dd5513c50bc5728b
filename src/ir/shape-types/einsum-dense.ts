import type { DType } from "../dtypes.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Expected, ShapeRule } from "./rule.ts";
import type { Dim, IsWide, Shape, Show } from "./shape.ts";

/** The `outputShape` of EinsumDense: what follows the batch axis (and the axes under a leading `...`). */
export type EinsumOutput = Dim | Shape;

type AsShape<T extends EinsumOutput> = T extends Shape ? T : T extends Dim ? readonly [T] : Shape;

/** EinsumDense: `"ab,bc->ac"`, `"...x,xy->...y"`, `"ab...,bc->ac..."`; the output's sizes are those given. */
export interface EinsumDenseRule<
  E extends string,
  T extends EinsumOutput,
  D extends DType = "float32",
> extends ShapeRule {
  readonly out: this["in"] extends infer S extends Shape
    ? EinsumShape<E, S, AsShape<T>>
    : Expected<"EinsumDense", "one tensor">;
  readonly outDtype: D;
}

type EinsumShape<E extends string, S extends Shape, T extends Shape> = string extends E
  ? Shape
  : IsWide<S> extends true
    ? Shape
    : E extends `...${infer X},${string}->...${string}`
      ? Leading<S, X> extends infer L extends Shape
        ? L extends readonly []
          ? readonly [...FirstOf<S>, ...T]
          : readonly [...L, ...T]
        : ShapeMismatch<`EinsumDense: ${E} does not fit the input ${Show<S>}`>
      : E extends `${infer X}...,${string}->${string}...`
        ? Trailing<S, X> extends infer R extends Shape
          ? readonly [...FirstOf<S>, ...T, ...R]
          : ShapeMismatch<`EinsumDense: ${E} does not fit the input ${Show<S>}`>
        : E extends `${infer X},${string}->${string}`
          ? Trailing<S, X> extends readonly []
            ? readonly [...FirstOf<S>, ...T]
            : ShapeMismatch<`EinsumDense: ${E} does not fit the input ${Show<S>}`>
          : ShapeMismatch<`EinsumDense: cannot read the equation ${E}`>;

type FirstOf<S extends Shape> = S extends readonly [infer B extends Dim, ...Shape]
  ? readonly [B]
  : readonly [];

/** S without one axis at its end for each letter of X. */
type Leading<S extends Shape, X extends string> = X extends `${string}${infer Rest}`
  ? S extends readonly [...infer I extends Shape, Dim]
    ? Leading<I, Rest>
    : undefined
  : S;

/** S without one axis at its front for each letter of X. */
type Trailing<S extends Shape, X extends string> = X extends `${string}${infer Rest}`
  ? S extends readonly [Dim, ...infer R extends Shape]
    ? Trailing<R, Rest>
    : undefined
  : S;
