import type { ShapeMismatch } from "./mismatch.ts";
import type { Differ, Dim, IsWide, Shape, Show } from "./shape.ts";

/** Two shapes broadcast as in NumPy. An unknown size yields to a known one other than 1. */
export type Broadcast<Name extends string, A extends Shape, B extends Shape> =
  IsWide<A> extends true
    ? Shape
    : IsWide<B> extends true
      ? Shape
      : BroadcastFrom<A, B> extends infer S extends Shape
        ? S
        : ShapeMismatch<`${Name}: cannot broadcast ${Show<A>} with ${Show<B>}`>;

/** Goes from the last axis to the first; `undefined` when two sizes cannot be broadcast. */
export type BroadcastFrom<
  A extends Shape,
  B extends Shape,
  R extends Shape = readonly [],
> = A extends readonly [...infer As extends Shape, infer X extends Dim]
  ? B extends readonly [...infer Bs extends Shape, infer Y extends Dim]
    ? BroadcastDim<X, Y> extends infer Z extends Dim
      ? BroadcastFrom<As, Bs, readonly [Z, ...R]>
      : undefined
    : readonly [...A, ...R]
  : readonly [...B, ...R];

/** The size two sizes broadcast to; `undefined` when they cannot be. */
export type BroadcastDim<X extends Dim, Y extends Dim> = [X] extends [1]
  ? Y
  : [Y] extends [1]
    ? X
    : Differ<X, Y> extends true
      ? undefined
      : number extends X
        ? Yielding<Y, X>
        : [X] extends [null]
          ? Yielding<Y, X>
          : X;

/** Y where it is a known size: whatever X turns out to be, it must be Y or 1. */
type Yielding<Y extends Dim, X extends Dim> = number extends Y ? X | Y : [Y] extends [null] ? X | Y : Y;
