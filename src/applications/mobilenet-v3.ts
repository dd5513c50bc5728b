import type { KerasTensor } from "../graph/keras-tensor.ts";
import type { LayerBase } from "../graph/layer-base.ts";
import { Activation, ReLU } from "../layers/activation/index.ts";
import { Conv2D, DepthwiseConv2D } from "../layers/convolutional/index.ts";
import { Add, Multiply } from "../layers/merging/index.ts";
import { BatchNormalization } from "../layers/normalization/index.ts";
import { GlobalAveragePooling2D } from "../layers/pooling/index.ts";
import { Rescaling } from "../layers/preprocessing/index.ts";
import { Dropout } from "../layers/regularization/index.ts";
import { Flatten, ZeroPadding2D } from "../layers/reshaping/index.ts";
import { add, multiply } from "../ops/arithmetic.ts";
import { OptionError } from "../util/errors.ts";
import {
  type Application,
  type ApplicationOptions,
  buildApplication,
  chain,
  halvingPads,
  join,
  makeDivisible,
} from "./application.ts";

export interface MobileNetV3Options extends ApplicationOptions {
  /** Width of the network: the number of filters is multiplied by it. Default 1. */
  readonly alpha?: number | undefined;
  /** Without squeezing, hard swish and 5×5 kernels. Default false. */
  readonly minimalistic?: boolean | undefined;
  /** Share of the features that is dropped in training. Default 0.2. */
  readonly dropoutRate?: number | undefined;
  /** Whether pixels from 0 to 255 are scaled in the model. Default true. */
  readonly includePreprocessing?: boolean | undefined;
}

/** Blocks as `[expansion, filters, large kernel, stride, squeezing, hard swish]`. */
type Plan = readonly (readonly [number, number, 0 | 1, 1 | 2, 0 | 1, 0 | 1])[];

const small: Plan = [
  [1, 16, 0, 2, 1, 0], [72 / 16, 24, 0, 2, 0, 0], [88 / 24, 24, 0, 1, 0, 0], [4, 40, 1, 2, 1, 1],
  [6, 40, 1, 1, 1, 1], [6, 40, 1, 1, 1, 1], [3, 48, 1, 1, 1, 1], [3, 48, 1, 1, 1, 1],
  [6, 96, 1, 2, 1, 1], [6, 96, 1, 1, 1, 1], [6, 96, 1, 1, 1, 1],
]; // prettier-ignore

const large: Plan = [
  [1, 16, 0, 1, 0, 0], [4, 24, 0, 2, 0, 0], [3, 24, 0, 1, 0, 0], [3, 40, 1, 2, 1, 0], [3, 40, 1, 1, 1, 0],
  [3, 40, 1, 1, 1, 0], [6, 80, 0, 2, 0, 1], [2.5, 80, 0, 1, 0, 1], [2.3, 80, 0, 1, 0, 1], [2.3, 80, 0, 1, 0, 1],
  [6, 112, 0, 1, 1, 1], [6, 112, 0, 1, 1, 1], [6, 160, 1, 2, 1, 1], [6, 160, 1, 1, 1, 1], [6, 160, 1, 1, 1, 1],
]; // prettier-ignore

const norm = (name: string): LayerBase =>
  BatchNormalization({ axis: -1, epsilon: 1e-3, momentum: 0.999, name });
const relu = (): LayerBase => ReLU();
const hardSwish = (): LayerBase => Activation("hard_swish");
const pointwise = (filters: number, name: string, useBias = false): LayerBase =>
  Conv2D(filters, 1, { padding: "same", useBias, name });

/** Scales each channel by a factor computed from the means of all. */
function squeezeAndExcite(x: KerasTensor, filters: number, prefix: string): KerasTensor {
  const name = `${prefix}squeeze_excite_`;
  const raw = chain(
    x,
    GlobalAveragePooling2D({ keepdims: true, name: `${name}avg_pool` }),
    pointwise(makeDivisible(filters * 0.25), `${name}conv`, true),
    ReLU({ name: `${name}relu` }),
    pointwise(filters, `${name}conv_1`, true),
  );
  const factors = multiply(chain(add(raw, 3) as KerasTensor, ReLU(6)), 1 / 6); // SAFETY: symbolic in, symbolic out
  return join(Multiply({ name: `${name}mul` }), x, factors as KerasTensor); // SAFETY: as above
}

interface Block {
  readonly id: number;
  readonly expansion: number;
  readonly filters: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly squeezes: boolean;
  readonly activation: () => LayerBase;
}

/** Widened, convolved channel by channel, scaled, narrowed again. */
function invertedBlock(
  x: KerasTensor,
  { id, expansion, filters, kernelSize, stride, squeezes, activation }: Block,
): KerasTensor {
  const channels = x.shape.at(-1) ?? 0;
  const prefix = id === 0 ? "expanded_conv_" : `expanded_conv_${id}_`;
  const wide = makeDivisible(channels * expansion);
  let y = x;
  if (id > 0) y = chain(y, pointwise(wide, `${prefix}expand`), norm(`${prefix}expand_bn`), activation());
  if (stride === 2)
    y = chain(y, ZeroPadding2D(halvingPads(y, kernelSize), { name: `${prefix}depthwise_pad` }));
  y = chain(
    y,
    DepthwiseConv2D(kernelSize, {
      strides: stride,
      padding: stride === 1 ? "same" : "valid",
      useBias: false,
      name: `${prefix}depthwise`,
    }),
    norm(`${prefix}depthwise_bn`),
    activation(),
  );
  if (squeezes) y = squeezeAndExcite(y, wide, prefix);
  y = chain(y, pointwise(filters, `${prefix}project`), norm(`${prefix}project_bn`));
  return stride === 1 && channels === filters ? join(Add({ name: `${prefix}add` }), x, y) : y;
}

/** Hashes of weight files, with the classifier and without, by `<size>[_minimalistic]_224_<alpha>_float`. */
const hashes: Readonly<Record<string, readonly [string, string]>> = {
  "large_224_0.75_float": ["765b44a33ad4005b3ac83185abf1d0eb", "40af19a13ebea4e2ee0c676887f69a2e"],
  "large_224_1.0_float": ["59e551e166be033d707958cf9e29a6a7", "07fb09a5933dd0c8eaafa16978110389"],
  "large_minimalistic_224_1.0_float": [
    "675e7b876c45c57e9e63e6d90a36599c",
    "ec5221f64a2f6d1ef965a614bdae7973",
  ],
  "small_224_0.75_float": ["cb65d4e5be93758266aa0a7f2c6708b7", "ebdb5cc8e0b497cd13a7c275d475c819"],
  "small_224_1.0_float": ["8768d4c2e7dee89b9d02b2d03d65d862", "d3e8ec802a04aa4fc771ee12a9a9b836"],
  "small_minimalistic_224_1.0_float": [
    "99cd97fb2fcdad2bf028eb838de69e37",
    "cde8136e733e811080d9fcd8a252f7e4",
  ],
};

function mobileNetV3(
  name: string,
  size: "small" | "large",
  plan: Plan,
  lastFilters: number,
): Application<MobileNetV3Options> {
  const build = (options: MobileNetV3Options = {}): unknown => {
    const {
      alpha = 1,
      minimalistic = false,
      dropoutRate = 0.2,
      includePreprocessing = true,
      weights,
    } = options;
    const variant = `${size}${minimalistic ? "_minimalistic" : ""}_224_${Number.isInteger(alpha) ? `${alpha}.0` : alpha}_float`;
    const hash = hashes[variant];
    if ((weights === undefined || weights === "imagenet") && hash === undefined) {
      throw new OptionError(
        `${name}: there are weights "imagenet" for alpha 1 (and 0.75 where not minimalistic), received ${alpha}. Give { weights: null }.`,
      );
    }
    const last = minimalistic ? relu : hardSwish;
    const features = (x: KerasTensor): KerasTensor => {
      const scaled = includePreprocessing ? chain(x, Rescaling(1 / 127.5, { offset: -1 })) : x;
      const start = chain(
        scaled,
        Conv2D(16, 3, { strides: 2, padding: "same", useBias: false, name: "conv" }),
        norm("conv_bn"),
        last(),
      );
      const y = plan.reduce(
        (before, [expansion, filters, isLarge, stride, squeezes, isHard], id) =>
          invertedBlock(before, {
            id,
            expansion,
            filters: makeDivisible(filters * alpha),
            kernelSize: isLarge === 1 && !minimalistic ? 5 : 3,
            stride,
            squeezes: squeezes === 1 && !minimalistic,
            activation: isHard === 1 ? last : relu,
          }),
        start,
      );
      const wide = makeDivisible((y.shape.at(-1) ?? 0) * 6);
      return chain(y, pointwise(wide, "conv_1"), norm("conv_1_bn"), last());
    };
    const filters = alpha > 1 ? makeDivisible(lastFilters * alpha) : lastFilters;
    return buildApplication(options, {
      name,
      minSize: 32,
      fixesSize: false,
      files: {
        base: "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v3/",
        top: { file: `weights_mobilenet_v3_${variant}.h5`, hash: hash?.[0] ?? "" },
        noTop: { file: `weights_mobilenet_v3_${variant}_no_top_v2.h5`, hash: hash?.[1] ?? "" },
      },
      optionNames: ["alpha", "minimalistic", "dropoutRate", "includePreprocessing"],
      features,
      head: (x) =>
        chain(
          x,
          GlobalAveragePooling2D({ keepdims: true }),
          pointwise(filters, "conv_2", true),
          last(),
          ...(dropoutRate > 0 ? [Dropout(dropoutRate)] : []),
        ),
      classifier: (x, classes, activation) =>
        chain(
          x,
          pointwise(classes, "logits", true),
          Flatten(),
          Activation(activation ?? "linear", { name: "predictions" }),
        ),
      poolingNames: { avg: "avg_pool", max: "max_pool" },
    });
  };
  return build as Application<MobileNetV3Options>; // SAFETY: fresh weights give a model at once, others a promise
}

/** MobileNetV3, the small variant. @see Howard et al. (2019); Keras `applications/mobilenet_v3.py` */
export const MobileNetV3Small: Application<MobileNetV3Options> = /* @__PURE__ */ mobileNetV3("MobileNetV3Small", "small", small, 1024); // prettier-ignore

/** MobileNetV3, the large variant. @see Howard et al. (2019); Keras `applications/mobilenet_v3.py` */
export const MobileNetV3Large: Application<MobileNetV3Options> = /* @__PURE__ */ mobileNetV3("MobileNetV3Large", "large", large, 1280); // prettier-ignore
