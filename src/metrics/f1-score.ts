import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { type Average, FBetaBase, type FBetaOptions } from "./f-beta-base.ts";
import type { MetricCall, MetricConstructor, NameAndDType } from "./metric.ts";

class F1ScoreMetric extends FBetaBase {
  static readonly className = "F1Score";
  static override readonly parameters: ParameterTable = {
    average: null,
    threshold: null,
    name: "f1_score",
    dtype: null,
  };

  constructor(...args: readonly unknown[]) {
    super("F1Score", {
      ...bindParameters<FBetaOptions>("F1Score", F1ScoreMetric.parameters, args, []),
      beta: 1,
    });
  }
}

export interface F1Score extends F1ScoreMetric, MetricCall {}

type Arguments = [{ readonly average?: Average }, { readonly threshold?: number | null }, ...NameAndDType];

/**
 * The harmonic mean of precision and recall of each class.
 *
 * Options: `average` (null; `"micro"`, `"macro"`, `"weighted"`), `threshold` (null: the largest prediction of each
 * sample is positive).
 *
 * @see Keras `metrics/f_score_metrics.py`
 */
export const F1Score: MetricConstructor<Arguments, F1Score> = callable<
  typeof F1ScoreMetric,
  MetricConstructor<Arguments, F1Score>
>(F1ScoreMetric);
