import type { Add } from "../../src/ir/shape-types/arithmetic/add.ts";
import type { Compare } from "../../src/ir/shape-types/arithmetic/compare.ts";
import type { DivideCeil, DivideFloor, Remainder } from "../../src/ir/shape-types/arithmetic/divide.ts";
import type { Multiply } from "../../src/ir/shape-types/arithmetic/multiply.ts";
import type { Subtract } from "../../src/ir/shape-types/arithmetic/subtract.ts";
import type { Equal, Expect } from "./expect.ts";

export type Addition = [
  Expect<Equal<Add<0, 0>, 0>>,
  Expect<Equal<Add<7, 8>, 15>>,
  Expect<Equal<Add<999, 1>, 1000>>,
  Expect<Equal<Add<1, 999>, 1000>>,
  Expect<Equal<Add<25088, 4096>, 29184>>,
  Expect<Equal<Add<null, 3>, null>>,
  Expect<Equal<Add<3, null>, null>>,
  Expect<Equal<Add<number, 3>, number>>,
  Expect<Equal<Add<3, number>, number>>,
  Expect<Equal<Add<number | null, 3>, number | null>>,
  Expect<Equal<Add<1.5, 3>, number>>,
  Expect<Equal<Add<-1, 3>, number>>,
];

export type Subtraction = [
  Expect<Equal<Subtract<5, 5>, 0>>,
  Expect<Equal<Subtract<1000, 1>, 999>>,
  Expect<Equal<Subtract<28, 3>, 25>>,
  Expect<Equal<Subtract<100, 28>, 72>>,
  Expect<Equal<Subtract<3, 28>, -25>>,
  Expect<Equal<Subtract<null, 3>, null>>,
  Expect<Equal<Subtract<number, 3>, number>>,
];

export type Multiplication = [
  Expect<Equal<Multiply<0, 12>, 0>>,
  Expect<Equal<Multiply<12, 0>, 0>>,
  Expect<Equal<Multiply<28, 28>, 784>>,
  Expect<Equal<Multiply<49, 512>, 25088>>,
  Expect<Equal<Multiply<999, 999>, 998001>>,
  Expect<Equal<Multiply<99999, 99999>, 9999800001>>,
  Expect<Equal<Multiply<10, 100>, 1000>>,
  Expect<Equal<Multiply<null, 3>, null>>,
  Expect<Equal<Multiply<number, 3>, number>>,
];

export type Division = [
  Expect<Equal<DivideFloor<28, 2>, 14>>,
  Expect<Equal<DivideFloor<25, 2>, 12>>,
  Expect<Equal<DivideFloor<2, 3>, 0>>,
  Expect<Equal<DivideFloor<0, 3>, 0>>,
  Expect<Equal<DivideFloor<25088, 512>, 49>>,
  Expect<Equal<DivideFloor<1000, 10>, 100>>,
  Expect<Equal<DivideFloor<7, 0>, number>>,
  Expect<Equal<DivideFloor<null, 2>, null>>,
  Expect<Equal<DivideFloor<number, 2>, number>>,
  Expect<Equal<DivideCeil<28, 2>, 14>>,
  Expect<Equal<DivideCeil<25, 2>, 13>>,
  Expect<Equal<DivideCeil<1, 3>, 1>>,
  Expect<Equal<DivideCeil<0, 3>, 0>>,
  Expect<Equal<Remainder<784, 10>, 4>>,
  Expect<Equal<Remainder<784, 7>, 0>>,
  Expect<Equal<Remainder<5, 28>, 5>>,
];

export type Comparison = [
  Expect<Equal<Compare<9, 10>, "less">>,
  Expect<Equal<Compare<10, 9>, "greater">>,
  Expect<Equal<Compare<10, 10>, "equal">>,
  Expect<Equal<Compare<number, 10>, "unknown">>,
  Expect<Equal<Compare<null, 10>, "unknown">>,
];
