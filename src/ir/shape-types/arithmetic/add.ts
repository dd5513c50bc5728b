import type { Dim } from "../shape.ts";
import type { Carried, Digit, Digits, DigitsOf, NumberOf, Ones, Sum, Tens } from "./digits.ts";

/** a + b of natural literals; `null` when a size is unknown, `number` when one is wide. */
export type Add<A extends Dim, B extends Dim> = A extends 0
  ? B
  : B extends 0
    ? A
    : A extends number
      ? B extends number
        ? DigitsOf<A> extends infer X extends Digits
          ? DigitsOf<B> extends infer Y extends Digits
            ? NumberOf<AddDigits<X, Y>>
            : number
          : number
        : null
      : null;

/** x + y digit by digit. */
export type AddDigits<
  X extends Digits,
  Y extends Digits,
  C extends 0 | 1 = 0,
  R extends Digits = [],
> = X extends readonly [infer A extends Digit, ...infer Xs extends Digits]
  ? Y extends readonly [infer B extends Digit, ...infer Ys extends Digits]
    ? AddStep<Carried[C][Sum[A][B]], Xs, Ys, R>
    : C extends 0
      ? [...R, ...X]
      : AddStep<Carried[C][A], Xs, [], R>
  : Y extends readonly [Digit, ...Digits]
    ? AddDigits<Y, [], C, R>
    : C extends 1
      ? [...R, 1]
      : R;

type AddStep<
  S extends keyof Ones & number,
  Xs extends Digits,
  Ys extends Digits,
  R extends Digits,
> = AddDigits<Xs, Ys, Tens[S], [...R, Ones[S]]>;
