import type { Autocast, DenseRule, Shape } from "../../src/ir/shape-types/index.ts";
import type { DType } from "../../src/ir/dtypes.ts";
import { add, Add, Dense, Flatten, Input, Layer } from "./stubs.ts";
import type { KerasTensor, Tensor } from "./stubs.ts";
import { check } from "./expect.ts";
import type { Equal, Expect } from "./expect.ts";

const i = Input({ shape: [784] });
const x = Dense(64, { activation: "relu" })(i);
const y = new Dense({ units: 32 })(x);
const merged = add([x, x]);
check<
  [
    Expect<Equal<typeof i, KerasTensor<readonly [null, 784], "float32">>>,
    Expect<Equal<typeof x, KerasTensor<readonly [null, 64]>>>,
    Expect<Equal<typeof y, KerasTensor<readonly [null, 32]>>>,
    Expect<Equal<typeof merged, KerasTensor<readonly [null, 64]>>>,
  ]
>();

// Mis-wired graphs do not compile.
// @ts-expect-error -- add: cannot broadcast [null, 64] with [null, 32]
add([x, y]);
// @ts-expect-error -- Add: the same through the class
Add()([x, y]);
// @ts-expect-error -- Flatten: expected one tensor
Flatten()([x, x]);
// @ts-expect-error -- add: expected an array of tensors
add(x);
// @ts-expect-error -- Dense: the last axis must be known
Dense(3)(Input({ shape: [null] }));
// @ts-expect-error -- Dense: rank >= 2
Dense(3)(Input({ shape: [] }));
// @ts-expect-error -- an option that does not exist
Dense(3, { activatoin: "relu" });
// @ts-expect-error -- neither a tensor nor numbers
Dense(3)("text");

// An untyped `let` is narrowed at each assignment; a typed one is wide.
let narrowed;
narrowed = Dense(3)(i);
narrowed = Dense(4)(narrowed);
const stillExact = narrowed;
let wide: KerasTensor = i;
wide = Input({ shape: [3], dtype: "int32" });
wide = Dense(4)(wide);
const fromWide = Dense(4)(wide);
check<
  [
    Expect<Equal<typeof stillExact, KerasTensor<readonly [null, 4]>>>,
    Expect<Equal<typeof fromWide, KerasTensor<Shape, "float32">>>,
  ]
>();

// Wide shapes fall back to checks at run time.
declare const many: KerasTensor[];
const mergedWide = add(many);
const mergedHalf = add([x, wide]);
check<
  [
    Expect<Equal<typeof mergedWide, KerasTensor<Shape, Autocast<DType, "float32">>>>,
    Expect<Equal<typeof mergedHalf, KerasTensor<Shape, Autocast<DType, "float32">>>>,
  ]
>();

// Concrete tensors give concrete tensors, mixtures symbolic ones; numbers are tensors too.
declare const t: Tensor<readonly [3, 784]>;
const concrete = Dense(4)(t);
const mixed = add([Dense(784)(t), i]);
const numbers = Dense(4)([
  [1, 2],
  [3, 4],
]);
check<
  [
    Expect<Equal<typeof concrete, Tensor<readonly [3, 4]>>>,
    Expect<Equal<typeof mixed, KerasTensor<readonly [3, 784]>>>,
    Expect<Equal<typeof numbers, Tensor>>,
  ]
>();

// Every layer is a Layer, callable without knowing more.
const list: Layer[] = [Dense(3), Flatten(), Add()];
let value: KerasTensor = i;
for (const layer of list) value = layer(value);

// Layers of one's own: wide unless they name a rule, and built-in ones can be extended.
class Custom extends Layer {
  override call(inputs: Tensor): Tensor {
    return inputs;
  }
}
class Wider extends Dense {
  readonly extra: number = 1;
}
class Exactly<U extends number> extends Layer<DenseRule<U>> {
  override call(inputs: Tensor): Tensor {
    return inputs;
  }
}
const custom = new Custom()(i);
const customConcrete = new Custom()(t);
const wider = new Wider(3)(i);
const exactly = new Exactly<7>()(i);
check<
  [
    Expect<Equal<typeof custom, KerasTensor>>,
    Expect<Equal<typeof customConcrete, Tensor>>,
    Expect<Equal<typeof wider, KerasTensor<readonly [null, number]>>>,
    Expect<Equal<typeof exactly, KerasTensor<readonly [null, 7]>>>,
  ]
>();
