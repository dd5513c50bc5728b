import type { ParameterTable } from "../../util/parameters.ts";
import type { Cross, Feature } from "./feature.ts";
import type { FeatureKind } from "./kinds.ts";

export const featureSpaceOutputs = ["concat", "dict"] as const;

/** How a feature space gives its features on: all in one tensor, or by name. */
export type FeatureSpaceOutput = (typeof featureSpaceOutputs)[number];

/** What a feature space makes of data. */
export type FeatureSpaceResult<M extends FeatureSpaceOutput, T> = M extends "dict"
  ? { readonly [name: string]: T }
  : T;

export interface FeatureSpaceOptions<M extends FeatureSpaceOutput = FeatureSpaceOutput> {
  /** Features by name: what `FeatureSpace.float()` and its like give, or the name of a kind: `"string_categorical"`. */
  readonly features: Readonly<Record<string, Feature | FeatureKind>>;
  /** One tensor of all features, or an object of tensors by name. Default `"concat"`. */
  readonly outputMode?: M | undefined;
  /** Names of features whose values are hashed together; or what `FeatureSpace.cross` gives. */
  readonly crosses?: readonly (Cross | readonly string[])[] | null | undefined;
  /** Bins of crosses that are given by names. Default 32. */
  readonly crossingDim?: number | undefined;
  /** Bins of `"string_hashed"` and `"integer_hashed"`. Default 32. */
  readonly hashingDim?: number | undefined;
  /** Bins of `"float_discretized"`. Default 32. */
  readonly numDiscretizationBins?: number | undefined;
  /** Default `feature_space`, numbered. */
  readonly name?: string | null | undefined;
}

export const featureSpaceParameters: ParameterTable = {
  features: undefined,
  outputMode: "concat",
  crosses: null,
  crossingDim: 32,
  hashingDim: 32,
  numDiscretizationBins: 32,
  name: null,
};

/** Values by the names of features. */
export type FeatureData = Readonly<Record<string, unknown>>;
