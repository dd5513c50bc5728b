import { maskOf } from "../graph/masks.ts";
import { Value } from "../ops/core/value.ts";
import type { Operand } from "../ops/core/signatures.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { toDType } from "../losses/loss.ts";
import { type LossFunction } from "../losses/define.ts";
import { MeanBase } from "./mean.ts";
import { type MetricOptions, weightOf, type Weighting } from "./metric.ts";
import { masked } from "./samplewise.ts";

/** Values of samples: a function of the truth and the predictions. */
export type MetricFunction =
  | ((yTrue: never, yPred: never, ...rest: never[]) => unknown)
  | LossFunction<never>;

/** The mean of a function of truth and predictions. */
export abstract class WrapperBase extends MeanBase {
  /** The function. */
  readonly fn: MetricFunction;
  /** Its options. */
  readonly options: Readonly<Record<string, unknown>>;

  constructor(fn: MetricFunction, base: MetricOptions, options: Readonly<Record<string, unknown>>) {
    super(base);
    this.fn = fn;
    this.options = options;
  }

  override updateState(yTrue: Operand, yPred: Operand, weighting: Weighting = null): void {
    const mask = yPred instanceof Value ? (maskOf(yPred) as Tensor | null) : null; // SAFETY: the mask of a tensor is a tensor
    const rest = Object.keys(this.options).length === 0 ? [] : [this.options];
    // SAFETY: the function is one of truth, predictions and options; it gives tensors.
    const values = Reflect.apply(this.fn, undefined, [yTrue, yPred, ...rest]);
    const weight = weightOf(weighting);
    this.take(values, masked(weight === null ? null : toDType(weight, this.dtype), mask, this.dtype));
  }
}
