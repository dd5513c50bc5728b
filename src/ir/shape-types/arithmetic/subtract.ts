import type { Dim } from "../shape.ts";
import type { Carried, Digit, Digits, DigitsOf, Nines, NumberOf, Ones, Sum, Tens } from "./digits.ts";

/** a - b of natural literals, negative where b is larger; `null` when a size is unknown, `number` when one is wide. */
export type Subtract<A extends Dim, B extends Dim> = B extends 0
  ? A
  : A extends number
    ? B extends number
      ? DigitsOf<A> extends infer X extends Digits
        ? DigitsOf<B> extends infer Y extends Digits
          ? SubtractDigits<X, Y> extends infer R extends Digits
            ? NumberOf<R>
            : SubtractDigits<Y, X> extends infer R extends Digits
              ? Negated<NumberOf<R>>
              : number
          : number
        : number
      : null
    : null;

type Negated<N extends number> = `-${N}` extends `${infer M extends number}` ? M : number;

/** x - y digit by digit; `undefined` when y is larger. Adds the ten's complement: the last carry tells the sign. */
export type SubtractDigits<
  X extends Digits,
  Y extends Digits,
  C extends 0 | 1 = 1,
  R extends Digits = [],
> = X extends readonly [infer A extends Digit, ...infer Xs extends Digits]
  ? Y extends readonly [infer B extends Digit, ...infer Ys extends Digits]
    ? Step<Carried[C][Sum[A][Nines[B]]], Xs, Ys, R>
    : C extends 1
      ? [...R, ...X]
      : Step<Sum[A][9], Xs, [], R>
  : Y extends readonly [infer B extends Digit, ...infer Ys extends Digits]
    ? Step<Carried[C][Nines[B]], [], Ys, R>
    : C extends 1
      ? R
      : undefined;

type Step<
  S extends keyof Ones & number,
  Xs extends Digits,
  Ys extends Digits,
  R extends Digits,
> = SubtractDigits<Xs, Ys, Tens[S], [...R, Ones[S]]>;
