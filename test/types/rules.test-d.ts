import type * as st from "../../src/ir/shape-types/index.ts";
import type { Equal, Expect } from "./expect.ts";

interface Conv<
  F extends number,
  K extends st.PerAxis,
  S extends st.PerAxis = 1,
  P extends st.Padding = "valid",
> {
  filters: F;
  kernelSize: K;
  strides: S;
  padding: P;
  dilationRate: 1;
  dataFormat: "channels_last";
}
type Conv2D<S, O extends st.ConvolutionSettings> = st.Apply<st.ConvolutionRule<"Conv2D", 2, O>, S>;

export type Convolutions = [
  Expect<Equal<Conv2D<readonly [null, 28, 28, 1], Conv<16, 3>>, readonly [null, 26, 26, 16]>>,
  Expect<Equal<Conv2D<readonly [null, 28, 28, 1], Conv<16, 3, 2, "same">>, readonly [null, 14, 14, 16]>>,
  Expect<Equal<Conv2D<readonly [null, 28, 29, 1], Conv<16, [3, 5], [2, 3]>>, readonly [null, 13, 9, 16]>>,
  Expect<Equal<Conv2D<readonly [null, null, 28, 1], Conv<16, 3>>, readonly [null, null, 26, 16]>>,
  Expect<Equal<Conv2D<readonly [null, number, 28, 1], Conv<16, 3>>, readonly [null, number, 26, 16]>>,
  Expect<Equal<Conv2D<readonly [null, 28, 28, 1], Conv<16, number>>, readonly [null, number, number, 16]>>,
  Expect<Equal<Conv2D<readonly [null, 28, 28, 1], Conv<number, 3>>, readonly [null, 26, 26, number]>>,
  Expect<
    Equal<
      Conv2D<readonly [null, 5, 5, 1], Conv<1, 9>>,
      st.ShapeMismatch<"Conv2D: the kernel is larger than the input [null, 5, 5, 1]">
    >
  >,
  Expect<
    Equal<
      Conv2D<readonly [null, 5, 5], Conv<1, 9>>,
      st.ShapeMismatch<"Conv2D: expected an input of rank 4, received [null, 5, 5]">
    >
  >,
  Expect<Equal<Conv2D<st.Shape, Conv<1, 9>>, readonly [st.Dim, st.Dim, st.Dim, st.Dim]>>,
];

type Pool2D<S, P extends st.PerAxis, D extends st.Padding = "valid", T extends st.PerAxis = P> = st.Apply<
  st.PoolingRule<"MaxPooling2D", 2, { poolSize: P; strides: T; padding: D; dataFormat: "channels_last" }>,
  S
>;

export type Pooling = [
  Expect<Equal<Pool2D<readonly [null, 24, 24, 32], 3>, readonly [null, 8, 8, 32]>>,
  Expect<Equal<Pool2D<readonly [null, 25, 25, 32], 2>, readonly [null, 12, 12, 32]>>,
  Expect<Equal<Pool2D<readonly [null, 25, 25, 32], 2, "same">, readonly [null, 13, 13, 32]>>,
  Expect<Equal<Pool2D<readonly [null, 25, 25, 32], 3, "valid", 1>, readonly [null, 23, 23, 32]>>,
  Expect<Equal<Pool2D<readonly [null, 25, 25, null], 3, "valid", 1>, readonly [null, 23, 23, null]>>,
  Expect<Equal<st.Apply<st.GlobalPoolingRule<"G", 2>, readonly [null, 3, 3, 8]>, readonly [null, 8]>>,
  Expect<
    Equal<
      st.Apply<st.GlobalPoolingRule<"G", 2, "channels_first", true>, readonly [null, 8, 3, 4]>,
      readonly [null, 8, 1, 1]
    >
  >,
];

export type Reshaping = [
  Expect<Equal<st.Apply<st.FlattenRule, readonly [null, 7, 7, 512]>, readonly [null, 25088]>>,
  Expect<Equal<st.Apply<st.FlattenRule, readonly [null]>, readonly [null, 1]>>,
  Expect<Equal<st.Apply<st.FlattenRule, readonly [null, null, 3]>, readonly [null, null]>>,
  Expect<Equal<st.Apply<st.ReshapeRule<readonly [4, 4, 1]>, readonly [null, 16]>, readonly [null, 4, 4, 1]>>,
  Expect<Equal<st.Apply<st.ReshapeRule<readonly [-1, 2, 2]>, readonly [null, 12]>, readonly [null, 3, 2, 2]>>,
  Expect<Equal<st.Apply<st.ReshapeRule<readonly [-1]>, readonly [null, null, 12]>, readonly [null, null]>>,
  Expect<
    Equal<
      st.Apply<st.ReshapeRule<readonly [-1, 3]>, readonly [null, 10]>,
      st.ShapeMismatch<"Reshape: cannot reshape [10] into [-1, 3]">
    >
  >,
  Expect<
    Equal<
      st.Apply<st.ReshapeRule<readonly [4, 4]>, readonly [null, 15]>,
      st.ShapeMismatch<"Reshape: cannot reshape [15] into [4, 4]">
    >
  >,
  Expect<Equal<st.Apply<st.ReshapeRule<readonly [4, 4]>, st.Shape>, readonly [st.Dim, 4, 4]>>,
];

type Add<T> = st.Apply<st.MergeRule<"add">, T>;

export type Merging = [
  Expect<Equal<Add<readonly [readonly [null, 64], readonly [null, 64]]>, readonly [null, 64]>>,
  Expect<Equal<Add<readonly [readonly [null, 64], readonly [null, 1]]>, readonly [null, 64]>>,
  Expect<Equal<Add<readonly [readonly [null, 4, 64], readonly [null, 64]]>, readonly [null, 4, 64]>>,
  Expect<Equal<Add<readonly [readonly [8, 64], readonly [null, 64]]>, readonly [8, 64]>>,
  Expect<Equal<Add<readonly [readonly [null, number], readonly [null, 64]]>, readonly [null, 64]>>,
  Expect<
    Equal<
      Add<readonly [readonly [null, 64], readonly [null, 32]]>,
      st.ShapeMismatch<"add: cannot broadcast [null, 64] with [null, 32]">
    >
  >,
  Expect<
    Equal<
      Add<readonly [readonly [null, 64], readonly [null, 64], readonly [null, 32]]>,
      st.ShapeMismatch<"add: cannot broadcast [null, 64] with [null, 32]">
    >
  >,
  Expect<Equal<Add<readonly st.Shape[]>, st.Shape>>,
  Expect<Equal<Add<readonly [st.Shape, readonly [null, 4]]>, st.Shape>>,
];
