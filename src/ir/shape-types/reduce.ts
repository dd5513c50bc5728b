import type { AxisOf } from "./axis.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Dim, IsWide, Shape, Show } from "./shape.ts";

/** The axes of a reduction: one, several, or (`null`) all. */
export type ReduceAxis = number | readonly number[] | null;

/** S reduced over axes: without them, or with size 1 when `keepdims`. */
export type Reduced<
  Name extends string,
  S extends Shape,
  A extends ReduceAxis = null,
  Keep extends boolean = false,
> = [A] extends [null]
  ? [Keep] extends [false]
    ? readonly []
    : [Keep] extends [true]
      ? { readonly [K in keyof S]: 1 }
      : Shape
  : IsWide<S> extends true
    ? Shape
    : AxesOf<S, A> extends infer X extends readonly number[]
      ? number extends X[number]
        ? [Keep] extends [true]
          ? { readonly [K in keyof S]: Dim }
          : Shape
        : [Keep] extends [true]
          ? { readonly [K in keyof S]: K extends `${X[number]}` ? 1 : S[K] }
          : [Keep] extends [false]
            ? Without<S, X[number]>
            : Shape
      : ShapeMismatch<`${Name}: an axis is out of range for ${Show<S>}`>;

type AxesOf<S extends Shape, A extends ReduceAxis> = A extends number
  ? AxisOf<S, A> extends infer I extends number
    ? readonly [I]
    : undefined
  : A extends readonly number[]
    ? EachAxis<S, A>
    : readonly number[];

type EachAxis<
  S extends Shape,
  A extends readonly number[],
  R extends readonly number[] = readonly [],
> = number extends A["length"]
  ? readonly number[]
  : A extends readonly [infer H extends number, ...infer Rest extends readonly number[]]
    ? AxisOf<S, H> extends infer I extends number
      ? EachAxis<S, Rest, readonly [...R, I]>
      : undefined
    : R;

/** S without the axes X (from the front). */
type Without<
  S extends Shape,
  X extends number,
  I extends readonly unknown[] = [],
  R extends Shape = readonly [],
> = S extends readonly [infer D extends Dim, ...infer Rest extends Shape]
  ? Without<Rest, X, [...I, 0], I["length"] extends X ? R : readonly [...R, D]>
  : R;
