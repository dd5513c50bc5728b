import type { KerasTensor } from "../../src/graph/keras-tensor.ts";
import type { Tensor } from "../../src/ops/core/tensor.ts";
import type * as ops from "../../src/ops/index.ts";
import { check, type Equal, type Expect } from "./expect.ts";

declare const symbolic: KerasTensor<readonly [null, 784]>;
declare const kernel: Tensor<readonly [784, 64]>;
declare const wide: Tensor;
declare const o: typeof ops;

const product = o.matmul(symbolic, kernel);
const sum = product.add(1).relu();
const mean = sum.mean(-1, true);
const row = symbolic.at(":", 0);
const loose = o.softmax(wide).multiply(wide).sum();
const flat = o.reshape(kernel, [-1]);
const joined = o.concatenate([symbolic, sum], -1);
const float = o.cast(wide, "float32");
const scalar = o.sum(o.zeros([2, 3]), { axis: 1, keepdims: true });

// @ts-expect-error 784 columns do not meet 10 rows.
o.matmul(symbolic, o.zeros([10, 3]));
// @ts-expect-error 784 columns do not meet 10 rows.
symbolic.matmul(o.zeros([10, 3]));
// @ts-expect-error [784, 64] and [3] do not broadcast.
o.add(kernel, o.zeros([3]));

check<
  [
    Expect<Equal<typeof product, KerasTensor<readonly [null, 64]>>>,
    Expect<Equal<typeof sum, KerasTensor<readonly [null, 64]>>>,
    Expect<Equal<typeof mean, KerasTensor<readonly [null, 1]>>>,
    Expect<Equal<typeof row, KerasTensor<readonly [null]>>>,
    Expect<Equal<(typeof loose)["dims"], readonly number[]>>,
    Expect<Equal<typeof flat, Tensor<readonly [50176]>>>,
    Expect<Equal<(typeof joined)["shape"], readonly [null, 848]>>,
    Expect<Equal<(typeof float)["dtype"], "float32">>,
    Expect<Equal<typeof scalar, Tensor<readonly [2, 1]>>>,
  ]
>();
