import type { Variable } from "../graph/variable.ts";
import { maximum } from "../ops/arithmetic.ts";
import { greaterEqual } from "../ops/comparison.ts";
import type { Operand } from "../ops/core/signatures.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { where } from "../ops/indexing.ts";
import { max } from "../ops/reductions.ts";
import { callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import { bindParameters, type ParameterTable, required } from "../util/parameters.ts";
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
import { shareOf } from "./ratio.ts";

interface Bound extends MetricOptions {
  readonly numThresholds: number;
  readonly classId: number | null;
  readonly [constraint: string]: unknown;
}

/** Thresholds `0, 1/(n−1), …, 1`; a single one is 0.5. */
function evenThresholds(n: number): readonly number[] {
  return n === 1 ? [0.5] : Array.from({ length: n }, (_, i) => i / (n - 1));
}

/** The best of one rate, over the thresholds at which another is at least a given value. */
export abstract class AtConstraintBase extends MetricBase {
  override readonly direction: Direction = "up";
  readonly value: number;
  readonly numThresholds: number;
  readonly thresholds: readonly number[];
  readonly classId: number | null;
  readonly truePositives: Variable;
  readonly falsePositives: Variable;
  readonly trueNegatives: Variable;
  readonly falseNegatives: Variable;
  readonly #constraint: string;

  constructor(className: string, constraint: string, options: Bound) {
    super(options);
    const { [constraint]: value, numThresholds, classId } = options;
    if (!(typeof value === "number" && value >= 0 && value <= 1)) {
      throw new OptionError(
        `${className}: expected \`${constraint}\` in [0, 1], received ${JSON.stringify(value)}.`,
      );
    }
    if (!(Number.isInteger(numThresholds) && numThresholds > 0)) {
      throw new OptionError(
        `${className}: expected \`numThresholds\` to be a positive integer, received ${JSON.stringify(numThresholds)}.`,
      );
    }
    this.#constraint = constraint;
    this.value = value;
    this.numThresholds = numThresholds;
    this.classId = classId;
    this.thresholds = evenThresholds(numThresholds);
    const shape = [numThresholds];
    this.truePositives = this.addVariable({ shape, name: "true_positives" });
    this.falsePositives = this.addVariable({ shape, name: "false_positives" });
    this.trueNegatives = this.addVariable({ shape, name: "true_negatives" });
    this.falseNegatives = this.addVariable({ shape, name: "false_negatives" });
  }

  override updateState(yTrue: Operand, yPred: Operand, weighting: Weighting = null): void {
    const { truePositives, falsePositives, trueNegatives, falseNegatives, thresholds, classId } = this;
    const counts = { truePositives, falsePositives, trueNegatives, falseNegatives };
    const sampleWeight = weightOf(weighting);
    updateConfusion(counts, yTrue, yPred, {
      thresholds,
      classId,
      sampleWeight,
    });
  }

  /** The rates at each threshold: the one that is bound, and the one that is looked for. */
  abstract get rates(): { readonly bound: Tensor; readonly wanted: Tensor };

  override result(): Tensor {
    const { bound, wanted } = this.rates;
    return maximum(max(where(greaterEqual(bound, this.value), wanted, 0)), 0);
  }

  /** Share of positive labels that are found (also called recall). */
  get sensitivity(): Tensor {
    return shareOf(this.truePositives, this.falseNegatives);
  }

  /** Share of negative labels that are found. */
  get specificity(): Tensor {
    return shareOf(this.trueNegatives, this.falsePositives);
  }

  /** Share of positive predictions that are right. */
  get precision(): Tensor {
    return shareOf(this.truePositives, this.falsePositives);
  }

  override getConfig(): Record<string, unknown> {
    return {
      ...super.getConfig(),
      classId: this.classId,
      numThresholds: this.numThresholds,
      [this.#constraint]: this.value,
    };
  }
}

type Rate = "sensitivity" | "specificity" | "precision";

/** Arguments: the constraint C, then the common ones. */
export type AtConstraintArguments<C extends object> = [
  C,
  { readonly numThresholds?: number },
  { readonly classId?: number | null },
  ...NameAndDType,
];

/** The best rate under a constraint, whichever. */
export interface AtConstraint extends AtConstraintBase, MetricCall {
  readonly rates: { readonly bound: Tensor; readonly wanted: Tensor };
}

/** Makes the class of the best `wanted` rate where the `bound` one is at least the argument named `constraint`. */
export function atConstraint<C extends object, T extends AtConstraintBase>(
  className: string,
  constraint: string,
  { bound, wanted }: { readonly bound: Rate; readonly wanted: Rate },
): MetricConstructor<AtConstraintArguments<C>, T> {
  class AtConstraintMetric extends AtConstraintBase {
    static readonly className = className;
    static override readonly parameters: ParameterTable = {
      [constraint]: required,
      numThresholds: 200,
      classId: null,
      name: null,
      dtype: null,
    };

    constructor(...args: readonly unknown[]) {
      super(className, constraint, bindParameters<Bound>(className, AtConstraintMetric.parameters, args, []));
    }

    override get rates(): { readonly bound: Tensor; readonly wanted: Tensor } {
      return { bound: this[bound], wanted: this[wanted] };
    }
  }
  // SAFETY: T is this class with its call; the arguments are those of the table.
  return callable<typeof AtConstraintMetric, MetricConstructor<AtConstraintArguments<C>, T>>(
    AtConstraintMetric,
  );
}
