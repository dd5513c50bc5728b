import type { Variable } from "../graph/variable.ts";
import { divideNoNan } from "../ops/arithmetic.ts";
import type { Operand } from "../ops/core/signatures.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { mean, sum } from "../ops/reductions.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import {
  MetricBase,
  type MetricConstructor,
  type MetricOptions,
  type NameAndDType,
  weightOf,
  type Weighting,
} from "./metric.ts";
import { samplewise } from "./samplewise.ts";

/** The weighted mean of values: what `Mean` and all metrics made of means share. */
export abstract class MeanBase extends MetricBase {
  readonly total: Variable;
  readonly count: Variable;

  constructor(options: MetricOptions) {
    super(options);
    this.total = this.addVariable({ name: "total" });
    this.count = this.addVariable({ name: "count" });
  }

  /** Adds values, weighted. */
  protected take(given: Operand, sampleWeight: Operand | null): void {
    const { values, weights } = samplewise(given, sampleWeight, (x, axis) => mean(x, axis), this.dtype);
    this.total.assignAdd(sum(values));
    this.count.assignAdd(weights === null ? (values.dims[0] ?? 1) : sum(weights));
  }

  override result(): Tensor {
    return divideNoNan(this.total, this.count);
  }
}

class MeanMetric extends MeanBase {
  static readonly className = "Mean";
  static override readonly parameters: ParameterTable = { name: "mean", dtype: null };

  constructor(...args: readonly unknown[]) {
    super(bindParameters<MetricOptions>("Mean", MeanMetric.parameters, args, []));
  }

  override updateState(values: Operand, weighting: Weighting = null): void {
    this.take(values, weightOf(weighting));
  }
}

export interface Mean extends MeanMetric {
  (values: Operand, weighting?: Weighting): Tensor;
}

/** The (weighted) mean of values: `updateState(values, { sampleWeight })`. @see Keras `metrics/reduction_metrics.py` */
export const Mean: MetricConstructor<NameAndDType, Mean> = callable<
  typeof MeanMetric,
  MetricConstructor<NameAndDType, Mean>
>(MeanMetric);
