import type { KerasTensor } from "../graph/keras-tensor.ts";
import type { LayerBase } from "../graph/layer-base.ts";
import { Activation } from "../layers/activation/index.ts";
import { Conv2D, SeparableConv2D } from "../layers/convolutional/index.ts";
import { Add } from "../layers/merging/index.ts";
import { BatchNormalization } from "../layers/normalization/index.ts";
import { GlobalAveragePooling2D, MaxPooling2D } from "../layers/pooling/index.ts";
import { type Application, type ApplicationOptions, buildApplication, chain, join } from "./application.ts";

const norm = (name?: string): LayerBase => BatchNormalization({ axis: -1, name });
const relu = (name: string): LayerBase => Activation("relu", { name: `${name}_act` });
const separable = (filters: number, name: string): LayerBase[] => [
  SeparableConv2D(filters, 3, { padding: "same", useBias: false, name }),
  norm(`${name}_bn`),
];
const convolution = (filters: number, strides: number, name: string): LayerBase[] => [
  Conv2D(filters, 3, { strides, useBias: false, name }),
  norm(`${name}_bn`),
  relu(name),
];

/** Two separable convolutions and pooling, beside a convolution of stride 2. */
function halvingBlock(x: KerasTensor, id: number, first: number, second: number): KerasTensor {
  const shortcut = chain(x, Conv2D(second, 1, { strides: 2, padding: "same", useBias: false }), norm());
  const name = `block${id}_sepconv`;
  const y = chain(
    x,
    ...(id === 2 ? [] : [relu(`${name}1`)]),
    ...separable(first, `${name}1`),
    relu(`${name}2`),
    ...separable(second, `${name}2`),
    MaxPooling2D(3, { strides: 2, padding: "same", name: `block${id}_pool` }),
  );
  return join(Add(), y, shortcut);
}

/** Three separable convolutions added to their input. */
function middleBlock(x: KerasTensor, id: number): KerasTensor {
  const names = [1, 2, 3].map((i) => `block${id}_sepconv${i}`);
  return join(Add(), chain(x, ...names.flatMap((name) => [relu(name), ...separable(728, name)])), x);
}

function features(x: KerasTensor): KerasTensor {
  let y = chain(x, ...convolution(32, 2, "block1_conv1"), ...convolution(64, 1, "block1_conv2"));
  for (const [i, filters] of [128, 256, 728].entries()) y = halvingBlock(y, i + 2, filters, filters);
  for (let id = 5; id <= 12; id++) y = middleBlock(y, id);
  y = halvingBlock(y, 13, 728, 1024);
  const last = [1536, 2048].flatMap((filters, i) => {
    const name = `block14_sepconv${i + 1}`;
    return [...separable(filters, name), relu(name)];
  });
  return chain(y, ...last);
}

/** Xception: separable convolutions with shortcuts. @see Chollet (2017); Keras `applications/xception.py` */
export const Xception: Application = ((options: ApplicationOptions = {}) =>
  buildApplication(options, {
    name: "xception",
    size: 299,
    minSize: 71,
    files: {
      base: "https://storage.googleapis.com/tensorflow/keras-applications/xception/",
      top: {
        file: "xception_weights_tf_dim_ordering_tf_kernels.h5",
        hash: "0a58e3b7378bc2990ea3b43d5981f1f6",
      },
      noTop: {
        file: "xception_weights_tf_dim_ordering_tf_kernels_notop.h5",
        hash: "b0042744bf5b25fce3cb969f33bebb97",
      },
    },
    features,
    head: (x) => chain(x, GlobalAveragePooling2D({ name: "avg_pool" })),
  })) as Application; // SAFETY: fresh weights give a model at once, others a promise
