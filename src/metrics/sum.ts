import type { Variable } from "../graph/variable.ts";
import type { Operand } from "../ops/core/signatures.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { sum } from "../ops/reductions.ts";
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

class SumMetric extends MetricBase {
  static readonly className = "Sum";
  static override readonly parameters: ParameterTable = { name: "sum", dtype: null };
  readonly total: Variable;

  constructor(...args: readonly unknown[]) {
    super(bindParameters<MetricOptions>("Sum", SumMetric.parameters, args, []));
    this.total = this.addVariable({ name: "total" });
  }

  override updateState(values: Operand, weighting: Weighting = null): void {
    // SAFETY: an operand is a tensor input.
    const weighted = samplewise(values, weightOf(weighting), (x, axis) => sum(x, axis), this.dtype);
    this.total.assignAdd(sum(weighted.values));
  }

  override result(): Tensor {
    return this.total.value;
  }
}

export interface Sum extends SumMetric {
  (values: Operand, weighting?: Weighting): Tensor;
}

/** The (weighted) sum of values: `updateState(values, { sampleWeight })`. @see Keras `metrics/reduction_metrics.py` */
export const Sum: MetricConstructor<NameAndDType, Sum> = callable<
  typeof SumMetric,
  MetricConstructor<NameAndDType, Sum>
>(SumMetric);
