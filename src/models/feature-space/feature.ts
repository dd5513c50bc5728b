import type { CallArguments } from "../../graph/call-arguments.ts";
import { isLayer, LayerBase, type LayerOptions } from "../../graph/layer-base.ts";
import { callable } from "../../util/callable.ts";
import { OptionError } from "../../util/errors.ts";
import { oneOf } from "../../util/options.ts";
import { bindParameters, type ParameterTable, positiveInteger } from "../../util/parameters.ts";

/** Where Keras has these classes, for files. */
const module = "keras.src.layers.preprocessing.feature_space";

const outputModes = ["int", "one_hot", "float"] as const;
const crossModes = ["int", "one_hot"] as const;
const featureDtypes = ["float32", "int32", "string"] as const;

/** How a feature is given on: as a whole number, as a row that says which, or as it is. */
export type FeatureOutput = (typeof outputModes)[number];

/** How a cross is given on. */
export type CrossOutput = (typeof crossModes)[number];

/** What a feature is given as. */
export type FeatureDType = (typeof featureDtypes)[number];

/** One feature of a `FeatureSpace`: what it is given as, the layer that it passes through, and how it is given on. */
export class Feature {
  static readonly className: string = "Feature";
  static readonly module: string = module;

  readonly dtype: FeatureDType;
  readonly preprocessor: LayerBase;
  readonly outputMode: FeatureOutput;

  constructor(given: {
    readonly dtype: FeatureDType;
    readonly preprocessor: LayerBase;
    readonly outputMode: FeatureOutput;
  }) {
    this.dtype = oneOf("FeatureSpace: a feature", "dtype", given.dtype, featureDtypes);
    this.outputMode = oneOf("FeatureSpace: a feature", "outputMode", given.outputMode, outputModes);
    if (!isLayer(given.preprocessor))
      throw new OptionError("FeatureSpace: a feature: expected `preprocessor` to be a layer.");
    this.preprocessor = given.preprocessor;
  }

  getConfig(): Record<string, unknown> {
    const { dtype, preprocessor, outputMode } = this;
    return { dtype, preprocessor, outputMode };
  }
}

/** Features whose values are hashed together. */
export class Cross {
  static readonly className: string = "Cross";
  static readonly module: string = module;

  readonly featureNames: readonly string[];
  readonly crossingDim: number;
  readonly outputMode: CrossOutput;

  constructor(given: {
    readonly featureNames: readonly string[];
    readonly crossingDim: number;
    readonly outputMode?: CrossOutput | undefined;
  }) {
    if (!Array.isArray(given.featureNames) || given.featureNames.length < 2)
      throw new OptionError(
        `FeatureSpace: a cross: expected the names of at least two features, received ${JSON.stringify(given.featureNames)}.`,
      );
    this.featureNames = [...given.featureNames];
    this.crossingDim = positiveInteger("FeatureSpace: a cross", "crossingDim", given.crossingDim);
    this.outputMode = oneOf("FeatureSpace: a cross", "outputMode", given.outputMode ?? "one_hot", crossModes);
  }

  /** As the result calls it: `city_X_age`. */
  get name(): string {
    return this.featureNames.join("_X_");
  }

  getConfig(): Record<string, unknown> {
    const { featureNames, crossingDim, outputMode } = this;
    return { featureNames, crossingDim, outputMode };
  }
}

class PlainLayer extends LayerBase {
  static readonly className: string = "TFDIdentity";
  static readonly module: string = module;
  static readonly parameters: ParameterTable = {};
  static readonly callArguments: CallArguments = { tensors: ["x"], options: [] };

  constructor(...args: readonly unknown[]) {
    super(bindParameters<LayerOptions>("TFDIdentity", PlainLayer.parameters, args));
  }

  override call(x: unknown): unknown {
    return x;
  }
}

/** What plain floats pass through, by Keras's name for it. */
export const TFDIdentity: typeof PlainLayer & ((options?: LayerOptions) => PlainLayer) =
  /* @__PURE__ */ callable(PlainLayer);
