import type { KerasTensor } from "../graph/keras-tensor.ts";
import { Conv2D } from "../layers/convolutional/index.ts";
import { Dense } from "../layers/core/dense.ts";
import { MaxPooling2D } from "../layers/pooling/index.ts";
import { Flatten } from "../layers/reshaping/index.ts";
import {
  type Application,
  type ApplicationOptions,
  buildApplication,
  chain,
  type WeightFiles,
} from "./application.ts";

function vgg(name: string, depths: readonly number[], hashes: readonly [string, string]): Application {
  const file = (suffix: string): string => `${name}_weights_tf_dim_ordering_tf_kernels${suffix}.h5`;
  const files: WeightFiles = {
    base: `https://storage.googleapis.com/tensorflow/keras-applications/${name}/`,
    top: { file: file(""), hash: hashes[0] },
    noTop: { file: file("_notop"), hash: hashes[1] },
  };
  const features = (x: KerasTensor): KerasTensor =>
    depths.reduce((value, depth, block) => {
      const filters = Math.min(512, 64 * 2 ** block);
      const convolutions = Array.from({ length: depth }, (_, i) =>
        Conv2D(filters, [3, 3], {
          activation: "relu",
          padding: "same",
          name: `block${block + 1}_conv${i + 1}`,
        }),
      );
      return chain(
        value,
        ...convolutions,
        MaxPooling2D([2, 2], { strides: [2, 2], name: `block${block + 1}_pool` }),
      );
    }, x);
  const head = (x: KerasTensor): KerasTensor =>
    chain(
      x,
      Flatten({ name: "flatten" }),
      Dense(4096, { activation: "relu", name: "fc1" }),
      Dense(4096, { activation: "relu", name: "fc2" }),
    );
  const build = (options: ApplicationOptions = {}): unknown =>
    buildApplication(options, { name, minSize: 32, files, features, head });
  return build as Application; // SAFETY: fresh weights give a model at once, others a promise
}

/** VGG16: thirteen convolutions, three dense layers. @see Simonyan & Zisserman (2014); Keras `applications/vgg16.py` */
export const VGG16: Application = /* @__PURE__ */ vgg(
  "vgg16",
  [2, 2, 3, 3, 3],
  ["64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"],
);

/** VGG19: sixteen convolutions, three dense layers. @see Simonyan & Zisserman (2014); Keras `applications/vgg19.py` */
export const VGG19: Application = /* @__PURE__ */ vgg(
  "vgg19",
  [2, 2, 4, 4, 4],
  ["cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"],
);
