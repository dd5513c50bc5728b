import type { KerasTensor } from "../graph/keras-tensor.ts";
import type { LayerBase } from "../graph/layer-base.ts";
import { Activation, ReLU } from "../layers/activation/index.ts";
import { Conv2D, DepthwiseConv2D } from "../layers/convolutional/index.ts";
import { BatchNormalization } from "../layers/normalization/index.ts";
import { GlobalAveragePooling2D } from "../layers/pooling/index.ts";
import { Dropout } from "../layers/regularization/index.ts";
import { Reshape, ZeroPadding2D } from "../layers/reshaping/index.ts";
import { OptionError } from "../util/errors.ts";
import { type Application, type ApplicationOptions, buildApplication, chain } from "./application.ts";

export interface MobileNetOptions extends ApplicationOptions {
  /** Width of the network: the number of filters is multiplied by it. Default 1. */
  readonly alpha?: number | undefined;
  /** Outputs of each depthwise convolution per channel. Default 1. */
  readonly depthMultiplier?: number | undefined;
  /** Share of the features that is dropped in training. Default 0.001. */
  readonly dropout?: number | undefined;
}

const norm = (name: string): LayerBase => BatchNormalization({ axis: -1, name });
const relu6 = (name: string): LayerBase => ReLU(6, { name });

/** The blocks' filters and strides. */
const plan = [
  [64, 1], [128, 2], [128, 1], [256, 2], [256, 1], [512, 2],
  [512, 1], [512, 1], [512, 1], [512, 1], [512, 1], [1024, 2], [1024, 1],
] as const; // prettier-ignore

/** A convolution of each channel, then one across channels. */
function block(x: KerasTensor, filters: number, stride: number, multiplier: number, id: number): KerasTensor {
  const padded =
    stride === 1
      ? x
      : chain(x, ZeroPadding2D([[0, 1], [0, 1]], { name: `conv_pad_${id}` })); // prettier-ignore
  return chain(
    padded,
    DepthwiseConv2D(3, {
      padding: stride === 1 ? "same" : "valid",
      depthMultiplier: multiplier,
      strides: stride,
      useBias: false,
      name: `conv_dw_${id}`,
    }),
    norm(`conv_dw_${id}_bn`),
    relu6(`conv_dw_${id}_relu`),
    Conv2D(filters, 1, { padding: "same", useBias: false, name: `conv_pw_${id}` }),
    norm(`conv_pw_${id}_bn`),
    relu6(`conv_pw_${id}_relu`),
  );
}

/** How the names of weight files write the width. */
const widthNames: Readonly<Record<string, string>> = { 1: "1_0", 0.75: "7_5", 0.5: "5_0", 0.25: "2_5" };

/**
 * MobileNet: depthwise separable convolutions, made for small devices.
 *
 * @throws {OptionError} for weights "imagenet" with another width than 1, 0.75, 0.5 or 0.25, or a depth multiplier.
 * @see Howard et al. (2017); Keras `applications/mobilenet.py`
 */
export const MobileNet: Application<MobileNetOptions> = ((options: MobileNetOptions = {}) => {
  const { alpha = 1, depthMultiplier = 1, dropout = 1e-3, inputShape, weights = "imagenet" } = options;
  const width = widthNames[alpha];
  if (weights === "imagenet" && (width === undefined || depthMultiplier !== 1)) {
    throw new OptionError(
      `MobileNet: there are weights "imagenet" for alpha 1, 0.75, 0.5 and 0.25 with depthMultiplier 1, received ${alpha} and ${depthMultiplier}. Give { weights: null }.`,
    );
  }
  const rows = inputShape?.[0] ?? 224;
  const square = inputShape?.[0] === inputShape?.[1] && [128, 160, 192, 224].includes(rows) ? rows : 224;
  const file = (suffix: string): string => `mobilenet_${width ?? ""}_${square}_tf${suffix}.h5`;
  const features = (x: KerasTensor): KerasTensor => {
    const start = chain(
      x,
      Conv2D(Math.trunc(32 * alpha), 3, { strides: 2, padding: "same", useBias: false, name: "conv1" }),
      norm("conv1_bn"),
      relu6("conv1_relu"),
    );
    return plan.reduce(
      (y, [filters, stride], i) => block(y, Math.trunc(filters * alpha), stride, depthMultiplier, i + 1),
      start,
    );
  };
  return buildApplication(options, {
    name: `mobilenet_${alpha.toFixed(2)}_${rows}`,
    minSize: 32,
    files: {
      base: "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet/",
      top: { file: file("") },
      noTop: { file: file("_no_top") },
    },
    optionNames: ["alpha", "depthMultiplier", "dropout"],
    features,
    head: (x) => chain(x, GlobalAveragePooling2D({ keepdims: true }), Dropout(dropout, { name: "dropout" })),
    classifier: (x, classes, activation) =>
      chain(
        x,
        Conv2D(classes, 1, { padding: "same", name: "conv_preds" }),
        Reshape([classes], { name: "reshape_2" }),
        Activation(activation ?? "linear", { name: "predictions" }),
      ),
  });
}) as Application<MobileNetOptions>; // SAFETY: fresh weights give a model at once, others a promise
