import type { Variable } from "../graph/variable.ts";
import type { Operand } from "../ops/core/signatures.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { type ConfusionCounts, thresholdsOf, updateConfusion } from "./confusion.ts";
import { atFirstIfOnly } from "./ratio.ts";
import {
  MetricBase,
  type MetricCall,
  type MetricConstructor,
  type MetricOptions,
  type NameAndDType,
  weightOf,
  type Weighting,
} from "./metric.ts";

export type ConfusionCountArguments = [
  { readonly thresholds?: number | readonly number[] | null },
  ...NameAndDType,
];

/** A count of one kind of right or wrong predictions. */
export abstract class ConfusionCount extends MetricBase {
  readonly thresholds: readonly number[];
  readonly accumulator: Variable;
  readonly #given: number | readonly number[] | null;

  constructor(className: string, thresholds: number | readonly number[] | null, options: MetricOptions) {
    super(options);
    this.#given = thresholds;
    this.thresholds = thresholdsOf(className, thresholds, 0.5);
    this.accumulator = this.addVariable({ shape: [this.thresholds.length], name: "accumulator" });
  }

  /** Which count it is. */
  abstract get counts(): ConfusionCounts;

  override updateState(yTrue: Operand, yPred: Operand, weighting: Weighting = null): void {
    const sampleWeight = weightOf(weighting);
    updateConfusion(this.counts, yTrue, yPred, {
      thresholds: this.thresholds,
      sampleWeight,
    });
  }

  override result(): Tensor {
    return atFirstIfOnly(this.accumulator.value);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), thresholds: this.#given };
  }
}

/** A metric that counts, whichever. */
export interface CountMetric extends ConfusionCount, MetricCall {
  readonly counts: ConfusionCounts;
}

/** Makes the class of a count. */
export function confusionCount<T extends ConfusionCount>(
  className: string,
  kind: keyof ConfusionCounts,
): MetricConstructor<ConfusionCountArguments, T> {
  class ConfusionCountClass extends ConfusionCount {
    static readonly className = className;
    static override readonly parameters: ParameterTable = { thresholds: null, name: null, dtype: null };

    constructor(...args: readonly unknown[]) {
      const { thresholds, ...options } = bindParameters<
        MetricOptions & { readonly thresholds: number | readonly number[] | null }
      >(className, ConfusionCountClass.parameters, args, []);
      super(className, thresholds, options);
    }

    override get counts(): ConfusionCounts {
      return { [kind]: this.accumulator };
    }
  }
  // SAFETY: T is this class with its call.
  return callable<typeof ConfusionCountClass, MetricConstructor<ConfusionCountArguments, T>>(
    ConfusionCountClass,
  );
}
