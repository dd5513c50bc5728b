import type { DType } from "../../src/ir/dtypes.ts";
import type * as st from "../../src/ir/shape-types/index.ts";
import { check } from "./expect.ts";
import type { Equal, Expect } from "./expect.ts";
import { Input } from "./stubs.ts";
import type { ConcreteFamily as C, KerasTensor, Tensor } from "./stubs.ts";

declare const ops: {
  add: st.BinarySignature<"add", C>;
  less: st.CompareSignature<"less", C>;
  exp: st.FloatSignature<C>;
  abs: st.UnarySignature<C>;
  matmul: st.MatmulSignature<C>;
  sum: st.ReduceSignature<"sum", "same", C>;
  mean: st.ReduceSignature<"mean", "float", C>;
  argmax: st.ReduceSignature<"argmax", "int32", C>;
  reshape: st.ReshapeSignature<C>;
  transpose: st.TransposeSignature<C>;
  expandDims: st.ExpandDimsSignature<C>;
  squeeze: st.SqueezeSignature<C>;
  oneHot: st.OneHotSignature<C>;
  concatenate: st.ConcatenateSignature<C>;
  stack: st.StackSignature<C>;
  cast: st.CastSignature<C>;
};
declare const t: Tensor<readonly [2, 3]>;
declare const u: Tensor<readonly [3, 4], "int32">;
declare const wide: Tensor;
const k = Input({ shape: [3] });

const sums = [
  ops.add(t, 1),
  ops.add(k, t),
  ops.add(t, wide),
  ops.add(u, 1),
  ops.add(u, 0.5),
  ops.add(2, u),
] as const;
check<
  [
    Expect<Equal<(typeof sums)[0], Tensor<readonly [2, 3]>>>,
    Expect<Equal<(typeof sums)[1], KerasTensor<readonly [2, 3]>>>,
    Expect<Equal<(typeof sums)[2], Tensor>>,
    Expect<Equal<(typeof sums)[3], Tensor<readonly [3, 4], "int32">>>,
    Expect<Equal<(typeof sums)[4], Tensor<readonly [3, 4], "float32">>>,
    Expect<Equal<(typeof sums)[5], Tensor<readonly [3, 4], "int32">>>,
  ]
>();
// @ts-expect-error -- add: cannot broadcast [2, 3] with [3, 4]
ops.add(t, u);
// @ts-expect-error -- not a tensor
ops.add(t, "1");

const several = [
  ops.less(t, 0),
  ops.exp(u),
  ops.abs(u),
  ops.matmul(t, u),
  ops.matmul(k, u),
  ops.cast(u, "float16"),
  ops.exp([1, 2]),
] as const;
check<
  [
    Expect<Equal<(typeof several)[0], Tensor<readonly [2, 3], "bool">>>,
    Expect<Equal<(typeof several)[1], Tensor<readonly [3, 4], "float32">>>,
    Expect<Equal<(typeof several)[2], Tensor<readonly [3, 4], "int32">>>,
    Expect<Equal<(typeof several)[3], Tensor<readonly [2, 4]>>>,
    Expect<Equal<(typeof several)[4], KerasTensor<readonly [null, 4]>>>,
    Expect<Equal<(typeof several)[5], Tensor<readonly [3, 4], "float16">>>,
    Expect<Equal<(typeof several)[6], Tensor<st.Shape, st.FloatOf<DType>>>>,
  ]
>();
// @ts-expect-error -- matmul: cannot multiply [2, 3] by [2, 3]: 3 against 2
ops.matmul(t, t);

const reduced = [
  ops.sum(t),
  ops.sum(t, -1),
  ops.sum(t, 0, true),
  ops.sum(t, { axis: [0], keepdims: true }),
  ops.sum(t, { keepdims: true }),
  ops.mean(u, 1),
  ops.argmax(t, -1),
  ops.sum(k, 1, { keepdims: true }),
] as const;
check<
  [
    Expect<Equal<(typeof reduced)[0], Tensor<readonly []>>>,
    Expect<Equal<(typeof reduced)[1], Tensor<readonly [2]>>>,
    Expect<Equal<(typeof reduced)[2], Tensor<readonly [1, 3]>>>,
    Expect<Equal<(typeof reduced)[3], Tensor<readonly [1, 3]>>>,
    Expect<Equal<(typeof reduced)[4], Tensor<readonly [1, 1]>>>,
    Expect<Equal<(typeof reduced)[5], Tensor<readonly [3], "float32">>>,
    Expect<Equal<(typeof reduced)[6], Tensor<readonly [2], "int32">>>,
    Expect<Equal<(typeof reduced)[7], KerasTensor<readonly [null, 1]>>>,
  ]
>();
// @ts-expect-error -- sum: an axis is out of range for [2, 3]
ops.sum(t, 2);

const moved = [
  ops.reshape(t, [3, 2]),
  ops.reshape(t, [-1]),
  ops.transpose(t),
  ops.transpose(t, [1, 0]),
  ops.expandDims(t, 1),
  ops.expandDims(t, { axis: -1 }),
  ops.squeeze(ops.expandDims(t, 0)),
  ops.oneHot(u, 5),
  ops.oneHot(u, 5, { dtype: "int32" }),
  ops.concatenate([t, t], 1),
  ops.stack([t, t, t], { axis: 1 }),
] as const;
check<
  [
    Expect<Equal<(typeof moved)[0], Tensor<readonly [3, 2]>>>,
    Expect<Equal<(typeof moved)[1], Tensor<readonly [6]>>>,
    Expect<Equal<(typeof moved)[2], Tensor<readonly [3, 2]>>>,
    Expect<Equal<(typeof moved)[3], Tensor<readonly [3, 2]>>>,
    Expect<Equal<(typeof moved)[4], Tensor<readonly [2, 1, 3]>>>,
    Expect<Equal<(typeof moved)[5], Tensor<readonly [2, 3, 1]>>>,
    Expect<Equal<(typeof moved)[6], Tensor<readonly [2, 3]>>>,
    Expect<Equal<(typeof moved)[7], Tensor<readonly [3, 4, 5]>>>,
    Expect<Equal<(typeof moved)[8], Tensor<readonly [3, 4, 5], "int32">>>,
    Expect<Equal<(typeof moved)[9], Tensor<readonly [2, 6]>>>,
    Expect<Equal<(typeof moved)[10], Tensor<readonly [2, 3, 3]>>>,
  ]
>();
// @ts-expect-error -- reshape: the numbers of elements differ
ops.reshape(t, [4, 2]);
// @ts-expect-error -- concatenate: cannot join [2, 3] and [3, 4] along axis 0
ops.concatenate([t, u]);
// @ts-expect-error -- stack: expected inputs of one shape
ops.stack([t, u]);

// Methods: the receiver is a type parameter, so the class stays covariant in its shape.
interface Methods {
  readonly add: st.BinaryMethod<"add", C>;
  readonly matmul: st.MatmulMethod<C>;
  readonly exp: st.FloatMethod<C>;
  readonly abs: st.UnaryMethod<C>;
  readonly sum: st.ReduceMethod<"sum", "same", C>;
  readonly reshape: st.ReshapeMethod<C>;
  readonly transpose: st.TransposeMethod<C>;
  readonly at: st.AtMethod<C>;
}
declare const m: Tensor<readonly [2, 3]> & Methods;
const chained = [
  m.matmul(u),
  m.add(1),
  m.exp(),
  m.abs(),
  m.sum(-1),
  m.sum({ keepdims: true }),
  m.reshape([6]),
  m.transpose(),
  m.at(0, ":"),
  m.at("...", null),
] as const;
check<
  [
    Expect<Equal<(typeof chained)[0], Tensor<readonly [2, 4]>>>,
    Expect<Equal<(typeof chained)[1], Tensor<readonly [2, 3]>>>,
    Expect<Equal<(typeof chained)[2], Tensor<readonly [2, 3]>>>,
    Expect<Equal<(typeof chained)[3], Tensor<readonly [2, 3]>>>,
    Expect<Equal<(typeof chained)[4], Tensor<readonly [2]>>>,
    Expect<Equal<(typeof chained)[5], Tensor<readonly [1, 1]>>>,
    Expect<Equal<(typeof chained)[6], Tensor<readonly [6]>>>,
    Expect<Equal<(typeof chained)[7], Tensor<readonly [3, 2]>>>,
    Expect<Equal<(typeof chained)[8], Tensor<readonly [3]>>>,
    Expect<Equal<(typeof chained)[9], Tensor<readonly [2, 3, 1]>>>,
  ]
>();
// @ts-expect-error -- matmul: cannot multiply [2, 3] by [2, 3]: 3 against 2
m.matmul(t);
// @ts-expect-error -- at: too many indices
m.at(0, 0, 0);
