import { autoName } from "../../graph/naming.ts";
import { Discretization } from "../../layers/preprocessing/discretization.ts";
import { Hashing } from "../../layers/preprocessing/hashing.ts";
import { IntegerLookup } from "../../layers/preprocessing/integer-lookup.ts";
import { Rescaling } from "../../layers/preprocessing/rescaling.ts";
import { StringLookup } from "../../layers/preprocessing/string-lookup.ts";
import { Normalization } from "../../layers/normalization/normalization.ts";
import { checkOptions } from "../../util/options.ts";
import { type CrossOutput, Feature, type FeatureOutput, TFDIdentity } from "./feature.ts";

interface Named {
  /** Of the feature's layer, which adds `_preprocessor`. */
  readonly name?: string | null | undefined;
}

interface Encoded extends Named {
  /** Default `"one_hot"`. */
  readonly outputMode?: CrossOutput | undefined;
}

export interface RescaledOptions extends Named {
  /** Default 1. */
  readonly scale?: number | undefined;
  /** Default 0. */
  readonly offset?: number | undefined;
}

export interface DiscretizedOptions extends Encoded {
  /** Where bins begin, in place of `numBins` and `adapt`. */
  readonly binBoundaries?: readonly number[] | null | undefined;
}

export interface CategoricalOptions extends Encoded {
  /** Most values that are told apart, those for unknown ones included. Default null: no limit. */
  readonly maxTokens?: number | null | undefined;
  /** Places for unknown values. Default 1. */
  readonly numOovIndices?: number | undefined;
}

export type HashedOptions = Encoded;

const none: Named = {};

function layerName(kind: string, options: Named, known: readonly string[]): string {
  checkOptions(`FeatureSpace: ${kind}`, options, ["name", ...known]);
  return `${options.name ?? autoName(kind)}_preprocessor`;
}

const encoded = ({ outputMode = "one_hot" }: Encoded): { readonly outputMode: FeatureOutput } => ({
  outputMode,
});

/** Floats as they are. */
export function float(options: Named = none): Feature {
  const name = layerName("float", options, []);
  return new Feature({
    dtype: "float32",
    preprocessor: TFDIdentity({ dtype: "float32", name }),
    outputMode: "float",
  });
}

/** Floats times `scale` plus `offset`. */
export function floatRescaled(options: RescaledOptions = none): Feature {
  const name = layerName("float_rescaled", options, ["scale", "offset"]);
  const { scale = 1, offset = 0 } = options;
  return new Feature({
    dtype: "float32",
    preprocessor: Rescaling(scale, offset, { name }),
    outputMode: "float",
  });
}

/** Floats of mean 0 and variance 1, as `adapt` finds them. */
export function floatNormalized(options: Named = none): Feature {
  const name = layerName("float_normalized", options, []);
  return new Feature({
    dtype: "float32",
    preprocessor: Normalization({ axis: -1, name }),
    outputMode: "float",
  });
}

/** Floats as the number of the bin that they fall into; `adapt` makes the bins hold about equally many. */
export function floatDiscretized(numBins: number | null, options: DiscretizedOptions = none): Feature {
  const name = layerName("float_discretized", options, ["binBoundaries", "outputMode"]);
  return new Feature({
    dtype: "float32",
    preprocessor: Discretization({ numBins, binBoundaries: options.binBoundaries, name }),
    ...encoded(options),
  });
}

/** Whole numbers as places in a vocabulary, which `adapt` finds. */
export function integerCategorical(options: CategoricalOptions = none): Feature {
  const name = layerName("integer_categorical", options, ["maxTokens", "numOovIndices", "outputMode"]);
  const { maxTokens = null, numOovIndices = 1 } = options;
  return new Feature({
    dtype: "int32",
    preprocessor: IntegerLookup({ maxTokens, numOovIndices, name }),
    ...encoded(options),
  });
}

/** Texts as places in a vocabulary, which `adapt` finds. */
export function stringCategorical(options: CategoricalOptions = none): Feature {
  const name = layerName("string_categorical", options, ["maxTokens", "numOovIndices", "outputMode"]);
  const { maxTokens = null, numOovIndices = 1 } = options;
  return new Feature({
    dtype: "string",
    preprocessor: StringLookup({ maxTokens, numOovIndices, name }),
    ...encoded(options),
  });
}

/** Texts as bins, by their hash. */
export function stringHashed(numBins: number, options: HashedOptions = none): Feature {
  const name = layerName("string_hashed", options, ["outputMode"]);
  return new Feature({ dtype: "string", preprocessor: Hashing(numBins, { name }), ...encoded(options) });
}

/** Whole numbers as bins, by their hash. */
export function integerHashed(numBins: number, options: HashedOptions = none): Feature {
  const name = layerName("integer_hashed", options, ["outputMode"]);
  return new Feature({ dtype: "int32", preprocessor: Hashing(numBins, { name }), ...encoded(options) });
}

/** The kinds of features that go by names. */
export const featureKinds = [
  "float",
  "float_normalized",
  "float_rescaled",
  "float_discretized",
  "integer_categorical",
  "string_categorical",
  "integer_hashed",
  "string_hashed",
] as const;

export type FeatureKind = (typeof featureKinds)[number];

/** The feature that a name stands for, with these default sizes. */
export function featureOf(
  kind: FeatureKind,
  name: string,
  sizes: { readonly hashingDim: number; readonly numDiscretizationBins: number },
): Feature {
  const makers: Readonly<Record<FeatureKind, () => Feature>> = {
    float: () => float({ name }),
    float_normalized: () => floatNormalized({ name }),
    float_rescaled: () => floatRescaled({ name }),
    float_discretized: () => floatDiscretized(sizes.numDiscretizationBins, { name }),
    integer_categorical: () => integerCategorical({ name }),
    string_categorical: () => stringCategorical({ name }),
    integer_hashed: () => integerHashed(sizes.hashingDim, { name }),
    string_hashed: () => stringHashed(sizes.hashingDim, { name }),
  };
  return makers[kind]();
}
