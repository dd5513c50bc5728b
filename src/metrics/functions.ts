import type { LossFunction } from "../losses/define.ts";
import { functionNamed as lossFunctionNamed } from "../losses/functions.ts";
import { accuracy } from "./accuracy.ts";
import { binaryAccuracy } from "./binary-accuracy.ts";
import { categoricalAccuracy } from "./categorical-accuracy.ts";
import { concordanceCorrelation } from "./concordance-correlation.ts";
import { cosineSimilarity } from "./cosine-similarity.ts";
import { pearsonCorrelation } from "./pearson-correlation.ts";
import { sparseCategoricalAccuracy } from "./sparse-categorical-accuracy.ts";
import { sparseTopKCategoricalAccuracy } from "./sparse-top-k-categorical-accuracy.ts";
import { topKCategoricalAccuracy } from "./top-k-categorical-accuracy.ts";

/** The built-in functions of metrics that are no losses. */
const functions: readonly LossFunction<never>[] = [
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  concordanceCorrelation,
  cosineSimilarity,
  pearsonCorrelation,
  sparseCategoricalAccuracy,
  sparseTopKCategoricalAccuracy,
  topKCategoricalAccuracy,
];

/** The built-in function of a name, one of a metric or a loss; null when there is none. */
export function functionNamed(name: string): LossFunction<never> | null {
  return functions.find(({ identifier }) => identifier === name) ?? lossFunctionNamed(name);
}
