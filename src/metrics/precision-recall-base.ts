import type { Variable } from "../graph/variable.ts";
import type { Operand } from "../ops/core/signatures.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { belowAll, type ConfusionCounts, thresholdsOf, updateConfusion } from "./confusion.ts";
import {
  type Direction,
  MetricBase,
  type MetricOptions,
  type NameAndDType,
  weightOf,
  type Weighting,
} from "./metric.ts";
import { atFirstIfOnly, shareOf } from "./ratio.ts";

/** Options of `Precision` and `Recall`. */
export interface PrecisionRecallOptions extends MetricOptions {
  readonly thresholds: number | readonly number[] | null;
  readonly topK: number | null;
  readonly classId: number | null;
}

export type PrecisionRecallArguments = [
  { readonly thresholds?: number | readonly number[] | null },
  { readonly topK?: number | null },
  { readonly classId?: number | null },
  ...NameAndDType,
];

/** The share of hits in hits and one kind of errors. */
export abstract class PrecisionRecallBase extends MetricBase {
  override readonly direction: Direction = "up";
  readonly thresholds: readonly number[];
  readonly topK: number | null;
  readonly classId: number | null;
  readonly truePositives: Variable;
  readonly errors: Variable;
  readonly #given: number | readonly number[] | null;

  constructor(className: string, options: PrecisionRecallOptions, errorName: string) {
    super(options);
    this.#given = options.thresholds;
    this.topK = options.topK;
    this.classId = options.classId;
    this.thresholds = thresholdsOf(className, options.thresholds, options.topK === null ? 0.5 : belowAll);
    const shape = [this.thresholds.length];
    this.truePositives = this.addVariable({ shape, name: "true_positives" });
    this.errors = this.addVariable({ shape, name: errorName });
  }

  /** What is counted. */
  abstract get counts(): ConfusionCounts;

  override updateState(yTrue: Operand, yPred: Operand, weighting: Weighting = null): void {
    const { thresholds, topK, classId } = this;
    const sampleWeight = weightOf(weighting);
    updateConfusion(this.counts, yTrue, yPred, {
      thresholds,
      topK,
      classId,
      sampleWeight,
    });
  }

  override result(): Tensor {
    return atFirstIfOnly(shareOf(this.truePositives, this.errors));
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), thresholds: this.#given, topK: this.topK, classId: this.classId };
  }
}
