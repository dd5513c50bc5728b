import type { Subtract } from "./arithmetic/subtract.ts";
import type { Dim, IsWide, Shape } from "./shape.ts";

/**
 * Axis A of a shape counted from the front, for literal axes of exact shapes; `number` when either is wide, `undefined`
 * when there is no such axis.
 */
export type AxisOf<S extends Shape, A extends number> = number extends A
  ? number
  : IsWide<S> extends true
    ? number
    : FromFront<S, A>;

type FromFront<S extends Shape, A extends number> = `${A}` extends keyof S
  ? A
  : `${A}` extends `-${infer N extends number}`
    ? Subtract<S["length"], N> extends infer I extends number
      ? `${I}` extends keyof S
        ? I
        : undefined
      : undefined
    : undefined;

/** S with the size of axis A (from the front) replaced. */
export type SetAxis<S extends Shape, A extends number, D extends Dim> = {
  readonly [K in keyof S]: K extends `${A}` ? D : S[K];
};

/** S without axis A (from the front). */
export type RemoveAxis<
  S extends Shape,
  A extends number,
  R extends Shape = readonly [],
> = S extends readonly [infer D extends Dim, ...infer Rest extends Shape]
  ? R["length"] extends A
    ? readonly [...R, ...Rest]
    : RemoveAxis<Rest, A, readonly [...R, D]>
  : R;

/** S with a new axis of size D before axis A (from the front); A may be the rank. `undefined` when A is out of range. */
export type InsertAxis<
  S extends Shape,
  A extends number,
  D extends Dim,
  R extends Shape = readonly [],
> = R["length"] extends A
  ? readonly [...R, D, ...S]
  : S extends readonly [infer H extends Dim, ...infer Rest extends Shape]
    ? InsertAxis<Rest, A, D, readonly [...R, H]>
    : undefined;

/** Where `InsertAxis` puts a new axis A: negative ones count from the end of the result. */
export type NewAxisOf<S extends Shape, A extends number> = number extends A
  ? number
  : IsWide<S> extends true
    ? number
    : `${A}` extends `-${number}`
      ? AxisOf<readonly [...S, 1], A>
      : A;

/** A shape of the same rank of which no size is known. */
export type SameRank<S extends Shape> = { readonly [K in keyof S]: Dim };
