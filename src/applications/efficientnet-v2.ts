import type { KerasTensor } from "../graph/keras-tensor.ts";
import type { LayerBase } from "../graph/layer-base.ts";
import { Activation } from "../layers/activation/index.ts";
import { Conv2D, DepthwiseConv2D } from "../layers/convolutional/index.ts";
import { BatchNormalization, Normalization } from "../layers/normalization/index.ts";
import { GlobalAveragePooling2D } from "../layers/pooling/index.ts";
import { Rescaling } from "../layers/preprocessing/index.ts";
import { Dropout } from "../layers/regularization/index.ts";
import { type Application, type ApplicationOptions, buildApplication, chain } from "./application.ts";
import { addDropped, convolutionInitializer, denseInitializer, squeezeAndExcite } from "./efficientnet.ts";

export interface EfficientNetV2Options extends ApplicationOptions {
  /** Whether pixels from 0 to 255 are scaled in the model. Default true. */
  readonly includePreprocessing?: boolean | undefined;
}

/** `[fused, repeats, filters in, filters out, expansion, stride of the first]`; blocks that are not fused squeeze. */
type Stage = readonly [0 | 1, number, number, number, number, 1 | 2];

const plans: Readonly<Record<"small" | "medium" | "large" | "base", readonly Stage[]>> = {
  base: [
    [1, 1, 32, 16, 1, 1], [1, 2, 16, 32, 4, 2], [1, 2, 32, 48, 4, 2],
    [0, 3, 48, 96, 4, 2], [0, 5, 96, 112, 6, 1], [0, 8, 112, 192, 6, 2],
  ],
  small: [
    [1, 2, 24, 24, 1, 1], [1, 4, 24, 48, 4, 2], [1, 4, 48, 64, 4, 2],
    [0, 6, 64, 128, 4, 2], [0, 9, 128, 160, 6, 1], [0, 15, 160, 256, 6, 2],
  ],
  medium: [
    [1, 3, 24, 24, 1, 1], [1, 5, 24, 48, 4, 2], [1, 5, 48, 80, 4, 2],
    [0, 7, 80, 160, 4, 2], [0, 14, 160, 176, 6, 1], [0, 18, 176, 304, 6, 2], [0, 5, 304, 512, 6, 1],
  ],
  large: [
    [1, 4, 32, 32, 1, 1], [1, 7, 32, 64, 4, 2], [1, 7, 64, 96, 4, 2],
    [0, 10, 96, 192, 4, 2], [0, 19, 192, 224, 6, 1], [0, 25, 224, 384, 6, 2], [0, 7, 384, 640, 6, 1],
  ],
}; // prettier-ignore

/** Share of the blocks' outputs that is dropped in training, at the end of the network. */
const dropConnectRate = 0.2;

const norm = (name: string): LayerBase => BatchNormalization({ axis: 3, momentum: 0.9, name });
const swish = (name: string): LayerBase => Activation("swish", { name });
const convolution = (filters: number, size: number, strides: number, name: string): LayerBase =>
  Conv2D(filters, size, {
    strides,
    padding: "same",
    useBias: false,
    kernelInitializer: convolutionInitializer(),
    name,
  });

interface Block {
  readonly name: string;
  readonly filters: number;
  readonly expansion: number;
  readonly stride: number;
  readonly dropRate: number;
}

/** Widened, convolved channel by channel, scaled, narrowed again. */
function separateBlock(x: KerasTensor, { name, filters, expansion, stride }: Block): KerasTensor {
  const channels = x.shape.at(-1) ?? 0;
  const widened =
    expansion === 1
      ? x
      : chain(
          x,
          convolution(channels * expansion, 1, 1, `${name}expand_conv`),
          norm(`${name}expand_bn`),
          swish(`${name}expand_activation`),
        );
  const convolved = chain(
    widened,
    DepthwiseConv2D(3, {
      strides: stride,
      padding: "same",
      useBias: false,
      depthwiseInitializer: convolutionInitializer(),
      name: `${name}dwconv2`,
    }),
    norm(`${name}bn`),
    swish(`${name}activation`),
  );
  const scaled = squeezeAndExcite(convolved, Math.max(1, Math.trunc(channels * 0.25)), name);
  return chain(scaled, convolution(filters, 1, 1, `${name}project_conv`), norm(`${name}project_bn`));
}

/** Widened by a full convolution, narrowed again; one convolution where nothing is widened. */
function fusedBlock(x: KerasTensor, { name, filters, expansion, stride }: Block): KerasTensor {
  if (expansion === 1) {
    return chain(
      x,
      convolution(filters, 3, stride, `${name}project_conv`),
      norm(`${name}project_bn`),
      swish(`${name}project_activation`),
    );
  }
  return chain(
    x,
    convolution((x.shape.at(-1) ?? 0) * expansion, 3, stride, `${name}expand_conv`),
    norm(`${name}expand_bn`),
    swish(`${name}expand_activation`),
    convolution(filters, 1, 1, `${name}project_conv`),
    norm(`${name}project_bn`),
  );
}

/** Pixels scaled and, for the base sizes, normalised. */
function preprocessed(x: KerasTensor, isBase: boolean): KerasTensor {
  if (!isBase || x.shape.at(-1) !== 3) return chain(x, Rescaling(1 / 128, { offset: -1 }));
  const variance = [0.229, 0.224, 0.225].map((deviation) => deviation ** 2);
  return chain(x, Rescaling(1 / 255), Normalization({ mean: [0.485, 0.456, 0.406], variance, axis: 3 }));
}

function efficientnetV2(
  id: string,
  plan: readonly Stage[],
  [width, depth]: readonly [number, number],
  size: number,
  hashes: readonly [string, string],
): Application<EfficientNetV2Options> {
  const name = `efficientnetv2-${id}`;
  const filtersOf = (filters: number): number => Math.max(8, Math.floor((filters * width + 4) / 8) * 8);
  const count = plan.reduce((sum, [, repeats]) => sum + repeats, 0);
  const features = (x: KerasTensor): KerasTensor => {
    let y = chain(
      x,
      convolution(filtersOf(plan[0]?.[2] ?? 0), 3, 2, "stem_conv"),
      norm("stem_bn"),
      swish("stem_activation"),
    );
    let done = 0;
    for (const [stage, [fused, repeats, , filters, expansion, stride]] of plan.entries()) {
      for (let i = 0; i < Math.ceil(depth * repeats); i++) {
        const block: Block = {
          name: `block${stage + 1}${String.fromCharCode(97 + i)}_`,
          filters: filtersOf(filters),
          expansion,
          stride: i === 0 ? stride : 1,
          dropRate: (dropConnectRate * done++) / count,
        };
        const before = y;
        y = (fused === 1 ? fusedBlock : separateBlock)(before, block);
        if (block.stride === 1 && before.shape.at(-1) === block.filters) {
          y = addDropped(y, before, block.dropRate, block.name);
        }
      }
    }
    return chain(y, convolution(filtersOf(1280), 1, 1, "top_conv"), norm("top_bn"), swish("top_activation"));
  };
  const build = (options: EfficientNetV2Options = {}): unknown => {
    const { includePreprocessing = true } = options;
    return buildApplication(options, {
      name,
      size,
      minSize: 32,
      files: {
        base: "https://storage.googleapis.com/tensorflow/keras-applications/efficientnet_v2/",
        top: { file: `${name}.h5`, hash: hashes[0] },
        noTop: { file: `${name}_notop.h5`, hash: hashes[1] },
      },
      optionNames: ["includePreprocessing"],
      features: (x) => features(includePreprocessing ? preprocessed(x, plan === plans.base) : x),
      head: (x) =>
        chain(x, GlobalAveragePooling2D({ name: "avg_pool" }), Dropout(0.2, { name: "top_dropout" })),
      kernelInitializer: denseInitializer,
      poolingNames: { avg: "avg_pool", max: "max_pool" },
    });
  };
  return build as Application<EfficientNetV2Options>; // SAFETY: fresh weights give a model at once, others a promise
}

/** EfficientNet, version 2, of the smallest size: fused blocks at the beginning. @see Tan & Le (2021); Keras `applications/efficientnet_v2.py` */
export const EfficientNetV2B0: Application<EfficientNetV2Options> = /* @__PURE__ */ efficientnetV2("b0", plans.base, [1, 1], 224, ["21ecbf6da12460d5c40bb2f29ceb2188", "893217f2bb855e2983157299931e43ff"]); // prettier-ignore
/** @see Keras `applications/efficientnet_v2.py` */
export const EfficientNetV2B1: Application<EfficientNetV2Options> = /* @__PURE__ */ efficientnetV2("b1", plans.base, [1, 1.1], 240, ["069f0534ff22adf035c89e2d9547a9dc", "0e80663031ca32d657f9caa404b6ec37"]); // prettier-ignore
/** @see Keras `applications/efficientnet_v2.py` */
export const EfficientNetV2B2: Application<EfficientNetV2Options> = /* @__PURE__ */ efficientnetV2("b2", plans.base, [1.1, 1.2], 260, ["424e49f28180edbde1e94797771950a7", "1dfe2e7a5d45b6632553a8961ea609eb"]); // prettier-ignore
/** @see Keras `applications/efficientnet_v2.py` */
export const EfficientNetV2B3: Application<EfficientNetV2Options> = /* @__PURE__ */ efficientnetV2("b3", plans.base, [1.2, 1.4], 300, ["1f1fc43bd98a6e4fd8fdfd551e02c7a0", "f6abf7b5849ac99a89b50dd3fd532856"]); // prettier-ignore
/** @see Keras `applications/efficientnet_v2.py` */
export const EfficientNetV2S: Application<EfficientNetV2Options> = /* @__PURE__ */ efficientnetV2("s", plans.small, [1, 1], 384, ["e1d88a8495beba45748fedd0cecbe016", "af0682fb74e8c54910f2d4393339c070"]); // prettier-ignore
/** @see Keras `applications/efficientnet_v2.py` */
export const EfficientNetV2M: Application<EfficientNetV2Options> = /* @__PURE__ */ efficientnetV2("m", plans.medium, [1, 1], 480, ["a3bf6aa3276309f4fc6a34aa114c95cd", "1b8dc055df72dde80d614482840fe342"]); // prettier-ignore
/** @see Keras `applications/efficientnet_v2.py` */
export const EfficientNetV2L: Application<EfficientNetV2Options> = /* @__PURE__ */ efficientnetV2("l", plans.large, [1, 1], 480, ["27e6d408b53c7ebc868fefa357689935", "b0b66b5c863aef5b46e8608fe1711615"]); // prettier-ignore
