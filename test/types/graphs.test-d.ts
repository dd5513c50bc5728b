import type { Shape } from "../../src/ir/shape-types/index.ts";
import { check } from "./expect.ts";
import type { Equal, Expect } from "./expect.ts";
import {
  Attention,
  concatenate,
  Conv2D,
  Conv2DTranspose,
  dot,
  Dropout,
  Embedding,
  GlobalAveragePooling2D,
  GlobalMaxPooling2D,
  LSTM,
  maximum,
  MaxPooling2D,
  MultiHeadAttention,
  Reshape,
  TimeDistributed,
  UpSampling2D,
} from "./stub-layers.ts";
import { add, Dense, Flatten, Input, Model } from "./stubs.ts";
import type { KerasTensor } from "./stubs.ts";

// The MNIST graph.
const img = Input({ shape: [784], name: "img" });
const h = Dense(64, { activation: "relu" })(Dense(64, { activation: "relu" })(img));
const logits = Dense(10)(h);
const mnist = Model({ inputs: img, outputs: logits, name: "mnist_model" });
const again = mnist(Input({ shape: [784] }));
check<
  [
    Expect<Equal<typeof logits, KerasTensor<readonly [null, 10]>>>,
    Expect<Equal<(typeof again)["shape"], readonly [null, 10]>>,
  ]
>();
// @ts-expect-error -- Model: expected an input of shape [null, 784], received [null, 783]
mnist(Input({ shape: [783] }));

// Encoder and decoder, nested.
const encoderInput = Input({ shape: [28, 28, 1] });
let x;
x = Conv2D(16, 3, { activation: "relu" })(encoderInput);
x = Conv2D(32, 3, { activation: "relu" })(x);
x = MaxPooling2D(3)(x);
x = Conv2D(32, 3, { activation: "relu" })(x);
x = Conv2D(16, 3, { activation: "relu" })(x);
const encoded = GlobalMaxPooling2D()(x);
const encoder = Model({ inputs: encoderInput, outputs: encoded });
const decoderInput = Input({ shape: [16] });
x = Reshape([4, 4, 1])(decoderInput);
x = Conv2DTranspose(16, 3)(x);
x = Conv2DTranspose(32, 3)(x);
x = UpSampling2D(3)(x);
x = Conv2DTranspose(16, 3)(x);
const decoded = Conv2DTranspose(1, 3)(x);
const decoder = Model({ inputs: decoderInput, outputs: decoded });
const autoencoded = decoder(encoder(Input({ shape: [28, 28, 1] })));
check<
  [
    Expect<Equal<typeof encoded, KerasTensor<readonly [null, 16]>>>,
    Expect<Equal<typeof decoded, KerasTensor<readonly [null, 28, 28, 1]>>>,
    Expect<Equal<(typeof autoencoded)["shape"], readonly [null, 28, 28, 1]>>,
  ]
>();
// @ts-expect-error -- Model: expected an input of shape [null, 16], received [null, 28, 28, 1]
decoder(encoderInput);
// @ts-expect-error -- Reshape: cannot reshape [16] into [5, 4, 1]
Reshape([5, 4, 1])(decoderInput);
// @ts-expect-error -- Conv2D: rank 4
Conv2D(16, 3)(decoderInput);
// @ts-expect-error -- Conv2D: the kernel is larger than the input
Conv2D(16, 29)(encoderInput);

// Tickets: several inputs and outputs.
const title = Input({ shape: [null], name: "title" });
const body = Input({ shape: [null], name: "body" });
const tags = Input({ shape: [12], name: "tags" });
const titleFeatures = LSTM(128)(Embedding(10_000, 64)(title));
const bodyFeatures = LSTM(32)(Embedding(10_000, 64)(body));
const joined = concatenate([titleFeatures, bodyFeatures, tags]);
const priority = Dense(1)(joined);
const department = Dense(4)(joined);
const ticket = Model({ inputs: { title, body, tags }, outputs: { priority, department } });
const called = ticket({ title, body, tags });
check<
  [
    Expect<Equal<typeof joined, KerasTensor<readonly [null, 172]>>>,
    Expect<Equal<(typeof called)["department"]["shape"], readonly [null, 4]>>,
  ]
>();
// @ts-expect-error -- concatenate: cannot join [null, null, 64] and [null, 12]
concatenate([Embedding(10_000, 64)(title), tags]);
// @ts-expect-error -- Model: input tags is missing
ticket({ title, body });
// @ts-expect-error -- LSTM: expected an input of rank 3
LSTM(32)(tags);
const [sequence, stateH, stateC] = LSTM(8, { returnSequences: true, returnState: true })(
  Embedding(100, 4)(title),
);
check<
  [
    Expect<Equal<typeof sequence, KerasTensor<readonly [null, null, 8]>>>,
    Expect<Equal<typeof stateH, KerasTensor<readonly [null, 8]>>>,
    Expect<Equal<typeof stateC, KerasTensor<readonly [null, 8]>>>,
  ]
>();

// The toy ResNet.
const images = Input({ shape: [32, 32, 3], name: "img" });
let y;
y = Conv2D(32, 3, { activation: "relu" })(images);
y = Conv2D(64, 3, { activation: "relu" })(y);
const block1 = MaxPooling2D(3)(y);
y = Conv2D(64, 3, { activation: "relu", padding: "same" })(block1);
y = Conv2D(64, 3, { activation: "relu", padding: "same" })(y);
const block2 = add([y, block1]);
y = Conv2D(64, 3, { activation: "relu", padding: "same" })(block2);
y = Conv2D(64, 3, { activation: "relu", padding: "same" })(y);
const block3 = add([y, block2]);
y = Conv2D(64, 3, { activation: "relu" })(block3);
y = GlobalAveragePooling2D()(y);
y = Dense(256, { activation: "relu" })(y);
y = Dropout(0.5)(y);
const classes = Dense(10)(y);
check<
  [
    Expect<Equal<typeof block3, KerasTensor<readonly [null, 9, 9, 64]>>>,
    Expect<Equal<typeof classes, KerasTensor<readonly [null, 10]>>>,
  ]
>();
// @ts-expect-error -- add: cannot broadcast: the block lost its "same" padding
add([Conv2D(64, 3)(block1), block1]);

// Wrapped layers, pooling by position, wide settings.
const perStep = TimeDistributed(Dense(5))(Input({ shape: [10, 16] }));
const pooled = MaxPooling2D(2, 2, "same", { name: "pool" })(Input({ shape: [5, 5, 1] }));
const flat = Flatten()(pooled);
declare const units: number;
const wideUnits = Dense(units)(img);
check<
  [
    Expect<Equal<typeof perStep, KerasTensor<readonly [null, 10, 5]>>>,
    Expect<Equal<typeof pooled, KerasTensor<readonly [null, 3, 3, 1]>>>,
    Expect<Equal<typeof flat, KerasTensor<readonly [null, 9]>>>,
    Expect<Equal<typeof wideUnits, KerasTensor<readonly [null, number]>>>,
  ]
>();

// Merging functions with an axis, attention with and without scores.
const left = Input({ shape: [5, 4] });
const right = Input({ shape: [6, 4] });
const merged = [
  concatenate([left, right], 1),
  concatenate([left, right], { axis: -2, name: "both" }),
  dot([left, right], 2),
  dot([left, right], { axes: [-1, -1] }),
  maximum([left, left]),
  Attention()([left, right]),
  MultiHeadAttention(2, 8)(left, right),
  MultiHeadAttention(2, 8, { outputShape: 7 })(left, right, { key: right }),
] as const;
const [attended, scores] = Attention()([left, right], { returnAttentionScores: true });
const [, headScores] = MultiHeadAttention(2, 8)(left, right, { returnAttentionScores: true });
check<
  [
    Expect<Equal<(typeof merged)[0], KerasTensor<readonly [null, 11, 4]>>>,
    Expect<Equal<(typeof merged)[1], KerasTensor<readonly [null, 11, 4]>>>,
    Expect<Equal<(typeof merged)[2], KerasTensor<readonly [null, 5, 6]>>>,
    Expect<Equal<(typeof merged)[3], KerasTensor<readonly [null, 5, 6]>>>,
    Expect<Equal<(typeof merged)[4], KerasTensor<readonly [null, 5, 4]>>>,
    Expect<Equal<(typeof merged)[5], KerasTensor<readonly [null, 5, 4]>>>,
    Expect<Equal<(typeof merged)[6], KerasTensor<readonly [null, 5, 4]>>>,
    Expect<Equal<(typeof merged)[7], KerasTensor<readonly [null, 5, 7]>>>,
    Expect<Equal<typeof attended, KerasTensor<readonly [null, 5, 4]>>>,
    Expect<Equal<typeof scores, KerasTensor<readonly [null, 5, 6]>>>,
    Expect<Equal<typeof headScores, KerasTensor<readonly [null, 2, 5, 6]>>>,
  ]
>();
// @ts-expect-error -- concatenate: cannot join [null, 5, 4] and [null, 6, 4] along axis 2
concatenate([left, right]);
// @ts-expect-error -- Attention: query and key differ in the last axis
Attention()([left, Input({ shape: [6, 3] })]);

// Models: read back from, passed on, subclassed.
declare function train(model: Model): void;
train(mnist);
const features = Dense(10)(mnist.getLayer(1).output);
const chained = mnist.layers.map((layer) => layer.output);
let through: KerasTensor = img;
for (const layer of mnist.layers) through = layer(through);
const cut = Model({ inputs: mnist.input, outputs: chained });
class Mlp extends Model {
  readonly first = Dense(4);
  override call(inputs: KerasTensor): unknown {
    return this.first(inputs);
  }
}
const own = new Mlp({ name: "mlp" })(img);
const positional = Model(img, [logits], { name: "positional" })(img);
const oneInList = mnist([img]);
check<
  [
    Expect<Equal<typeof features, KerasTensor<Shape, "float32">>>,
    Expect<Equal<typeof own, KerasTensor>>,
    Expect<Equal<(typeof positional)[0]["shape"], readonly [null, 10]>>,
    Expect<Equal<(typeof oneInList)["shape"], readonly [null, 10]>>,
  ]
>();
void cut;
// @ts-expect-error -- Model: expected 2 input tensors
Model({ inputs: [img, tags], outputs: logits })([img]);
