import type { Dim } from "../shape.ts";
import type { AddDigits } from "./add.ts";
import type {
  Digit,
  Digits,
  DigitsOf,
  NumberOf,
  Ones,
  ProductOnes,
  ProductTens,
  Sum,
  Tens,
} from "./digits.ts";

/** a · b of natural literals; `null` when a size is unknown, `number` when one is wide. */
export type Multiply<A extends Dim, B extends Dim> = A extends 1
  ? B
  : B extends 1
    ? A
    : A extends number
      ? B extends number
        ? DigitsOf<A> extends infer X extends Digits
          ? DigitsOf<B> extends infer Y extends Digits
            ? NumberOf<MultiplyDigits<X, Y>>
            : number
          : number
        : null
      : null;

/** x · y = x · y₀ + 10 · (x · rest of y). */
type MultiplyDigits<X extends Digits, Y extends Digits> = Y extends readonly [
  infer B extends Digit,
  ...infer Ys extends Digits,
]
  ? Ys extends readonly []
    ? Scaled<X, B>
    : AddDigits<Scaled<X, B>, [0, ...MultiplyDigits<X, Ys>]>
  : [];

/** x · b for one digit b. */
type Scaled<
  X extends Digits,
  B extends Digit,
  C extends Digit = 0,
  R extends Digits = [],
> = X extends readonly [infer A extends Digit, ...infer Xs extends Digits]
  ? ScaledStep<Sum[ProductOnes[A][B]][C], ProductTens[A][B], Xs, B, R>
  : C extends 0
    ? R
    : [...R, C];

type ScaledStep<
  S extends number,
  T extends number,
  Xs extends Digits,
  B extends Digit,
  R extends Digits,
> = S extends keyof Ones
  ? T extends Digit
    ? Sum[T][Tens[S]] extends infer C extends Digit
      ? Scaled<Xs, B, C, [...R, Ones[S]]>
      : never
    : never
  : never;
