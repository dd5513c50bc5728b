import type * as st from "../../src/ir/shape-types/index.ts";
import type { Equal, Expect } from "./expect.ts";

type Wide = st.Shape;
type S2 = readonly [null, 4];
type S3 = readonly [null, 5, 4];
type S4 = readonly [null, 8, 9, 3];

type Cat<T, A extends number = -1> = st.Apply<st.ConcatenateRule<"concatenate", A>, T>;
export type Concatenating = [
  Expect<Equal<Cat<readonly [S2, readonly [null, 12]]>, readonly [null, 16]>>,
  Expect<Equal<Cat<readonly [S3, readonly [null, 7, 4]], 1>, readonly [null, 12, 4]>>,
  Expect<Equal<Cat<readonly [S3, readonly [null, 7, 4]], -2>, readonly [null, 12, 4]>>,
  Expect<Equal<Cat<readonly [S2, S2, S2]>, readonly [null, 12]>>,
  Expect<Equal<Cat<readonly [S2, readonly [null, null]]>, readonly [null, null]>>,
  Expect<Equal<Cat<readonly [S2, readonly [null, number]]>, readonly [null, number]>>,
  Expect<Equal<Cat<readonly [S2, Wide]>, readonly [null, st.Dim]>>,
  Expect<Equal<Cat<readonly [S2, S2], number>, readonly [st.Dim, st.Dim]>>,
  Expect<Equal<Cat<readonly S2[]>, Wide>>,
  Expect<Equal<Cat<readonly [S3, S3], 3>, st.ShapeMismatch<"concatenate: no axis 3 in [null, 5, 4]">>>,
  Expect<
    Equal<
      Cat<readonly [S3, readonly [null, 7, 4]]>,
      st.ShapeMismatch<"concatenate: cannot join [null, 5, 4] and [null, 7, 4] along axis 2">
    >
  >,
  Expect<
    Equal<
      Cat<readonly [S3, S2]>,
      st.ShapeMismatch<"concatenate: cannot join [null, 5, 4] and [null, 4] along axis 2">
    >
  >,
];

export type Dots = [
  Expect<
    Equal<
      st.Apply<st.DotRule<readonly [1, 2]>, readonly [readonly [2, 3, 5], readonly [2, 10, 3]]>,
      readonly [2, 5, 10]
    >
  >,
  Expect<
    Equal<st.Apply<st.DotRule<1>, readonly [readonly [null, 8], readonly [null, 8]]>, readonly [null, 1]>
  >,
  Expect<Equal<st.Apply<st.DotRule<-1>, readonly [S3, readonly [null, 6, 4]]>, readonly [null, 5, 6]>>,
  Expect<
    Equal<
      st.Apply<st.DotRule<1>, readonly [readonly [null, 8], readonly [null, 9]]>,
      st.ShapeMismatch<"Dot: axis 1 of [null, 8] and axis 1 of [null, 9] differ">
    >
  >,
  Expect<Equal<st.Apply<st.DotRule<1>, readonly [S2]>, st.ShapeMismatch<"Dot: expected two tensors">>>,
  Expect<Equal<st.Apply<st.DotRule<1>, readonly Wide[]>, Wide>>,
];

export type Permuting = [
  Expect<Equal<st.Apply<st.PermuteRule<readonly [2, 1]>, S3>, readonly [null, 4, 5]>>,
  Expect<Equal<st.Apply<st.PermuteRule<readonly [3, 1, 2]>, S4>, readonly [null, 3, 8, 9]>>,
  Expect<
    Equal<
      st.Apply<st.PermuteRule<readonly [2, 1]>, S4>,
      st.ShapeMismatch<"Permute: expected an axis for each of [null, 8, 9, 3], received [0, 2, 1]">
    >
  >,
  Expect<Equal<st.Apply<st.RepeatVectorRule<3>, S2>, readonly [null, 3, 4]>>,
  Expect<
    Equal<
      st.Apply<st.RepeatVectorRule<3>, S3>,
      st.ShapeMismatch<"RepeatVector: expected an input of rank 2, received [null, 5, 4]">
    >
  >,
];

interface Conv<
  F extends number,
  K extends st.PerAxis,
  S extends st.PerAxis = 1,
  P extends st.Padding = "valid",
  O extends st.PerAxis | null = null,
  L extends st.PerAxis = 1,
  DF extends st.DataFormat = "channels_last",
> {
  filters: F;
  kernelSize: K;
  strides: S;
  padding: P;
  dilationRate: L;
  dataFormat: DF;
  outputPadding: O;
}
type Up2D<S, O extends st.TransposeSettings> = st.Apply<st.TransposeRule<"Conv2DTranspose", 2, O>, S>;
export type TransposedConvolutions = [
  Expect<Equal<Up2D<readonly [null, 4, 4, 1], Conv<16, 3>>, readonly [null, 6, 6, 16]>>,
  Expect<Equal<Up2D<readonly [null, 4, 4, 1], Conv<16, 3, 2>>, readonly [null, 9, 9, 16]>>,
  Expect<Equal<Up2D<readonly [null, 4, 4, 1], Conv<16, 2, 3>>, readonly [null, 12, 12, 16]>>,
  Expect<Equal<Up2D<readonly [null, 4, null, 1], Conv<16, 3, 2, "same">>, readonly [null, 8, null, 16]>>,
  Expect<Equal<Up2D<readonly [null, 4, 4, 1], Conv<16, 3, 2, "same", 1>>, readonly [null, 8, 8, 16]>>,
  Expect<Equal<Up2D<readonly [null, 4, 4, 1], Conv<16, 3, 2, "valid", 1>>, readonly [null, 10, 10, 16]>>,
  Expect<Equal<Up2D<readonly [null, 4, 4, 1], Conv<16, 3, 1, "valid", null, 2>>, readonly [null, 8, 8, 16]>>,
  Expect<
    Equal<
      Up2D<readonly [null, 1, 4, 5], Conv<16, 3, 1, "same", null, 1, "channels_first">>,
      readonly [null, 16, 4, 5]
    >
  >,
];

interface Depth<M extends number> {
  depthMultiplier: M;
  kernelSize: 3;
  strides: 1;
  padding: "same";
  dilationRate: 1;
  dataFormat: "channels_last";
}
export type MoreConvolutions = [
  Expect<Equal<st.Apply<st.DepthwiseRule<"D", 2, Depth<2>>, S4>, readonly [null, 8, 9, 6]>>,
  Expect<
    Equal<
      st.Apply<st.DepthwiseRule<"D", 2, Depth<2>>, readonly [null, 8, 9, null]>,
      st.ShapeMismatch<"D: the channels axis of the input must be known, received [null, 8, 9, null]">
    >
  >,
  Expect<
    Equal<st.Apply<st.ConvolutionRule<"Conv1D", 1, Conv<6, 3, 1, "causal">>, S3>, readonly [null, 5, 6]>
  >,
  Expect<
    Equal<
      st.Apply<st.ConvolutionRule<"Conv1D", 1, Conv<6, 2, 1, "valid", null, 3>>, S3>,
      readonly [null, 2, 6]
    >
  >,
  Expect<
    Equal<
      st.Apply<st.ConvolutionRule<"Conv3D", 3, Conv<6, 2, 2>>, readonly [null, 8, 9, 10, 1]>,
      readonly [null, 4, 4, 5, 6]
    >
  >,
  Expect<
    Equal<
      st.Apply<
        st.ConvolutionRule<"Conv2D", 2, Conv<6, 3, 1, "valid", null, 1, "channels_first">>,
        readonly [null, 1, 8, 9]
      >,
      readonly [null, 6, 6, 7]
    >
  >,
];

type Resize<How extends st.Resizing, V extends st.PerAxis, S> = st.Apply<st.ResizeRule<"R", 2, How, V>, S>;
export type Resizing = [
  Expect<Equal<Resize<"multiply", 3, S4>, readonly [null, 24, 27, 3]>>,
  Expect<Equal<Resize<"multiply", readonly [1, 2], S4>, readonly [null, 8, 18, 3]>>,
  Expect<Equal<Resize<"add", st.BorderSum<1, 2>, S4>, readonly [null, 10, 11, 3]>>,
  Expect<Equal<Resize<"add", st.BorderSum<readonly [1, 2], 2>, S4>, readonly [null, 10, 13, 3]>>,
  Expect<
    Equal<
      Resize<"subtract", st.BorderSum<readonly [readonly [1, 2], readonly [0, 4]], 2>, S4>,
      readonly [null, 5, 5, 3]
    >
  >,
  Expect<
    Equal<
      Resize<"subtract", st.BorderSum<4, 2>, S4>,
      st.ShapeMismatch<"R: nothing is left of the input [null, 8, 9, 3]">
    >
  >,
  Expect<Equal<st.BorderSum<readonly [2, 3], 1>, readonly [5]>>,
  Expect<Equal<st.BorderSum<number, 1>, readonly [number]>>,
];

type Rnn<O extends st.RecurrentSettings, S = S3> = st.Apply<st.RecurrentRule<"LSTM", 7, O>, S>;
type Plain = { returnSequences: false; returnState: false; states: 2 };
type Sequences = { returnSequences: true; returnState: false; states: 2 };
type Full = { returnSequences: true; returnState: true; states: 2 };
type Gru = { returnSequences: false; returnState: true; states: 1 };
export type Recurrence = [
  Expect<Equal<Rnn<Plain>, readonly [null, 7]>>,
  Expect<Equal<Rnn<Sequences>, readonly [null, 5, 7]>>,
  Expect<Equal<Rnn<Full>, readonly [readonly [null, 5, 7], readonly [null, 7], readonly [null, 7]]>>,
  Expect<Equal<Rnn<Gru>, readonly [readonly [null, 7], readonly [null, 7]]>>,
  Expect<Equal<Rnn<Sequences, Wide>, readonly [st.Dim, st.Dim, 7]>>,
  Expect<Equal<Rnn<{ returnSequences: boolean; returnState: false; states: 1 }>, Wide>>,
  Expect<
    Equal<
      Rnn<Plain, S2>,
      st.ShapeMismatch<"LSTM: expected an input of rank 3 (batch, time, features), received [null, 4]">
    >
  >,
  Expect<Equal<st.Apply<st.TimeDistributedRule<st.DenseRule<8>>, S3>, readonly [null, 5, 8]>>,
  Expect<
    Equal<
      st.Apply<st.TimeDistributedRule<st.FlattenRule>, readonly [null, null, 2, 3]>,
      readonly [null, null, 6]
    >
  >,
  Expect<Equal<st.Apply<st.BidirectionalRule<st.RecurrentRule<"L", 7, Plain>>, S3>, readonly [null, 14]>>,
  Expect<
    Equal<
      st.Apply<st.BidirectionalRule<st.RecurrentRule<"L", 7, Sequences>, "sum">, S3>,
      readonly [null, 5, 7]
    >
  >,
  Expect<
    Equal<
      st.Apply<st.BidirectionalRule<st.RecurrentRule<"L", 7, Plain>, null>, S3>,
      readonly [readonly [null, 7], readonly [null, 7]]
    >
  >,
  Expect<
    Equal<
      st.Apply<st.BidirectionalRule<st.RecurrentRule<"L", 7, Gru>>, S3>,
      readonly [readonly [null, 14], readonly [null, 7], readonly [null, 7]]
    >
  >,
  Expect<
    Equal<
      st.Apply<st.ConvRecurrentRule<"ConvLSTM2D", 2, Conv<6, 3>, Sequences>, readonly [null, 10, 8, 9, 3]>,
      readonly [null, 10, 6, 7, 6]
    >
  >,
];

type Ein<E extends string, T extends st.EinsumOutput, S> = st.Apply<st.EinsumDenseRule<E, T>, S>;
export type Einsum = [
  Expect<Equal<Ein<"ab,bc->ac", 64, readonly [null, 32]>, readonly [null, 64]>>,
  Expect<Equal<Ein<"abc,cd->abd", readonly [null, 64], S3>, readonly [null, null, 64]>>,
  Expect<Equal<Ein<"...x,xy->...y", 64, S3>, readonly [null, 5, 64]>>,
  Expect<Equal<Ein<"ab...,bc->ac...", 64, S3>, readonly [null, 64, 4]>>,
  Expect<
    Equal<
      Ein<"ab,bc->ac", 64, S3>,
      st.ShapeMismatch<"EinsumDense: ab,bc->ac does not fit the input [null, 5, 4]">
    >
  >,
  Expect<Equal<Ein<string, 64, S3>, Wide>>,
];

export type Attending = [
  Expect<
    Equal<
      st.Apply<st.AttentionRule<"Attention">, readonly [S3, readonly [null, 6, 4]]>,
      readonly [null, 5, 4]
    >
  >,
  Expect<
    Equal<
      st.Apply<st.AttentionRule<"Attention">, readonly [S3, readonly [null, 6, 9], readonly [null, 6, 4]]>,
      readonly [null, 5, 9]
    >
  >,
  Expect<
    Equal<
      st.Apply<st.AttentionRule<"Attention">, readonly [S3, readonly [null, 6, 9]]>,
      st.ShapeMismatch<"Attention: query [null, 5, 4] and key [null, 6, 9] differ in the last axis">
    >
  >,
  Expect<Equal<st.Apply<st.MultiHeadRule<2>, readonly [S3, readonly [null, 6, 9]]>, S3>>,
  Expect<Equal<st.Apply<st.MultiHeadRule<2, 16>, readonly [S3, S3]>, readonly [null, 5, 16]>>,
  Expect<
    Equal<
      st.Apply<st.MultiHeadRule<2, null, true>, readonly [S3, readonly [null, 6, 9]]>,
      readonly [S3, readonly [null, 2, 5, 6]]
    >
  >,
];

export type Arrays = [
  Expect<Equal<st.Matmul<readonly [2, 3], readonly [3, 4]>, readonly [2, 4]>>,
  Expect<Equal<st.Matmul<readonly [null, 1, 2, 3], readonly [5, 3, 4]>, readonly [null, 5, 2, 4]>>,
  Expect<Equal<st.Matmul<readonly [3], readonly [3, 4]>, readonly [4]>>,
  Expect<Equal<st.Matmul<readonly [2, 3], readonly [3]>, readonly [2]>>,
  Expect<Equal<st.Matmul<readonly [3], readonly [3]>, readonly []>>,
  Expect<
    Equal<
      st.Matmul<readonly [2, 3], readonly [4, 5]>,
      st.ShapeMismatch<"matmul: cannot multiply [2, 3] by [4, 5]: 3 against 4">
    >
  >,
  Expect<Equal<st.Matmul<Wide, readonly [4, 5]>, Wide>>,
  Expect<Equal<st.Broadcast<"add", readonly [null, 1, 4], readonly [3, 1]>, readonly [null, 3, 4]>>,
  Expect<Equal<st.Broadcast<"add", readonly [null, 4], readonly [8, 4]>, readonly [8, 4]>>,
  Expect<Equal<st.Broadcast<"add", readonly [null], readonly [1]>, readonly [null]>>,
  Expect<Equal<st.Broadcast<"add", readonly [number], readonly [1]>, readonly [number]>>,
  Expect<Equal<st.Broadcast<"add", readonly [number], readonly [4]>, readonly [4]>>,
  Expect<Equal<st.Broadcast<"add", readonly [number], readonly [null]>, readonly [st.Dim]>>,
  Expect<Equal<st.Broadcast<"add", readonly [], readonly [4]>, readonly [4]>>,
  Expect<
    Equal<
      st.Broadcast<"add", readonly [3], readonly [4]>,
      st.ShapeMismatch<"add: cannot broadcast [3] with [4]">
    >
  >,
  Expect<Equal<st.Transposed<"transpose", S3>, readonly [4, 5, null]>>,
  Expect<Equal<st.Transposed<"transpose", S3, readonly [0, -1, 1]>, readonly [null, 4, 5]>>,
  Expect<Equal<st.Reduced<"sum", S3>, readonly []>>,
  Expect<Equal<st.Reduced<"sum", S3, -1>, readonly [null, 5]>>,
  Expect<Equal<st.Reduced<"sum", S3, readonly [0, 2]>, readonly [5]>>,
  Expect<Equal<st.Reduced<"sum", S3, readonly [0, -1], true>, readonly [1, 5, 1]>>,
  Expect<Equal<st.Reduced<"sum", S3, number>, Wide>>,
  Expect<Equal<st.Reduced<"sum", S3, 3>, st.ShapeMismatch<"sum: an axis is out of range for [null, 5, 4]">>>,
  Expect<Equal<st.ExpandDims<S2, 0>, readonly [1, null, 4]>>,
  Expect<Equal<st.ExpandDims<S2, -1>, readonly [null, 4, 1]>>,
  Expect<Equal<st.ExpandDims<S2, 2>, readonly [null, 4, 1]>>,
  Expect<Equal<st.ExpandDims<S2, 3>, st.ShapeMismatch<"expandDims: axis 3 is out of range for [null, 4]">>>,
  Expect<Equal<st.OneHot<readonly [null], 10>, readonly [null, 10]>>,
  Expect<Equal<st.Squeezed<readonly [null, 1, 4, 1]>, readonly [null, 4]>>,
  Expect<Equal<st.Squeezed<readonly [null, 1, 4, 1], -1>, readonly [null, 1, 4]>>,
  Expect<Equal<st.Squeezed<S2, 1>, st.ShapeMismatch<"squeeze: axis 1 of [null, 4] is not 1">>>,
  Expect<Equal<st.Stacked<readonly [S2, S2, S2], 1>, readonly [null, 3, 4]>>,
  Expect<Equal<st.Stacked<readonly [S2, S2], -1>, readonly [null, 4, 2]>>,
  Expect<
    Equal<
      st.Stacked<readonly [S2, readonly [null, 5]]>,
      st.ShapeMismatch<"stack: expected inputs of one shape, the first is [null, 4]">
    >
  >,
  Expect<Equal<st.Stacked<readonly S2[], 1>, Wide>>,
];

export type Indexing = [
  Expect<Equal<st.Indexed<S3, readonly [":", 0, ":"]>, readonly [null, 4]>>,
  Expect<Equal<st.Indexed<S3, readonly [":", number, ":"]>, readonly [null, 4]>>,
  Expect<Equal<st.Indexed<S3, readonly [0]>, readonly [5, 4]>>,
  Expect<Equal<st.Indexed<S3, readonly ["1:3", "1:3"]>, readonly [null, number, 4]>>,
  Expect<Equal<st.Indexed<S4, readonly ["...", 0]>, readonly [null, 8, 9]>>,
  Expect<Equal<st.Indexed<S4, readonly [0, "...", null]>, readonly [8, 9, 3, 1]>>,
  Expect<Equal<st.Indexed<S2, readonly [0, 0, 0]>, st.ShapeMismatch<"at: too many indices for [null, 4]">>>,
];

type Mnist = st.FunctionalRule<readonly [null, 784], readonly [null, 10]>;
type Ticket = st.FunctionalRule<
  { title: readonly [null, null]; tags: readonly [null, 12] },
  readonly [readonly [null, 1], readonly [null, 4]]
>;
type Sequence = st.FunctionalRule<readonly [null, null, 3], readonly [null, null, 8]>;
export type Models = [
  Expect<Equal<st.Apply<Sequence, readonly [null, null, 3]>, readonly [null, null, 8]>>,
  Expect<Equal<st.Apply<Sequence, readonly [2, 100, 3]>, readonly [2, st.Dim, 8]>>,
  Expect<Equal<st.Apply<Mnist, readonly [readonly [null, 784]]>, readonly [null, 10]>>,
  Expect<Equal<st.Apply<Mnist, { img: readonly [null, 784] }>, readonly [null, 10]>>,
  Expect<Equal<st.Apply<st.FunctionalRule<unknown, unknown>, S2>, Wide>>,
  Expect<Equal<st.Apply<Mnist, readonly [null, 784]>, readonly [null, 10]>>,
  Expect<Equal<st.Apply<Mnist, readonly [32, 784]>, readonly [32, 10]>>,
  Expect<Equal<st.Apply<Mnist, Wide>, readonly [st.Dim, 10]>>,
  Expect<
    Equal<
      st.Apply<Mnist, S2>,
      st.ShapeMismatch<"Model: expected an input of shape [null, 784], received [null, 4]">
    >
  >,
  Expect<
    Equal<
      st.Apply<Ticket, { title: readonly [null, 100]; tags: readonly [null, 12] }>,
      readonly [readonly [null, 1], readonly [null, 4]]
    >
  >,
  Expect<
    Equal<st.Apply<Ticket, { title: readonly [null, 100] }>, st.ShapeMismatch<"Model: input tags is missing">>
  >,
  Expect<
    Equal<
      st.Apply<st.ChainRule<readonly [st.DenseRule<3>, st.FlattenRule, st.DenseRule<2>]>, S3>,
      readonly [null, 2]
    >
  >,
  Expect<Equal<st.Apply<st.ChainRule<readonly st.ShapeRule[]>, S3>, Wide>>,
];
