import type { KerasTensor } from "../graph/keras-tensor.ts";
import type { LayerBase } from "../graph/layer-base.ts";
import { Activation } from "../layers/activation/index.ts";
import { CustomScaleLayer } from "../layers/applications/index.ts";
import { Conv2D } from "../layers/convolutional/index.ts";
import { Concatenate } from "../layers/merging/index.ts";
import { BatchNormalization } from "../layers/normalization/index.ts";
import { AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D } from "../layers/pooling/index.ts";
import { type Application, type ApplicationOptions, buildApplication, chain, join } from "./application.ts";

/** A convolution: filters and the kernel's size; `"half"`: of stride 2, `"valid"`: unpadded. */
type Step = readonly [
  filters: number,
  kernelSize: number | readonly [number, number],
  kind?: "half" | "valid",
];

const convolution = ([filters, kernelSize, kind]: Step, name?: string): LayerBase[] => [
  Conv2D(filters, kernelSize, {
    strides: kind === "half" ? 2 : 1,
    padding: kind === undefined ? "same" : "valid",
    useBias: false,
    name,
  }),
  BatchNormalization({ axis: 3, scale: false, name: name === undefined ? undefined : `${name}_bn` }),
  Activation("relu", { name: name === undefined ? undefined : `${name}_ac` }),
];

const branch = (x: KerasTensor, ...steps: readonly Step[]): KerasTensor =>
  chain(x, ...steps.flatMap((step) => convolution(step)));
const halved = (x: KerasTensor): KerasTensor => chain(x, MaxPooling2D(3, { strides: 2 }));
const mix = (name: string, ...branches: readonly KerasTensor[]): KerasTensor =>
  join(Concatenate({ axis: 3, name }), ...branches);

type Kind = "block35" | "block17" | "block8";

/** The branches of the three kinds of blocks. */
const branches: Readonly<Record<Kind, readonly (readonly Step[])[]>> = {
  block35: [[[32, 1]], [[32, 1], [32, 3]], [[32, 1], [48, 3], [64, 3]]],
  block17: [[[192, 1]], [[128, 1], [160, [1, 7]], [192, [7, 1]]]],
  block8: [[[192, 1]], [[192, 1], [224, [1, 3]], [256, [3, 1]]]],
}; // prettier-ignore

/** Branches side by side, brought to the input's channels, scaled and added to it. */
function block(x: KerasTensor, kind: Kind, index: number, scale: number, isActive = true): KerasTensor {
  const name = `${kind}_${index}`;
  const mixed = mix(`${name}_mixed`, ...branches[kind].map((steps) => branch(x, ...steps)));
  const up = chain(mixed, Conv2D(x.shape.at(-1) ?? 0, 1, { padding: "same", name: `${name}_conv` }));
  const sum = join(new CustomScaleLayer(scale), x, up);
  return isActive ? chain(sum, Activation("relu", { name: `${name}_ac` })) : sum;
}

function features(x: KerasTensor): KerasTensor {
  let y = halved(branch(x, [32, 3, "half"], [32, 3, "valid"], [64, 3]));
  y = halved(branch(y, [80, 1, "valid"], [192, 3, "valid"]));
  y = mix(
    "mixed_5b",
    branch(y, [96, 1]),
    branch(y, [48, 1], [64, 5]),
    branch(y, [64, 1], [96, 3], [96, 3]),
    branch(chain(y, AveragePooling2D(3, { strides: 1, padding: "same" })), [64, 1]),
  );
  for (let i = 1; i <= 10; i++) y = block(y, "block35", i, 0.17);
  y = mix(
    "mixed_6a",
    branch(y, [384, 3, "half"]),
    branch(y, [256, 1], [256, 3], [384, 3, "half"]),
    halved(y),
  );
  for (let i = 1; i <= 20; i++) y = block(y, "block17", i, 0.1);
  y = mix(
    "mixed_7a",
    branch(y, [256, 1], [384, 3, "half"]),
    branch(y, [256, 1], [288, 3, "half"]),
    branch(y, [256, 1], [288, 3], [320, 3, "half"]),
    halved(y),
  );
  for (let i = 1; i <= 9; i++) y = block(y, "block8", i, 0.2);
  y = block(y, "block8", 10, 1, false);
  return chain(y, ...convolution([1536, 1], "conv_7b"));
}

/** Inception with shortcuts, version 2. @see Szegedy et al. (2017); Keras `applications/inception_resnet_v2.py` */
export const InceptionResNetV2: Application = ((options: ApplicationOptions = {}) =>
  buildApplication(options, {
    name: "inception_resnet_v2",
    size: 299,
    minSize: 75,
    files: {
      base: "https://storage.googleapis.com/tensorflow/keras-applications/inception_resnet_v2/",
      top: {
        file: "inception_resnet_v2_weights_tf_dim_ordering_tf_kernels.h5",
        hash: "e693bd0210a403b3192acc6073ad2e96",
      },
      noTop: {
        file: "inception_resnet_v2_weights_tf_dim_ordering_tf_kernels_notop.h5",
        hash: "d19885ff4a710c122648d3b5c3b684e4",
      },
    },
    features,
    head: (x) => chain(x, GlobalAveragePooling2D({ name: "avg_pool" })),
  })) as Application; // SAFETY: fresh weights give a model at once, others a promise
