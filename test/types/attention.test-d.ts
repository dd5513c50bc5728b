// Shapes of attention and adaptive pooling, checked by the compiler alone.
import {
  AdaptiveAveragePooling1D,
  AdaptiveMaxPooling2D,
  AdditiveAttention,
  Attention,
  GroupQueryAttention,
  MultiHeadAttention,
} from "../../src/layers/index.ts";
import type { KerasTensor } from "../../src/graph/keras-tensor.ts";
import { Input } from "../../src/layers/core/input-layer.ts";
import { check, type Equal, type Expect } from "./expect.ts";

const query = Input({ shape: [6, 8] });
const value = Input({ shape: [4, 8] });

const additive = AdditiveAttention(false, 0.1, { seed: 3 })([query, value], { useCausalMask: true });
const [concat, scores] = Attention({ scoreMode: "concat" })([query, value], { returnAttentionScores: true });
const [grouped, groupedScores] = GroupQueryAttention(4, 6, 2)(query, value, { returnAttentionScores: true });
const half = MultiHeadAttention(2, 4, { dtype: "float16" })(query, value);

const keyed = MultiHeadAttention(2, 4)(query, value, value);
const [masked, maskedScores] = MultiHeadAttention(2, 4)(query, value, value, {
  useCausalMask: true,
  returnAttentionScores: true,
});
GroupQueryAttention(4, 6, 2)(query, value, null, { training: true });

check<
  [
    Expect<Equal<typeof keyed, KerasTensor<readonly [null, 6, 8], "float32">>>,
    Expect<Equal<typeof masked, KerasTensor<readonly [null, 6, 8], "float32">>>,
    Expect<Equal<typeof maskedScores, KerasTensor<readonly [null, 2, 6, 4], "float32">>>,
    Expect<Equal<typeof additive, KerasTensor<readonly [null, 6, 8], "float32">>>,
    Expect<Equal<typeof concat, KerasTensor<readonly [null, 6, 8], "float32">>>,
    Expect<Equal<typeof scores, KerasTensor<readonly [null, 6, 4], "float32">>>,
    Expect<Equal<typeof grouped, KerasTensor<readonly [null, 6, 8], "float32">>>,
    Expect<Equal<typeof groupedScores, KerasTensor<readonly [null, 6, 6, 4], "float32">>>,
    Expect<Equal<typeof half, KerasTensor<readonly [null, 6, 8], "float16">>>,
  ]
>();

const steps = AdaptiveAveragePooling1D(3)(query);
const image = Input({ shape: [9, 7, 2] });
const square = AdaptiveMaxPooling2D(3)(image);
const first = AdaptiveMaxPooling2D([4, 2], { dataFormat: "channels_first" })(image);

check<
  [
    Expect<Equal<typeof steps, KerasTensor<readonly [null, 3, 8], "float32">>>,
    Expect<Equal<typeof square, KerasTensor<readonly [null, 3, 3, 2], "float32">>>,
    Expect<Equal<typeof first, KerasTensor<readonly [null, 9, 4, 2], "float32">>>,
  ]
>();

// @ts-expect-error -- AdaptiveMaxPooling2D: expected an input of rank 4
AdaptiveMaxPooling2D(2)(query);
