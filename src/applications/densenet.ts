import type { KerasTensor } from "../graph/keras-tensor.ts";
import type { LayerBase } from "../graph/layer-base.ts";
import { Activation } from "../layers/activation/index.ts";
import { Conv2D } from "../layers/convolutional/index.ts";
import { Concatenate } from "../layers/merging/index.ts";
import { BatchNormalization } from "../layers/normalization/index.ts";
import { AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D } from "../layers/pooling/index.ts";
import { ZeroPadding2D } from "../layers/reshaping/index.ts";
import { type Application, type ApplicationOptions, buildApplication, chain, join } from "./application.ts";

/** Channels that each block adds. */
const growth = 32;

const norm = (name: string): LayerBase => BatchNormalization({ axis: 3, epsilon: 1.001e-5, name });
const relu = (name: string): LayerBase => Activation("relu", { name });
const convolution = (filters: number, size: number, name: string): LayerBase =>
  Conv2D(filters, size, { padding: size === 1 ? "valid" : "same", useBias: false, name });

/** Adds channels computed from all channels so far. */
function block(x: KerasTensor, name: string): KerasTensor {
  const y = chain(
    x,
    norm(`${name}_0_bn`),
    relu(`${name}_0_relu`),
    convolution(4 * growth, 1, `${name}_1_conv`),
    norm(`${name}_1_bn`),
    relu(`${name}_1_relu`),
    convolution(growth, 3, `${name}_2_conv`),
  );
  return join(Concatenate({ axis: 3, name: `${name}_concat` }), x, y);
}

/** Halves channels and size. */
function transition(x: KerasTensor, name: string): KerasTensor {
  const channels = x.shape.at(-1) ?? 0;
  return chain(
    x,
    norm(`${name}_bn`),
    relu(`${name}_relu`),
    convolution(Math.trunc(channels / 2), 1, `${name}_conv`),
    AveragePooling2D(2, { strides: 2, name: `${name}_pool` }),
  );
}

function densenet(
  name: string,
  depths: readonly [number, number, number, number],
  hashes: readonly [string, string],
): Application {
  const features = (x: KerasTensor): KerasTensor => {
    const start = chain(
      x,
      ZeroPadding2D(3),
      Conv2D(64, 7, { strides: 2, useBias: false, name: "conv1_conv" }),
      norm("conv1_bn"),
      relu("conv1_relu"),
      ZeroPadding2D(1),
      MaxPooling2D(3, { strides: 2, name: "pool1" }),
    );
    const dense = depths.reduce((before, depth, stage) => {
      let y = stage === 0 ? before : transition(before, `pool${stage + 1}`);
      for (let i = 1; i <= depth; i++) y = block(y, `conv${stage + 2}_block${i}`);
      return y;
    }, start);
    return chain(dense, norm("bn"), relu("relu"));
  };
  const file = (suffix: string): string => `${name}_weights_tf_dim_ordering_tf_kernels${suffix}.h5`;
  const build = (options: ApplicationOptions = {}): unknown =>
    buildApplication(options, {
      name,
      minSize: 32,
      files: {
        base: "https://storage.googleapis.com/tensorflow/keras-applications/densenet/",
        top: { file: file(""), hash: hashes[0] },
        noTop: { file: file("_notop"), hash: hashes[1] },
      },
      features,
      head: (x) => chain(x, GlobalAveragePooling2D({ name: "avg_pool" })),
      poolingNames: { avg: "avg_pool", max: "max_pool" },
    });
  return build as Application; // SAFETY: fresh weights give a model at once, others a promise
}

/** DenseNet with 121 layers: each block sees the outputs of all before it. @see Huang et al. (2017); Keras `applications/densenet.py` */
export const DenseNet121: Application = /* @__PURE__ */ densenet(
  "densenet121",
  [6, 12, 24, 16],
  ["9d60b8095a5708f2dcce2bca79d332c7", "30ee3e1110167f948a6b9946edeeb738"],
);

/** DenseNet with 169 layers. @see Keras `applications/densenet.py` */
export const DenseNet169: Application = /* @__PURE__ */ densenet(
  "densenet169",
  [6, 12, 32, 32],
  ["d699b8f76981ab1b30698df4c175e90b", "b8c4d4c20dd625c148057b9ff1c1176b"],
);

/** DenseNet with 201 layers. @see Keras `applications/densenet.py` */
export const DenseNet201: Application = /* @__PURE__ */ densenet(
  "densenet201",
  [6, 12, 48, 32],
  ["1ceb130c1ea1b78c3bf6114dbdfd8807", "c13680b51ded0fb44dff2d8f86ac8bb1"],
);
