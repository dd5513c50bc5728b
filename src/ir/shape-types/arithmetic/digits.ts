/** One decimal digit. */
export type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

/** A natural number as decimal digits, the least significant first: 784 is `[4, 8, 7]`. */
export type Digits = readonly Digit[];

/** The digits of a natural literal; `undefined` for anything else (wide, negative, fractional). */
export type DigitsOf<N extends number> = Reversed<`${N}`>;

type Reversed<S extends string, R extends Digits = []> = S extends ""
  ? R
  : S extends `${infer D extends Digit}${infer Rest}`
    ? Reversed<Rest, [D, ...R]>
    : undefined;

/** The number that digits spell; leading zeros are allowed. */
export type NumberOf<D extends Digits> = Trimmed<Joined<D>> extends `${infer N extends number}` ? N : number;

type Joined<D extends Digits, S extends string = ""> = D extends readonly [
  infer H extends Digit,
  ...infer T extends Digits,
]
  ? Joined<T, `${H}${S}`>
  : S;

type Trimmed<S extends string> = S extends `0${infer Rest}` ? (Rest extends "" ? "0" : Trimmed<Rest>) : S;

/** `Sum[a][b]` is a + b. */
export type Sum = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  [2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  [3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  [4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
  [5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
  [6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  [8, 9, 10, 11, 12, 13, 14, 15, 16, 17],
  [9, 10, 11, 12, 13, 14, 15, 16, 17, 18],
];

/** `Carried[c][s]` is s + c, for sums of two digits and a carry. */
export type Carried = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18],
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
];

/** The last digit of a number below 20. */
export type Ones = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** What is carried from a number below 20. */
export type Tens = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];

/** 9 - d: adding it, and one more, subtracts d (ten's complement). */
export type Nines = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0];

/** `ProductOnes[a][b]` is the last digit of a · b. */
export type ProductOnes = [
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  [0, 2, 4, 6, 8, 0, 2, 4, 6, 8],
  [0, 3, 6, 9, 2, 5, 8, 1, 4, 7],
  [0, 4, 8, 2, 6, 0, 4, 8, 2, 6],
  [0, 5, 0, 5, 0, 5, 0, 5, 0, 5],
  [0, 6, 2, 8, 4, 0, 6, 2, 8, 4],
  [0, 7, 4, 1, 8, 5, 2, 9, 6, 3],
  [0, 8, 6, 4, 2, 0, 8, 6, 4, 2],
  [0, 9, 8, 7, 6, 5, 4, 3, 2, 1],
];

/** `ProductTens[a][b]` is the first digit of a · b written with two. */
export type ProductTens = [
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  [0, 0, 0, 0, 0, 1, 1, 1, 1, 1],
  [0, 0, 0, 0, 1, 1, 1, 2, 2, 2],
  [0, 0, 0, 1, 1, 2, 2, 2, 3, 3],
  [0, 0, 1, 1, 2, 2, 3, 3, 4, 4],
  [0, 0, 1, 1, 2, 3, 3, 4, 4, 5],
  [0, 0, 1, 2, 2, 3, 4, 4, 5, 6],
  [0, 0, 1, 2, 3, 4, 4, 5, 6, 7],
  [0, 0, 1, 2, 3, 4, 5, 6, 7, 8],
];
