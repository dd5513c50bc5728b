/** Models are callable like layers: nesting, sharing of weights, ensembles. */
import { Input, layers, Model, ops, random } from "antler";
import { check, difference } from "./support.ts";

const encoderInput = Input({ shape: [28, 28, 1], name: "original_img" });
let x;
x = layers.Conv2D(16, 3, { activation: "relu" })(encoderInput);
x = layers.Conv2D(32, 3, { activation: "relu" })(x);
x = layers.MaxPooling2D(3)(x);
x = layers.Conv2D(32, 3, { activation: "relu" })(x);
x = layers.Conv2D(16, 3, { activation: "relu" })(x);
const encoder = Model(encoderInput, layers.GlobalMaxPooling2D()(x), { name: "encoder" });

const decoderInput = Input({ shape: [16], name: "encoded_img" });
x = layers.Reshape([4, 4, 1])(decoderInput);
x = layers.Conv2DTranspose(16, 3, { activation: "relu" })(x);
x = layers.Conv2DTranspose(32, 3, { activation: "relu" })(x);
x = layers.UpSampling2D(3)(x);
x = layers.Conv2DTranspose(16, 3, { activation: "relu" })(x);
const decoder = Model(decoderInput, layers.Conv2DTranspose(1, 3, { activation: "relu" })(x), {
  name: "decoder",
});

const autoencoderInput = Input({ shape: [28, 28, 1], name: "img" });
const encoded = encoder(autoencoderInput);
const autoencoder = Model(autoencoderInput, decoder(encoded), { name: "autoencoder" });
autoencoder.summary();
check(decoder.countParams() === 9_569, "the decoder has 9,569 parameters");
check(autoencoder.countParams() === 28_241, "together they have 28,241: weights are shared, not copied");

/** Three models, and their mean. */
function makeModel(): Model {
  const inputs = Input({ shape: [128] });
  return Model(inputs, layers.Dense(1)(inputs));
}
const members = [makeModel(), makeModel(), makeModel()];
const inputs = Input({ shape: [128] });
const outputs = layers.average(members.map((member) => member(inputs)));
const ensemble = Model({ inputs, outputs });

const batch = random.normal([4, 128], { seed: 5 });
const mean = ops.mean(ops.stack(members.map((member) => member(batch))), 0);
check(difference(ensemble(batch), mean) < 1e-6, "the ensemble gives the mean of its members");
