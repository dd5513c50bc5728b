import type { AxisOf, InsertAxis, NewAxisOf, RemoveAxis } from "./axis.ts";
import type { DimAt } from "./concatenate.ts";
import type { ShapeMismatch } from "./mismatch.ts";
import type { Differ, Dim, IsWide, Shape, Show } from "./shape.ts";

/** `expandDims`: a new axis of size 1. */
export type ExpandDims<S extends Shape, A extends number> = Inserted<"expandDims", S, A, 1>;

/** `oneHot`: a new axis of the number of classes. */
export type OneHot<S extends Shape, N extends number, A extends number = -1> = Inserted<"oneHot", S, A, N>;

type Inserted<Name extends string, S extends Shape, A extends number, D extends Dim> =
  NewAxisOf<S, A> extends infer I extends number
    ? number extends I
      ? Shape
      : InsertAxis<S, I, D> extends infer R extends Shape
        ? R
        : ShapeMismatch<`${Name}: axis ${A} is out of range for ${Show<S>}`>
    : ShapeMismatch<`${Name}: axis ${A} is out of range for ${Show<S>}`>;

/** `squeeze`: without one axis of size 1, or (`null`) without all of them. */
export type Squeezed<S extends Shape, A extends number | null = null> =
  IsWide<S> extends true
    ? Shape
    : A extends number
      ? AxisOf<S, A> extends infer I extends number
        ? number extends I
          ? Shape
          : Differ<DimAt<S, I>, 1> extends true
            ? ShapeMismatch<`squeeze: axis ${A} of ${Show<S>} is not 1`>
            : RemoveAxis<S, I>
        : ShapeMismatch<`squeeze: axis ${A} is out of range for ${Show<S>}`>
      : WithoutOnes<S>;

type WithoutOnes<S extends Shape, R extends Shape = readonly []> = S extends readonly [
  infer D extends Dim,
  ...infer Rest extends Shape,
]
  ? number extends D
    ? Shape
    : WithoutOnes<Rest, [D] extends [1] ? R : readonly [...R, D]>
  : R;

/** `stack`: equal shapes along a new axis. */
export type Stacked<T extends readonly Shape[], A extends number = 0> = T extends readonly [
  infer S extends Shape,
  ...(readonly Shape[]),
]
  ? Alike<S, T> extends true
    ? number extends T["length"]
      ? Shape
      : NewAxisOf<S, A> extends infer I extends number
        ? number extends I
          ? Shape
          : InsertAxis<S, I, T["length"]> extends infer R extends Shape
            ? R
            : ShapeMismatch<`stack: axis ${A} is out of range for ${Show<S>}`>
        : ShapeMismatch<`stack: axis ${A} is out of range for ${Show<S>}`>
    : ShapeMismatch<`stack: expected inputs of one shape, the first is ${Show<S>}`>
  : number extends T["length"]
    ? Shape
    : ShapeMismatch<"stack: expected at least one input">;

type Alike<S extends Shape, T extends readonly Shape[]> = T extends readonly [
  infer H extends Shape,
  ...infer Rest extends readonly Shape[],
]
  ? Same<S, H> extends true
    ? Alike<S, Rest>
    : false
  : true;

type Same<A extends Shape, B extends Shape> = true extends IsWide<A> | IsWide<B>
  ? true
  : A["length"] extends B["length"]
    ? true extends { [K in keyof A]: K extends keyof B ? Differ<AsDim<A[K]>, AsDim<B[K]>> : false }[number]
      ? false
      : true
    : false;

type AsDim<T> = T extends Dim ? T : Dim;
