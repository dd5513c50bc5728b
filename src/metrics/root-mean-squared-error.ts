import { toDType } from "../losses/loss.ts";
import { toSameRank } from "../losses/same-rank.ts";
import { subtract } from "../ops/arithmetic.ts";
import type { Operand } from "../ops/core/signatures.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { sqrt, square } from "../ops/unary-math.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { MeanBase } from "./mean.ts";
import type {
  Direction,
  MetricCall,
  MetricConstructor,
  MetricOptions,
  NameAndDType,
  Weighting,
} from "./metric.ts";
import { weightOf } from "./metric.ts";

class RootMeanSquaredErrorMetric extends MeanBase {
  static readonly className = "RootMeanSquaredError";
  static override readonly parameters: ParameterTable = { name: "root_mean_squared_error", dtype: null };
  override readonly direction: Direction = "down";

  constructor(...args: readonly unknown[]) {
    super(
      bindParameters<MetricOptions>("RootMeanSquaredError", RootMeanSquaredErrorMetric.parameters, args, []),
    );
  }

  override updateState(yTrue: Operand, yPred: Operand, weighting: Weighting = null): void {
    const [truth, prediction] = toSameRank(toDType(yTrue, this.dtype), toDType(yPred, this.dtype));
    this.take(square(subtract(prediction, truth)), weightOf(weighting));
  }

  override result(): Tensor {
    return sqrt(super.result());
  }
}

export interface RootMeanSquaredError extends RootMeanSquaredErrorMetric, MetricCall {}

/** Root of the mean of squared errors. @see Keras `metrics/regression_metrics.py` */
export const RootMeanSquaredError: MetricConstructor<NameAndDType, RootMeanSquaredError> = callable<
  typeof RootMeanSquaredErrorMetric,
  MetricConstructor<NameAndDType, RootMeanSquaredError>
>(RootMeanSquaredErrorMetric);
