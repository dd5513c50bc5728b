import type { KerasTensor } from "../graph/keras-tensor.ts";
import type { LayerBase } from "../graph/layer-base.ts";
import { ReLU } from "../layers/activation/index.ts";
import { Conv2D, DepthwiseConv2D } from "../layers/convolutional/index.ts";
import { Add } from "../layers/merging/index.ts";
import { BatchNormalization } from "../layers/normalization/index.ts";
import { GlobalAveragePooling2D } from "../layers/pooling/index.ts";
import { ZeroPadding2D } from "../layers/reshaping/index.ts";
import {
  type Application,
  type ApplicationOptions,
  buildApplication,
  chain,
  halvingPads,
  makeDivisible,
} from "./application.ts";

export interface MobileNetV2Options extends ApplicationOptions {
  /** Width of the network: the number of filters is multiplied by it. Default 1. */
  readonly alpha?: number | undefined;
}

const norm = (name: string): LayerBase =>
  BatchNormalization({ axis: -1, epsilon: 1e-3, momentum: 0.999, name });
const relu6 = (name: string): LayerBase => ReLU(6, { name });

/** Widened by a 1×1 convolution, convolved channel by channel, narrowed again. */
function block(
  x: KerasTensor,
  id: number,
  filters: number,
  stride: number,
  expansion: number,
  alpha: number,
): KerasTensor {
  const channels = x.shape.at(-1) ?? 0;
  const narrow = makeDivisible(Math.trunc(filters * alpha));
  const prefix = id === 0 ? "expanded_conv_" : `block_${id}_`;
  let y = x;
  if (id > 0) {
    const widen = Conv2D(expansion * channels, 1, {
      padding: "same",
      useBias: false,
      name: `${prefix}expand`,
    });
    y = chain(y, widen, norm(`${prefix}expand_BN`), relu6(`${prefix}expand_relu`));
  }
  if (stride === 2) y = chain(y, ZeroPadding2D(halvingPads(y), { name: `${prefix}pad` }));
  y = chain(
    y,
    DepthwiseConv2D(3, {
      strides: stride,
      useBias: false,
      padding: stride === 1 ? "same" : "valid",
      name: `${prefix}depthwise`,
    }),
    norm(`${prefix}depthwise_BN`),
    relu6(`${prefix}depthwise_relu`),
    Conv2D(narrow, 1, { padding: "same", useBias: false, name: `${prefix}project` }),
    norm(`${prefix}project_BN`),
  );
  return channels === narrow && stride === 1
    ? (Add({ name: `${prefix}add` }).invoke([x, y]) as KerasTensor)
    : y; // SAFETY: symbolic in, symbolic out
}

/** Blocks as `[filters, stride of the first, expansion, repeats]`. */
const plan = [
  [16, 1, 1, 1],
  [24, 2, 6, 2],
  [32, 2, 6, 3],
  [64, 2, 6, 4],
  [96, 1, 6, 3],
  [160, 2, 6, 3],
  [320, 1, 6, 1],
] as const;

/**
 * MobileNetV2: inverted residual blocks of depthwise convolutions, made for small devices.
 *
 * @see Sandler et al. (2018); Keras `applications/mobilenet_v2.py`
 */
export const MobileNetV2: Application<MobileNetV2Options> = ((options: MobileNetV2Options = {}) => {
  const { alpha = 1, inputShape } = options;
  const rows = inputShape?.[0] ?? 224;
  const size = inputShape?.[0] === inputShape?.[1] && [96, 128, 160, 192, 224].includes(rows) ? rows : 224;
  const file = (suffix: string): string =>
    `mobilenet_v2_weights_tf_dim_ordering_tf_kernels_${alpha.toFixed(Number.isInteger(alpha) ? 1 : 2).replace(/0$/, (zero) => (Number.isInteger(alpha) ? zero : ""))}_${size}${suffix}.h5`;
  const features = (x: KerasTensor): KerasTensor => {
    let y = chain(
      x,
      Conv2D(makeDivisible(32 * alpha), 3, {
        strides: [2, 2],
        padding: "same",
        useBias: false,
        name: "Conv1",
      }),
      norm("bn_Conv1"),
      relu6("Conv1_relu"),
    );
    let id = 0;
    for (const [filters, stride, expansion, repeats] of plan) {
      for (let i = 0; i < repeats; i++) y = block(y, id++, filters, i === 0 ? stride : 1, expansion, alpha);
    }
    const last = alpha > 1 ? makeDivisible(1280 * alpha) : 1280;
    return chain(
      y,
      Conv2D(last, 1, { useBias: false, name: "Conv_1" }),
      norm("Conv_1_bn"),
      relu6("out_relu"),
    );
  };
  return buildApplication(options, {
    name: `mobilenetv2_${alpha.toFixed(2)}_${rows}`,
    minSize: 32,
    optionNames: ["alpha"],
    files: {
      base: "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/",
      top: { file: file("") },
      noTop: { file: file("_no_top") },
    },
    features,
    head: (x) => chain(x, GlobalAveragePooling2D()),
  });
}) as Application<MobileNetV2Options>; // SAFETY: fresh weights give a model at once, others a promise
