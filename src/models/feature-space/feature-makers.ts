import { LayerBase } from "../../graph/layer-base.ts";
import { checkOptions } from "../../util/options.ts";
import { Cross, type CrossOutput, Feature, type FeatureDType, type FeatureOutput } from "./feature.ts";
import * as kinds from "./kinds.ts";

/** The kinds of features, as static members of `FeatureSpace`. */
export abstract class FeatureMakers extends LayerBase {
  /** Values as they are. */
  static float(options?: Parameters<typeof kinds.float>[0]): Feature {
    return kinds.float(options);
  }

  /** Values times `scale` (default 1) plus `offset` (default 0). */
  static floatRescaled(options?: kinds.RescaledOptions): Feature {
    return kinds.floatRescaled(options);
  }

  /** Values of mean 0 and variance 1, as `adapt` finds them. */
  static floatNormalized(options?: Parameters<typeof kinds.floatNormalized>[0]): Feature {
    return kinds.floatNormalized(options);
  }

  /** Values as the number of the bin that they fall into: of `numBins` that `adapt` makes, or of given boundaries. */
  static floatDiscretized(numBins: number | null, options?: kinds.DiscretizedOptions): Feature {
    return kinds.floatDiscretized(numBins, options);
  }

  /** Whole numbers as places in a vocabulary, which `adapt` finds. */
  static integerCategorical(options?: kinds.CategoricalOptions): Feature {
    return kinds.integerCategorical(options);
  }

  /** Texts as places in a vocabulary, which `adapt` finds. */
  static stringCategorical(options?: kinds.CategoricalOptions): Feature {
    return kinds.stringCategorical(options);
  }

  /** Whole numbers as bins, by their hash. */
  static integerHashed(numBins: number, options?: kinds.HashedOptions): Feature {
    return kinds.integerHashed(numBins, options);
  }

  /** Texts as bins, by their hash. */
  static stringHashed(numBins: number, options?: kinds.HashedOptions): Feature {
    return kinds.stringHashed(numBins, options);
  }

  /** Features whose values are hashed together into `crossingDim` bins. */
  static cross(
    featureNames: readonly string[],
    crossingDim: number,
    options: CrossOutput | { readonly outputMode?: CrossOutput } = {},
  ): Cross {
    const outputMode = typeof options === "string" ? options : options.outputMode;
    return new Cross({ featureNames, crossingDim, outputMode });
  }

  /** A feature that passes through a layer of one's own. */
  static feature(given: {
    readonly dtype: FeatureDType;
    readonly preprocessor: LayerBase;
    readonly outputMode: FeatureOutput;
  }): Feature {
    checkOptions("FeatureSpace.feature", given, ["dtype", "preprocessor", "outputMode"]);
    return new Feature(given);
  }
}
