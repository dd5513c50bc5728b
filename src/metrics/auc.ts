import type { Variable } from "../graph/variable.ts";
import { formatShape } from "../ir/shape.ts";
import { toDType } from "../losses/loss.ts";
import { sigmoid } from "../ops/activations.ts";
import { makeTensor } from "../ops/core/convert.ts";
import type { Operand } from "../ops/core/signatures.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { callable } from "../util/callable.ts";
import { epsilon } from "../util/epsilon.ts";
import { invariant, OptionError, ShapeError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import {
  areaUnder,
  type AucCurve,
  aucCurves,
  type AucSummation,
  aucSummations,
  type CurveCounts,
} from "./auc-curve.ts";
import { updateConfusion } from "./confusion.ts";
import {
  type Direction,
  MetricBase,
  type MetricCall,
  type MetricConstructor,
  type MetricOptions,
  type NameAndDType,
  weightOf,
  type Weighting,
} from "./metric.ts";

interface Bound extends MetricOptions {
  readonly numThresholds: number;
  readonly curve: string;
  readonly summationMethod: string;
  readonly thresholds: readonly number[] | null;
  readonly multiLabel: boolean;
  readonly numLabels: number | null;
  readonly labelWeights: Operand | null;
  readonly fromLogits: boolean;
}

class AUCMetric extends MetricBase {
  static readonly className = "AUC";
  static override readonly parameters: ParameterTable = {
    numThresholds: 200,
    curve: "ROC",
    summationMethod: "interpolation",
    name: null,
    dtype: null,
    thresholds: null,
    multiLabel: false,
    numLabels: null,
    labelWeights: null,
    fromLogits: false,
  };
  override readonly direction: Direction = "up";
  readonly numThresholds: number;
  readonly curve: AucCurve;
  readonly summationMethod: AucSummation;
  /** With one below 0 and one above 1 at the ends. */
  readonly thresholds: readonly number[];
  readonly multiLabel: boolean;
  readonly numLabels: number | null;
  readonly labelWeights: Tensor | null;
  readonly fromLogits: boolean;
  readonly #given: readonly number[] | null;
  #counts: CurveCounts<Variable> | null = null;

  constructor(...args: readonly unknown[]) {
    const given = bindParameters<Bound>("AUC", AUCMetric.parameters, args, []);
    super(given);
    this.#given = given.thresholds?.toSorted((a, b) => a - b) ?? null;
    this.numThresholds = this.#given === null ? given.numThresholds : this.#given.length + 2;
    if (!(Number.isInteger(this.numThresholds) && this.numThresholds > 1)) {
      throw new OptionError(
        `AUC: expected \`numThresholds\` to be an integer > 1, received ${JSON.stringify(given.numThresholds)}.`,
      );
    }
    const n = this.numThresholds;
    const inner = this.#given ?? Array.from({ length: n - 2 }, (_, i) => (i + 1) / (n - 1));
    this.thresholds = [-epsilon(), ...inner, 1 + epsilon()];
    this.curve = oneOf("AUC", "curve", given.curve.toUpperCase(), aucCurves);
    this.summationMethod = oneOf(
      "AUC",
      "summationMethod",
      given.summationMethod.toLowerCase(),
      aucSummations,
    );
    this.multiLabel = given.multiLabel;
    this.numLabels = given.numLabels;
    this.fromLogits = given.fromLogits;
    this.labelWeights = given.labelWeights === null ? null : toDType(given.labelWeights, this.dtype);
    if (!this.multiLabel && this.numLabels !== null)
      throw new OptionError("AUC: `numLabels` goes with multiLabel: true alone.");
    if (!this.multiLabel) this.#build([n]);
    else if (this.numLabels !== null) this.#build([n, this.numLabels]);
  }

  #build(shape: readonly number[]): CurveCounts<Variable> {
    this.#counts = {
      truePositives: this.addVariable({ shape, name: "true_positives" }),
      falsePositives: this.addVariable({ shape, name: "false_positives" }),
      trueNegatives: this.addVariable({ shape, name: "true_negatives" }),
      falseNegatives: this.addVariable({ shape, name: "false_negatives" }),
    };
    return this.#counts;
  }

  #buildFor(prediction: Tensor): CurveCounts<Variable> {
    const [, labels] = prediction.dims;
    if (prediction.ndim !== 2 || labels === undefined) {
      throw new ShapeError(
        `${this.name} (AUC): with multiLabel, predictions are [batch, labels]; received shape ${formatShape(prediction.shape)}.`,
      );
    }
    return this.#build([this.numThresholds, labels]);
  }

  override updateState(yTrue: Operand, yPred: Operand, weighting: Weighting = null): void {
    const given = toDType(yPred, this.dtype);
    const counts = this.#counts ?? this.#buildFor(given);
    updateConfusion(counts, yTrue, this.fromLogits ? sigmoid(given) : given, {
      thresholds: this.thresholds,
      sampleWeight: weightOf(weighting),
      multiLabel: this.multiLabel,
      labelWeights: this.multiLabel ? null : this.labelWeights,
    });
  }

  override result(): Tensor {
    const counts = this.#counts;
    if (counts === null) return makeTensor(0, { dtype: this.dtype });
    const { truePositives, falsePositives, trueNegatives, falseNegatives } = counts;
    invariant(truePositives.shape[0] === this.numThresholds, "one count for each threshold");
    return areaUnder(
      {
        truePositives: truePositives.value,
        falsePositives: falsePositives.value,
        trueNegatives: trueNegatives.value,
        falseNegatives: falseNegatives.value,
      },
      this,
    );
  }

  override getConfig(): Record<string, unknown> {
    return {
      ...super.getConfig(),
      numThresholds: this.numThresholds,
      curve: this.curve,
      summationMethod: this.summationMethod,
      multiLabel: this.multiLabel,
      numLabels: this.numLabels,
      labelWeights: this.labelWeights,
      fromLogits: this.fromLogits,
      ...(this.#given === null ? {} : { thresholds: this.#given }),
    };
  }
}

export interface AUC extends AUCMetric, MetricCall {}

type Arguments = [
  { readonly numThresholds?: number },
  { readonly curve?: AucCurve | Lowercase<AucCurve> },
  { readonly summationMethod?: AucSummation | Capitalize<AucSummation> },
  ...NameAndDType,
  { readonly thresholds?: readonly number[] | null },
  { readonly multiLabel?: boolean },
  { readonly numLabels?: number | null },
  { readonly labelWeights?: Operand | null },
  { readonly fromLogits?: boolean },
];

/**
 * The area under a curve of all thresholds: ROC (hits over false alarms), PR (precision over recall) or PRGAIN.
 *
 * Options: `numThresholds` (200), `curve` (`"ROC"`), `summationMethod` (`"interpolation"`, `"minoring"`,
 * `"majoring"`), `thresholds` (of one's own), `multiLabel` (false: whether labels have curves of their own, which are
 * averaged), `numLabels`, `labelWeights`, `fromLogits` (false).
 *
 * @throws {ShapeError} for predictions of another rank than 2 with `multiLabel`.
 * @see Keras `metrics/confusion_metrics.py`
 */
export const AUC: MetricConstructor<Arguments, AUC> = callable<
  typeof AUCMetric,
  MetricConstructor<Arguments, AUC>
>(AUCMetric);
