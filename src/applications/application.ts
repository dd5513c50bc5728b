import { getFile } from "../codec/get-file.ts";
import type { ActivationLike } from "../activations/activation.ts";
import type { KerasTensor } from "../graph/keras-tensor.ts";
import type { LayerBase } from "../graph/layer-base.ts";
import type { Initializer } from "../initializers/initializer.ts";
import type { Shape } from "../ir/shape-types/index.ts";
import { Input } from "../layers/core/input-layer.ts";
import { Dense } from "../layers/core/dense.ts";
import { GlobalAveragePooling2D, GlobalMaxPooling2D } from "../layers/pooling/index.ts";
import { Model } from "../models/model.ts";
import { loadWeights } from "../saving/index.ts";
import type { FileSource } from "../saving/source.ts";
import { OptionError } from "../util/errors.ts";
import { checkOptions, didYouMean, oneOf } from "../util/options.ts";
import { formatShape } from "../ir/shape.ts";

/** Options that all applications share. */
export interface ApplicationOptions {
  /** Whether the classifier at the end is included. Default true. */
  readonly includeTop?: boolean | undefined;
  /**
   * `null`: fresh weights; `"imagenet"`: those trained on ImageNet, downloaded into Keras's cache and checked; or a
   * weights file: a path, a URL, bytes or a `Blob`. Default `"imagenet"`.
   */
  readonly weights?: FileSource | null | undefined;
  /** A symbolic tensor to build on. Default: a new input. */
  readonly inputTensor?: KerasTensor | null | undefined;
  /** Shape of one image. */
  readonly inputShape?: Shape | null | undefined;
  /** What follows the last convolution without the classifier. Default null: nothing. */
  readonly pooling?: "avg" | "max" | null | undefined;
  /** Number of classes. Default 1000. */
  readonly classes?: number | undefined;
  /** Default `"softmax"`; null for logits. */
  readonly classifierActivation?: ActivationLike | null | undefined;
  readonly name?: string | undefined;
}

export const applicationOptionNames = [
  "includeTop", "weights", "inputTensor", "inputShape", "pooling", "classes", "classifierActivation", "name",
] as const; // prettier-ignore

/** A model at once where its weights are fresh, else when they have been read. */
export interface Application<O extends ApplicationOptions = ApplicationOptions> {
  (options: O & { readonly weights: null }): Model;
  (options?: O): Promise<Model>;
}

interface WeightFile {
  readonly file: string;
  readonly hash?: string;
  /** Name in the cache. Default: `file`. */
  readonly cachedAs?: string;
}

/** The files of weights trained on ImageNet. */
export interface WeightFiles {
  readonly base: string;
  readonly top: WeightFile;
  readonly noTop: WeightFile;
}

/** What makes one application different from another. */
export interface Architecture {
  readonly name: string;
  /** Height and width of images where none are given. Default 224. */
  readonly size?: number;
  readonly minSize: number;
  /** Whether the classifier needs the image's size to be known. Default true. */
  readonly fixesSize?: boolean;
  readonly files: WeightFiles | null;
  /** From the input to the last features. */
  readonly features: (x: KerasTensor) => KerasTensor;
  /** From the features to what the classifier works on. Default: the features. */
  readonly head?: (x: KerasTensor) => KerasTensor;
  /** The classifier. Default: a dense layer named `predictions`. */
  readonly classifier?: (x: KerasTensor, classes: number, activation: ActivationLike | null) => KerasTensor;
  /** Values that the kernel of the default classifier starts with. Default `"glorot_uniform"`. */
  readonly kernelInitializer?: () => Initializer;
  /** What follows in place of the classifier, after any pooling. */
  readonly tail?: (x: KerasTensor) => KerasTensor;
  /** Names of options besides those that all applications share. */
  readonly optionNames?: readonly string[];
  /** Names of the pooling layers in place of the classifier. */
  readonly poolingNames?: { readonly avg: string; readonly max: string };
}

/** Builds an application, and reads its weights where there are some. */
export function buildApplication(
  options: ApplicationOptions,
  architecture: Architecture,
): Model | Promise<Model> {
  const { name } = architecture;
  checkOptions(name, options, [...applicationOptionNames, ...(architecture.optionNames ?? [])]);
  const {
    includeTop = true,
    weights = "imagenet",
    classes = 1000,
    classifierActivation = "softmax",
    pooling = null,
  } = options;
  if (weights === "imagenet" && includeTop && classes !== 1000) {
    throw new OptionError(
      `${name}: weights "imagenet" with the classifier are for 1000 classes, received ${classes}. Give { weights: null } or { includeTop: false }.`,
    );
  }
  if (pooling !== null) oneOf(name, "pooling", pooling, ["avg", "max"]);
  if (typeof weights === "string" && weights !== "imagenet" && !/[./\\]/.test(weights)) {
    throw new OptionError(
      `${name}: expected \`weights\` to be "imagenet", null or a file of weights, received "${weights}".${didYouMean(weights, ["imagenet"])}`,
    );
  }
  const input =
    options.inputTensor ?? Input({ shape: inputShapeOf(options, architecture, includeTop, weights) });
  let x = architecture.features(input);
  if (includeTop) {
    const head = architecture.head?.(x) ?? x;
    const classifier = architecture.classifier ?? predictions(architecture.kernelInitializer);
    x = classifier(head, classes, classifierActivation);
  } else {
    if (pooling !== null) x = chain(x, poolingLayer(pooling, architecture.poolingNames?.[pooling]));
    x = architecture.tail?.(x) ?? x;
  }
  const model = Model(input as KerasTensor, x, { name: options.name ?? name }) as Model; // SAFETY: its exact type is not known here
  return weights === null ? model : readWeightsOf(model, weights, architecture, includeTop);
}

/** The usual classifier. */
function predictions(kernelInitializer?: () => Initializer): NonNullable<Architecture["classifier"]> {
  return (x, classes, activation) =>
    chain(x, Dense(classes, { activation, kernelInitializer: kernelInitializer?.(), name: "predictions" }));
}

function poolingLayer(pooling: "avg" | "max", name: string | undefined): LayerBase {
  return pooling === "avg" ? GlobalAveragePooling2D({ name }) : GlobalMaxPooling2D({ name });
}

async function readWeightsOf(
  model: Model,
  weights: FileSource,
  { name, files }: Architecture,
  includeTop: boolean,
): Promise<Model> {
  if (weights !== "imagenet") {
    await loadWeights(model, weights);
    return model;
  }
  if (files === null) throw new OptionError(`${name}: there are no "imagenet" weights for these options.`);
  const { file, hash, cachedAs = file } = includeTop ? files.top : files.noTop;
  const path = await getFile({
    fname: cachedAs,
    origin: `${files.base}${file}`,
    cacheSubdir: "models",
    ...(hash === undefined ? {} : { fileHash: hash }),
  });
  await loadWeights(model, path);
  return model;
}

function inputShapeOf(
  { inputShape }: ApplicationOptions,
  { name, size = 224, minSize, fixesSize = true }: Architecture,
  includeTop: boolean,
  weights: FileSource | null,
): Shape {
  const fallback = [size, size, 3];
  if (inputShape === null || inputShape === undefined)
    return includeTop && fixesSize ? fallback : [null, null, 3];
  if (inputShape.length !== 3)
    throw new OptionError(
      `${name}: expected \`inputShape\` to be [height, width, channels], received ${formatShape(inputShape)}.`,
    );
  if (weights === "imagenet" && inputShape.at(-1) !== 3)
    throw new OptionError(
      `${name}: weights "imagenet" need 3 channels, received ${formatShape(inputShape)}.`,
    );
  if (inputShape.slice(0, 2).some((dim) => dim !== null && dim < minSize)) {
    throw new OptionError(
      `${name}: expected images of at least ${minSize} × ${minSize}, received ${formatShape(inputShape)}.`,
    );
  }
  if (includeTop && fixesSize && inputShape.includes(null)) {
    throw new OptionError(
      `${name}: with the classifier the image's size must be known, received ${formatShape(inputShape)}.`,
    );
  }
  return inputShape;
}

/** Calls layers one after another. */
export function chain(x: KerasTensor, ...layers: readonly { invoke(x: unknown): unknown }[]): KerasTensor {
  return layers.reduce<unknown>((value, layer) => layer.invoke(value), x) as KerasTensor; // SAFETY: symbolic in, symbolic out
}

/** Calls a layer that joins several tensors. */
export function join(layer: { invoke(x: unknown): unknown }, ...inputs: readonly KerasTensor[]): KerasTensor {
  return layer.invoke(inputs) as KerasTensor; // SAFETY: symbolic in, symbolic out
}

/** Zeros around an image so that a window of stride 2 halves it exactly; unknown sizes count as even. */
export function halvingPads({ shape }: KerasTensor, kernelSize = 3): [[number, number], [number, number]] {
  const after = Math.floor(kernelSize / 2);
  const pads = (size: number | null | undefined): [number, number] => [
    after - (size === null || size === undefined ? 1 : 1 - (size % 2)),
    after,
  ];
  return [pads(shape[1]), pads(shape[2])];
}

/** A multiple of `divisor` near a number, not more than a tenth below it. */
export function makeDivisible(value: number, divisor = 8): number {
  const rounded = Math.max(divisor, Math.floor((value + divisor / 2) / divisor) * divisor);
  return rounded < 0.9 * value ? rounded + divisor : rounded;
}
