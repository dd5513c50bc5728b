import { ops, tensor, type Tensor } from "../../src/index.ts";
import type { KerasTensor } from "../../src/graph/keras-tensor.ts";
import { check, type Equal, type Expect } from "./expect.ts";

/* Elements of tensors as nested arrays: as deep as the tensor has axes, where the type tells how many. */

declare const wide: Tensor;
declare const batch: Tensor<readonly [number, 10]>;
declare const inLayer: Tensor<readonly [null, 5, 3]>;
declare const symbolic: KerasTensor<readonly [null, 7]>;

const scalar = ops.sum(batch).arraySync();
const rows = await batch.array();
const row = batch.at(0).arraySync();
const shaped = tensor([1, 2, 3, 4], { shape: [2, 2] }).arraySync();
const unknown = await wide.array();
const deep = inLayer.arraySync();
const nested: ReturnType<typeof wide.arraySync> = rows;
const sizes = ops.shape(inLayer);
const plain: readonly number[] = ops.shape(wide);
const open = ops.shape(symbolic);

check<
  [
    Expect<Equal<typeof scalar, number>>,
    Expect<Equal<typeof rows, number[][]>>,
    Expect<Equal<typeof row, number[]>>,
    Expect<Equal<typeof shaped, number[][]>>,
    Expect<Equal<typeof deep, number[][][]>>,
    Expect<Equal<typeof sizes, readonly [number, 5, 3]>>,
    Expect<Equal<typeof open, readonly [null, 7]>>,
  ]
>();
// @ts-expect-error -- a type without a rank does not tell how deep the arrays are
const guessed: number[][] = unknown;
void [nested, plain, guessed];
