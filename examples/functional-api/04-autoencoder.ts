/** Several models from one graph of layers: an encoder and an autoencoder. */
import { Input, layers, Model, setRandomSeed } from "antler";
import { check, digits } from "./support.ts";

setRandomSeed(3);
const encoderInput = Input({ shape: [28, 28, 1], name: "img" });
let x;
x = layers.Conv2D(16, 3, { activation: "relu" })(encoderInput);
x = layers.Conv2D(32, 3, { activation: "relu" })(x);
x = layers.MaxPooling2D(3)(x);
x = layers.Conv2D(32, 3, { activation: "relu" })(x);
x = layers.Conv2D(16, 3, { activation: "relu" })(x);
const encoderOutput = layers.GlobalMaxPooling2D()(x);
const encoder = Model(encoderInput, encoderOutput, { name: "encoder" });
encoder.summary();

x = layers.Reshape([4, 4, 1])(encoderOutput);
x = layers.Conv2DTranspose(16, 3, { activation: "relu" })(x);
x = layers.Conv2DTranspose(32, 3, { activation: "relu" })(x);
x = layers.UpSampling2D(3)(x);
x = layers.Conv2DTranspose(16, 3, { activation: "relu" })(x);
const decoderOutput = layers.Conv2DTranspose(1, 3, { activation: "relu" })(x);
const autoencoder = Model(encoderInput, decoderOutput, { name: "autoencoder" });
autoencoder.summary();

check(encoder.countParams() === 18_672, "the encoder has 18,672 parameters");
check(
  autoencoder.countParams() === 28_241,
  "the autoencoder has 28,241 parameters, the encoder's among them",
);

const { xTrain } = await digits(640, 10);
autoencoder.compile({ optimizer: "adam", loss: "mse" });
const images = xTrain.expandDims(-1);
const history = await autoencoder.fit(images, images, { batchSize: 64, epochs: 3, verbose: 2 });
const losses = history.history["loss"] ?? [];
check((losses.at(-1) ?? 1) < (losses[0] ?? 0), "the reconstruction gets better");
