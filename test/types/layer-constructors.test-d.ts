import * as layers from "../../src/layers/index.ts";
import { check } from "./expect.ts";
import type { Equal, Expect } from "./expect.ts";
import type { KerasTensor } from "./stubs.ts";

/* What the constructors' options become in the types of results; the rules themselves are tested elsewhere. */

const vector = layers.Input({ shape: [6] });
const sequence = layers.Input({ shape: [5, 4] });
const image = layers.Input({ shape: [8, 6, 3] });
const volume = layers.Input({ shape: [4, 4, 4, 2] });
const indices = layers.Input({ shape: [10], dtype: "int32" });

const narrow = layers.Input({ shape: [5, 2] });
const short = layers.Input({ shape: [3, 4] });
const long = layers.Input({ shape: [7, 4] });
const turned = layers.Input({ shape: [4, 7] });

const results = [
  layers.Flatten()(image),
  layers.Reshape([2, -1])(vector),
  layers.Reshape({ targetShape: [3, 2] })(vector),
  layers.Permute([2, 1])(sequence),
  layers.RepeatVector(7)(vector),
  layers.Cropping1D()(sequence),
  layers.Cropping1D([0, 2])(sequence),
  layers.Cropping2D([
    [1, 0],
    [2, 1],
  ])(image),
  layers.Cropping2D({ cropping: 1, dataFormat: "channels_last" })(image),
  layers.Cropping3D()(volume),
  layers.ZeroPadding1D(2)(sequence),
  layers.ZeroPadding2D([1, 2])(image),
  layers.ZeroPadding3D([
    [1, 0],
    [0, 1],
    [1, 1],
  ])(volume),
  layers.UpSampling1D(3)(sequence),
  layers.UpSampling2D()(image),
  layers.UpSampling2D([2, 3], { interpolation: "bilinear" })(image),
  layers.UpSampling3D(2)(volume),
  layers.Embedding(100, 16)(indices),
  layers.Embedding({ inputDim: 100, outputDim: 8, maskZero: true })(indices),
  layers.EinsumDense("...x,xy->...y", 9)(sequence),
  layers.EinsumDense({ equation: "abc,cd->abd", outputShape: [5, 2], biasAxes: "d" })(sequence),
  layers.Concatenate()([sequence, narrow]),
  layers.Concatenate(1)([sequence, short]),
  layers.Concatenate({ axis: -2 })([sequence, short]),
  layers.Dot(2)([sequence, long]),
  layers.Dot({ axes: [2, 1] })([sequence, turned]),
  layers.Add()([image, image]),
  layers.subtract([vector, vector]),
  layers.SpectralNormalization(layers.Dense(5))(vector),
  layers.TernaryDense(5)(vector),
] as const;

check<
  [
    Expect<Equal<(typeof results)[0], KerasTensor<readonly [null, 144]>>>,
    Expect<Equal<(typeof results)[1], KerasTensor<readonly [null, 2, 3]>>>,
    Expect<Equal<(typeof results)[2], KerasTensor<readonly [null, 3, 2]>>>,
    Expect<Equal<(typeof results)[3], KerasTensor<readonly [null, 4, 5]>>>,
    Expect<Equal<(typeof results)[4], KerasTensor<readonly [null, 7, 6]>>>,
    Expect<Equal<(typeof results)[5], KerasTensor<readonly [null, 3, 4]>>>,
    Expect<Equal<(typeof results)[6], KerasTensor<readonly [null, 3, 4]>>>,
    Expect<Equal<(typeof results)[7], KerasTensor<readonly [null, 7, 3, 3]>>>,
    Expect<Equal<(typeof results)[8], KerasTensor<readonly [null, 6, 4, 3]>>>,
    Expect<Equal<(typeof results)[9], KerasTensor<readonly [null, 2, 2, 2, 2]>>>,
    Expect<Equal<(typeof results)[10], KerasTensor<readonly [null, 9, 4]>>>,
    Expect<Equal<(typeof results)[11], KerasTensor<readonly [null, 10, 10, 3]>>>,
    Expect<Equal<(typeof results)[12], KerasTensor<readonly [null, 5, 5, 6, 2]>>>,
    Expect<Equal<(typeof results)[13], KerasTensor<readonly [null, 15, 4]>>>,
    Expect<Equal<(typeof results)[14], KerasTensor<readonly [null, 16, 12, 3]>>>,
    Expect<Equal<(typeof results)[15], KerasTensor<readonly [null, 16, 18, 3]>>>,
    Expect<Equal<(typeof results)[16], KerasTensor<readonly [null, 8, 8, 8, 2]>>>,
    Expect<Equal<(typeof results)[17], KerasTensor<readonly [null, 10, 16]>>>,
    Expect<Equal<(typeof results)[18], KerasTensor<readonly [null, 10, 8]>>>,
    Expect<Equal<(typeof results)[19], KerasTensor<readonly [null, 5, 9]>>>,
    Expect<Equal<(typeof results)[20], KerasTensor<readonly [null, 5, 2]>>>,
    Expect<Equal<(typeof results)[21], KerasTensor<readonly [null, 5, 6]>>>,
    Expect<Equal<(typeof results)[22], KerasTensor<readonly [null, 8, 4]>>>,
    Expect<Equal<(typeof results)[23], KerasTensor<readonly [null, 8, 4]>>>,
    Expect<Equal<(typeof results)[24], KerasTensor<readonly [null, 5, 7]>>>,
    Expect<Equal<(typeof results)[25], KerasTensor<readonly [null, 5, 7]>>>,
    Expect<Equal<(typeof results)[26], KerasTensor<readonly [null, 8, 6, 3]>>>,
    Expect<Equal<(typeof results)[27], KerasTensor<readonly [null, 6]>>>,
    Expect<Equal<(typeof results)[28], KerasTensor<readonly [null, 5]>>>,
    Expect<Equal<(typeof results)[29], KerasTensor<readonly [null, 5]>>>,
  ]
>();

// Layers that change values alone keep shapes, and take the dtype they are told.
const kept = [
  layers.Dropout(0.5)(image),
  layers.BatchNormalization({ momentum: 0.9 })(image),
  layers.LayerNormalization()(image),
  layers.GroupNormalization(3)(image),
  layers.Softmax(1)(image),
  layers.PReLU({ sharedAxes: [1, 2] })(image),
  layers.Rescaling(1 / 255)(image),
  layers.Activation("relu", { dtype: "float16" })(vector),
] as const;
check<
  [
    Expect<Equal<(typeof kept)[0 | 1 | 2 | 3 | 4 | 5 | 6], KerasTensor<readonly [null, 8, 6, 3]>>>,
    Expect<Equal<(typeof kept)[7], KerasTensor<readonly [null, 6], "float16">>>,
  ]
>();

// @ts-expect-error -- Reshape: cannot reshape [6] into [4, 2]
layers.Reshape([4, 2])(vector);
// @ts-expect-error -- Permute: expected an axis for each of [null, 6]
layers.Permute([2, 1])(vector);
// @ts-expect-error -- Cropping1D: nothing is left of the input
layers.Cropping1D([3, 2])(sequence);
// @ts-expect-error -- Concatenate: cannot join [null, 5, 4] and [null, 6]
layers.Concatenate()([sequence, vector]);
// @ts-expect-error -- Dot: axes differ
layers.Dot(1)([sequence, vector]);
// @ts-expect-error -- EinsumDense: does not fit the input
layers.EinsumDense("abc,cd->abd", [5, 2])(vector);
// @ts-expect-error -- misspelt option
layers.Dropout(0.5, { sed: 1 });
