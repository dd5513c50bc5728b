import type { KerasTensor } from "../graph/keras-tensor.ts";
import type { LayerBase } from "../graph/layer-base.ts";
import { Activation } from "../layers/activation/index.ts";
import { LayerScale } from "../layers/applications/index.ts";
import { Conv2D } from "../layers/convolutional/index.ts";
import { Dense } from "../layers/core/dense.ts";
import { LayerNormalization, Normalization } from "../layers/normalization/index.ts";
import { GlobalAveragePooling2D } from "../layers/pooling/index.ts";
import { Sequential } from "../models/sequential.ts";
import { add } from "../ops/arithmetic.ts";
import { type Application, type ApplicationOptions, buildApplication, chain } from "./application.ts";

export interface ConvNeXtOptions extends ApplicationOptions {
  /** Whether pixels from 0 to 255 are normalised in the model. Default true. */
  readonly includePreprocessing?: boolean | undefined;
}

type FourNumbers = readonly [number, number, number, number];

const norm = (name?: string): LayerBase => LayerNormalization({ epsilon: 1e-6, name });

/** A wide convolution of each channel, then two dense layers across channels; added to its input. */
function block(x: KerasTensor, filters: number, name: string): KerasTensor {
  const y = chain(
    x,
    Conv2D(filters, 7, { padding: "same", groups: filters, name: `${name}_depthwise_conv` }),
    norm(`${name}_layernorm`),
    Dense(4 * filters, { name: `${name}_pointwise_conv_1` }),
    Activation("gelu", { name: `${name}_gelu` }),
    Dense(filters, { name: `${name}_pointwise_conv_2` }),
    new LayerScale(1e-6, filters, { name: `${name}_layer_scale` }),
    Activation("linear", { name: `${name}_identity` }),
  );
  return add(x, y) as KerasTensor; // SAFETY: symbolic in, symbolic out
}

/** ImageNet's means and variances for pixels from 0 to 255. */
function normalization(name: string): LayerBase {
  const mean = [0.485, 0.456, 0.406].map((value) => value * 255);
  const variance = [0.229, 0.224, 0.225].map((deviation) => (deviation * 255) ** 2);
  return Normalization({ mean, variance, name: `${name}_prestem_normalization` });
}

function convNeXt(
  id: string,
  depths: FourNumbers,
  widths: FourNumbers,
  hashes: readonly [string, string],
): Application<ConvNeXtOptions> {
  const ownName = `convnext_${id}`;
  const build = (options: ConvNeXtOptions = {}): unknown => {
    const { includePreprocessing = true, name = ownName } = options;
    const features = (x: KerasTensor): KerasTensor => {
      let y = includePreprocessing && x.shape.at(-1) === 3 ? chain(x, normalization(name)) : x;
      for (const [stage, depth] of depths.entries()) {
        const filters = widths[stage] ?? 0;
        const before = stage - 1;
        const halving =
          stage === 0
            ? Sequential(
                [
                  Conv2D(filters, 4, { strides: 4, name: `${name}_stem_conv` }),
                  norm(`${name}_stem_layernorm`),
                ],
                { name: `${name}_stem` },
              )
            : Sequential(
                [
                  norm(`${name}_downsampling_layernorm_${before}`),
                  Conv2D(filters, 2, { strides: 2, name: `${name}_downsampling_conv_${before}` }),
                ],
                { name: `${name}_downsampling_block_${before}` },
              );
        y = chain(y, halving);
        for (let i = 0; i < depth; i++) y = block(y, filters, `${name}_stage_${stage}_block_${i}`);
      }
      return y;
    };
    return buildApplication(options, {
      name: ownName,
      minSize: 32,
      files: {
        base: "https://storage.googleapis.com/tensorflow/keras-applications/convnext/",
        top: { file: `${ownName}.h5`, hash: hashes[0] },
        noTop: { file: `${ownName}_notop.h5`, hash: hashes[1] },
      },
      optionNames: ["includePreprocessing"],
      features,
      head: (x) =>
        chain(x, GlobalAveragePooling2D({ name: `${name}_head_gap` }), norm(`${name}_head_layernorm`)),
      classifier: (x, classes, activation) =>
        chain(x, Dense(classes, { activation, name: `${name}_head_dense` })),
      tail: (x) => chain(x, norm()),
    });
  };
  return build as Application<ConvNeXtOptions>; // SAFETY: fresh weights give a model at once, others a promise
}

/** ConvNeXt of the smallest size: convolutions in the form of a transformer. @see Liu et al. (2022); Keras `applications/convnext.py` */
export const ConvNeXtTiny: Application<ConvNeXtOptions> = /* @__PURE__ */ convNeXt("tiny", [3, 3, 9, 3], [96, 192, 384, 768], ["8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff", "d547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1"]); // prettier-ignore
/** @see Keras `applications/convnext.py` */
export const ConvNeXtSmall: Application<ConvNeXtOptions> = /* @__PURE__ */ convNeXt("small", [3, 3, 27, 3], [96, 192, 384, 768], ["ce1277d8f1ee5a0ef0e171469089c18f5233860ceaf9b168049cb9263fd7483c", "6fc8009faa2f00c1c1dfce59feea9b0745eb260a7dd11bee65c8e20843da6eab"]); // prettier-ignore
/** @see Keras `applications/convnext.py` */
export const ConvNeXtBase: Application<ConvNeXtOptions> = /* @__PURE__ */ convNeXt("base", [3, 3, 27, 3], [128, 256, 512, 1024], ["52cbb006d3dadd03f6e095a8ca1aca47aecdd75acb4bc74bce1f5c695d0086e6", "40a20c5548a5e9202f69735ecc06c990e6b7c9d2de39f0361e27baeb24cb7c45"]); // prettier-ignore
/** @see Keras `applications/convnext.py` */
export const ConvNeXtLarge: Application<ConvNeXtOptions> = /* @__PURE__ */ convNeXt("large", [3, 3, 27, 3], [192, 384, 768, 1536], ["070c5ed9ed289581e477741d3b34beffa920db8cf590899d6d2c67fba2a198a6", "96f02b6f0753d4f543261bc9d09bed650f24dd6bc02ddde3066135b63d23a1cd"]); // prettier-ignore
/** @see Keras `applications/convnext.py` */
export const ConvNeXtXLarge: Application<ConvNeXtOptions> = /* @__PURE__ */ convNeXt("xlarge", [3, 3, 27, 3], [256, 512, 1024, 2048], ["c1f5ccab661354fc3a79a10fa99af82f0fbf10ec65cb894a3ae0815f17a889ee", "de3f8a54174130e0cecdc71583354753d557fcf1f4487331558e2a16ba0cfe05"]); // prettier-ignore
