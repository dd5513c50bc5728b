import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { type Average, FBetaBase, type FBetaOptions } from "./f-beta-base.ts";
import type { MetricCall, MetricConstructor, NameAndDType } from "./metric.ts";

class FBetaScoreMetric extends FBetaBase {
  static readonly className = "FBetaScore";
  static override readonly parameters: ParameterTable = {
    average: null,
    beta: 1,
    threshold: null,
    name: "fbeta_score",
    dtype: null,
  };

  constructor(...args: readonly unknown[]) {
    super("FBetaScore", bindParameters<FBetaOptions>("FBetaScore", FBetaScoreMetric.parameters, args, []));
  }
}

export interface FBetaScore extends FBetaScoreMetric, MetricCall {}

type Arguments = [
  { readonly average?: Average },
  { readonly beta?: number },
  { readonly threshold?: number | null },
  ...NameAndDType,
];

/**
 * `(1 + beta²) · precision · recall / (beta² · precision + recall)` of each class.
 *
 * Options: `average` (null; `"micro"`, `"macro"`, `"weighted"`), `beta` (1: how much more recall counts), `threshold`
 * (null: the largest prediction of each sample is positive).
 *
 * @see Keras `metrics/f_score_metrics.py`
 */
export const FBetaScore: MetricConstructor<Arguments, FBetaScore> = callable<
  typeof FBetaScoreMetric,
  MetricConstructor<Arguments, FBetaScore>
>(FBetaScoreMetric);
