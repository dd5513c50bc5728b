import type { Add } from "./arithmetic/add.ts";
import type { DivideCeil, DivideFloor } from "./arithmetic/divide.ts";
import type { Multiply } from "./arithmetic/multiply.ts";
import type { Subtract } from "./arithmetic/subtract.ts";
import type { Dim, Shape } from "./shape.ts";

/** How windows meet the border; "causal" (one axis) looks back only. */
export type Padding = "valid" | "same" | "causal";

/** The size a kernel covers: (k - 1) · dilation + 1. */
export type Extent<K extends number, D extends number> = D extends 1
  ? K
  : Add<Multiply<Subtract<K, 1>, D>, 1>;

/** The number of windows along an axis of size N; `undefined` when not even one fits. */
export type WindowLength<
  N extends Dim,
  K extends number,
  S extends number,
  D extends number,
  P extends Padding,
> = [P] extends ["same" | "causal"]
  ? DivideCeil<N, S>
  : [P] extends ["valid"]
    ? ValidLength<Subtract<N, Extent<K, D>>, S>
    : N extends number
      ? number
      : null;

type ValidLength<Rest extends Dim, S extends number> = `${Rest}` extends `-${number}`
  ? undefined
  : Add<DivideFloor<Rest, S>, 1>;

/** `WindowLength` for each axis; `undefined` as soon as one axis is too short. */
export type Windows<
  N extends Shape,
  K extends readonly number[],
  S extends readonly number[],
  D extends readonly number[],
  P extends Padding,
  R extends Shape = readonly [],
> = N extends readonly [infer N0 extends Dim, ...infer Ns extends Shape]
  ? WindowLength<N0, First<K>, First<S>, First<D>, P> extends infer L extends Dim
    ? Windows<Ns, Rest<K>, Rest<S>, Rest<D>, P, readonly [...R, L]>
    : undefined
  : R;

/** The first setting; `number` when the list is not exact. */
export type First<T extends readonly number[]> = T extends readonly [
  infer H extends number,
  ...(readonly number[]),
]
  ? H
  : number;

/** The settings behind the first. */
export type Rest<T extends readonly number[]> = T extends readonly [
  number,
  ...infer R extends readonly number[],
]
  ? R
  : T;
