import type { Dim } from "../shape.ts";
import type { Add } from "./add.ts";
import type { Digit, Digits, DigitsOf, NumberOf } from "./digits.ts";
import type { Subtract, SubtractDigits } from "./subtract.ts";

/** ⌊a / b⌋ of natural literals; `null` when a size is unknown, `number` when one is wide or b is 0. */
export type DivideFloor<A extends Dim, B extends Dim> = B extends 1 ? A : Part<DivideRemainder<A, B>, 0>;

/** ⌈a / b⌉ of natural literals; `null` when a size is unknown, `number` when one is wide or b is 0. */
export type DivideCeil<A extends Dim, B extends Dim> = B extends 1
  ? A
  : DivideFloor<Subtract<Add<A, B>, 1>, B>;

/** a mod b of natural literals; `null` when a size is unknown, `number` when one is wide or b is 0. */
export type Remainder<A extends Dim, B extends Dim> = B extends 1 ? 0 : Part<DivideRemainder<A, B>, 1>;

type Part<P, I extends 0 | 1> = P extends readonly [Dim, Dim] ? P[I] : P;

type DivideRemainder<A extends Dim, B extends Dim> = A extends number
  ? B extends number
    ? B extends 0
      ? number
      : DigitsOf<A> extends infer X extends Digits
        ? DigitsOf<B> extends infer Y extends Digits
          ? LongDivision<X, Y>
          : number
        : number
    : null
  : null;

/** Takes the digits of x from the most significant one and brings each down to the remainder. */
type LongDivision<
  X extends Digits,
  Y extends Digits,
  Rest extends Digits = [],
  Q extends Digits = [],
> = X extends readonly [...infer Xs extends Digits, infer D extends Digit]
  ? DivisionStep<[D, ...Rest], Y> extends readonly [infer N extends Digit, infer R extends Digits]
    ? LongDivision<Xs, Y, R, [N, ...Q]>
    : never
  : [NumberOf<Q>, NumberOf<Rest>];

type After = [1, 2, 3, 4, 5, 6, 7, 8, 9, 9];

/** How often y fits into r (at most 9 times), and what is left. */
type DivisionStep<R extends Digits, Y extends Digits, N extends Digit = 0> =
  SubtractDigits<R, Y> extends infer S extends Digits ? DivisionStep<S, Y, After[N]> : [N, R];
