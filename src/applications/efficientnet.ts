import type { KerasTensor } from "../graph/keras-tensor.ts";
import type { LayerBase } from "../graph/layer-base.ts";
import { VarianceScaling } from "../initializers/index.ts";
import type { Initializer } from "../initializers/initializer.ts";
import { Activation } from "../layers/activation/index.ts";
import { Conv2D, DepthwiseConv2D } from "../layers/convolutional/index.ts";
import { Add, Multiply } from "../layers/merging/index.ts";
import { BatchNormalization, Normalization } from "../layers/normalization/index.ts";
import { GlobalAveragePooling2D } from "../layers/pooling/index.ts";
import { Rescaling } from "../layers/preprocessing/index.ts";
import { Dropout } from "../layers/regularization/index.ts";
import { Reshape, ZeroPadding2D } from "../layers/reshaping/index.ts";
import {
  type Application,
  type ApplicationOptions,
  buildApplication,
  chain,
  halvingPads,
  join,
  makeDivisible,
} from "./application.ts";

/** Blocks as `[kernel size, repeats, filters in, filters out, expansion, stride of the first]`. */
const plan = [
  [3, 1, 32, 16, 1, 1],
  [3, 2, 16, 24, 6, 2],
  [5, 2, 24, 40, 6, 2],
  [3, 3, 40, 80, 6, 2],
  [5, 3, 80, 112, 6, 1],
  [5, 4, 112, 192, 6, 2],
  [3, 1, 192, 320, 6, 1],
] as const;

/** Share of the blocks' outputs that is dropped in training, at the end of the network. */
const dropConnectRate = 0.2;

/** What kernels of convolutions start with. */
export const convolutionInitializer = (): Initializer =>
  VarianceScaling({ scale: 2, mode: "fan_out", distribution: "truncated_normal" });

/** What the classifier's kernel starts with. */
export const denseInitializer = (): Initializer =>
  VarianceScaling({ scale: 1 / 3, mode: "fan_out", distribution: "uniform" });

const norm = (name: string): LayerBase => BatchNormalization({ axis: 3, name });
const swish = (name: string): LayerBase => Activation("swish", { name });
const convolution = (filters: number, name: string): LayerBase =>
  Conv2D(filters, 1, {
    padding: "same",
    useBias: false,
    kernelInitializer: convolutionInitializer(),
    name,
  });

/** Scales each channel by a factor computed from the means of all. */
export function squeezeAndExcite(x: KerasTensor, reduced: number, name: string): KerasTensor {
  const filters = x.shape.at(-1) ?? 0;
  const kernelInitializer = convolutionInitializer();
  const factors = chain(
    x,
    GlobalAveragePooling2D({ name: `${name}se_squeeze` }),
    Reshape([1, 1, filters], { name: `${name}se_reshape` }),
    Conv2D(reduced, 1, { padding: "same", activation: "swish", kernelInitializer, name: `${name}se_reduce` }),
    Conv2D(filters, 1, {
      padding: "same",
      activation: "sigmoid",
      kernelInitializer,
      name: `${name}se_expand`,
    }),
  );
  return join(Multiply({ name: `${name}se_excite` }), x, factors);
}

interface Block {
  readonly name: string;
  readonly kernelSize: number;
  readonly filters: number;
  readonly expansion: number;
  readonly stride: number;
  readonly dropRate: number;
}

/** Widened, convolved channel by channel, scaled, narrowed again. */
function block(
  x: KerasTensor,
  { name, kernelSize, filters, expansion, stride, dropRate }: Block,
): KerasTensor {
  const channels = x.shape.at(-1) ?? 0;
  let y = x;
  if (expansion !== 1) {
    const widen = convolution(channels * expansion, `${name}expand_conv`);
    y = chain(y, widen, norm(`${name}expand_bn`), swish(`${name}expand_activation`));
  }
  if (stride === 2) y = chain(y, ZeroPadding2D(halvingPads(y, kernelSize), { name: `${name}dwconv_pad` }));
  y = chain(
    y,
    DepthwiseConv2D(kernelSize, {
      strides: stride,
      padding: stride === 2 ? "valid" : "same",
      useBias: false,
      depthwiseInitializer: convolutionInitializer(),
      name: `${name}dwconv`,
    }),
    norm(`${name}bn`),
    swish(`${name}activation`),
  );
  y = squeezeAndExcite(y, Math.max(1, Math.trunc(channels * 0.25)), name);
  y = chain(y, convolution(filters, `${name}project_conv`), norm(`${name}project_bn`));
  return stride === 1 && channels === filters ? addDropped(y, x, dropRate, name) : y;
}

/** A block's output, dropped for some samples in training, added to its input. */
export function addDropped(y: KerasTensor, x: KerasTensor, dropRate: number, name: string): KerasTensor {
  const kept =
    dropRate > 0 ? chain(y, Dropout(dropRate, { noiseShape: [null, 1, 1, 1], name: `${name}drop` })) : y;
  return join(Add({ name: `${name}add` }), kept, x);
}

function efficientnet(
  id: string,
  width: number,
  depth: number,
  size: number,
  dropoutRate: number,
  hashes: readonly [string, string],
): Application {
  const name = `efficientnet${id}`;
  const filtersOf = (filters: number): number => makeDivisible(filters * width);
  const repeatsOf = (repeats: number): number => Math.ceil(depth * repeats);
  const count = plan.reduce((sum, [, repeats]) => sum + repeatsOf(repeats), 0);
  const features = (x: KerasTensor, isTrained: boolean): KerasTensor => {
    let y = chain(x, Rescaling(1 / 255), Normalization({ axis: 3 }));
    // The trained weights expect the root of the deviations once more.
    if (isTrained)
      y = chain(y, Rescaling([0.229, 0.224, 0.225].map((deviation) => 1 / Math.sqrt(deviation))));
    y = chain(
      y,
      ZeroPadding2D(halvingPads(y), { name: "stem_conv_pad" }),
      Conv2D(filtersOf(32), 3, {
        strides: 2,
        padding: "valid",
        useBias: false,
        kernelInitializer: convolutionInitializer(),
        name: "stem_conv",
      }),
      norm("stem_bn"),
      swish("stem_activation"),
    );
    let done = 0;
    for (const [stage, [kernelSize, repeats, , filters, expansion, stride]] of plan.entries()) {
      for (let i = 0; i < repeatsOf(repeats); i++) {
        y = block(y, {
          name: `block${stage + 1}${String.fromCharCode(97 + i)}_`,
          kernelSize,
          filters: filtersOf(filters),
          expansion,
          stride: i === 0 ? stride : 1,
          dropRate: (dropConnectRate * done++) / count,
        });
      }
    }
    return chain(y, convolution(filtersOf(1280), "top_conv"), norm("top_bn"), swish("top_activation"));
  };
  const build = (options: ApplicationOptions = {}): unknown =>
    buildApplication(options, {
      name,
      size,
      minSize: 32,
      files: {
        base: "https://storage.googleapis.com/keras-applications/",
        top: { file: `${name}.h5`, hash: hashes[0] },
        noTop: { file: `${name}_notop.h5`, hash: hashes[1] },
      },
      features: (x) => features(x, options.weights === undefined || options.weights === "imagenet"),
      head: (x) =>
        chain(x, GlobalAveragePooling2D({ name: "avg_pool" }), Dropout(dropoutRate, { name: "top_dropout" })),
      kernelInitializer: denseInitializer,
      poolingNames: { avg: "avg_pool", max: "max_pool" },
    });
  return build as Application; // SAFETY: fresh weights give a model at once, others a promise
}

/** EfficientNet of the smallest size: depth, width and images in balance. @see Tan & Le (2019); Keras `applications/efficientnet.py` */
export const EfficientNetB0: Application = /* @__PURE__ */ efficientnet("b0", 1, 1, 224, 0.2, ["902e53a9f72be733fc0bcb005b3ebbac", "50bc09e76180e00e4465e1a485ddc09d"]); // prettier-ignore
/** @see Keras `applications/efficientnet.py` */
export const EfficientNetB1: Application = /* @__PURE__ */ efficientnet("b1", 1, 1.1, 240, 0.2, ["1d254153d4ab51201f1646940f018540", "74c4e6b3e1f6a1eea24c589628592432"]); // prettier-ignore
/** @see Keras `applications/efficientnet.py` */
export const EfficientNetB2: Application = /* @__PURE__ */ efficientnet("b2", 1.1, 1.2, 260, 0.3, ["b15cce36ff4dcbd00b6dd88e7857a6ad", "111f8e2ac8aa800a7a99e3239f7bfb39"]); // prettier-ignore
/** @see Keras `applications/efficientnet.py` */
export const EfficientNetB3: Application = /* @__PURE__ */ efficientnet("b3", 1.2, 1.4, 300, 0.3, ["ffd1fdc53d0ce67064dc6a9c7960ede0", "af6d107764bb5b1abb91932881670226"]); // prettier-ignore
/** @see Keras `applications/efficientnet.py` */
export const EfficientNetB4: Application = /* @__PURE__ */ efficientnet("b4", 1.4, 1.8, 380, 0.4, ["18c95ad55216b8f92d7e70b3a046e2fc", "ebc24e6d6c33eaebbd558eafbeedf1ba"]); // prettier-ignore
/** @see Keras `applications/efficientnet.py` */
export const EfficientNetB5: Application = /* @__PURE__ */ efficientnet("b5", 1.6, 2.2, 456, 0.4, ["ace28f2a6363774853a83a0b21b9421a", "38879255a25d3c92d5e44e04ae6cec6f"]); // prettier-ignore
/** @see Keras `applications/efficientnet.py` */
export const EfficientNetB6: Application = /* @__PURE__ */ efficientnet("b6", 1.8, 2.6, 528, 0.5, ["165f6e37dce68623721b423839de8be5", "9ecce42647a20130c1f39a5d4cb75743"]); // prettier-ignore
/** @see Keras `applications/efficientnet.py` */
export const EfficientNetB7: Application = /* @__PURE__ */ efficientnet("b7", 2, 3.1, 600, 0.5, ["8c03f828fec3ef71311cd463b6759d99", "cbcfe4450ddf6f3ad90b1b398090fe4a"]); // prettier-ignore
