import { Mean } from "../metrics/mean.ts";
import { add, multiply } from "../ops/arithmetic.ts";
import { cast } from "../ops/cast.ts";
import { outsideTrace } from "../ops/core/scope.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { floatx } from "../graph/dtype-policy.ts";
import { AntlerError } from "../util/errors.ts";
import { flatten, type Tree } from "../util/tree.ts";
import {
  alignToOutputs,
  at,
  noTargets,
  type LossRequest,
  type PlannedLoss,
  planLosses,
} from "./loss-plan.ts";

/**
 * The losses of a compiled model: one for each output, weighted and summed.
 *
 * @see Keras `trainers/compile_utils.py` `CompileLoss`
 */
export class CompileLoss {
  readonly #request: LossRequest;
  #planned: readonly PlannedLoss[] | null = null;
  #trackers: readonly Mean[] = [];

  constructor(request: LossRequest) {
    this.#request = request;
  }

  /** True when no loss was given at all: losses come from `addLoss` then. */
  get isEmpty(): boolean {
    return this.#request.loss === null || this.#request.loss === undefined;
  }

  /** Means of the outputs' losses, where there are several. */
  get metrics(): readonly Mean[] {
    return this.#trackers;
  }

  /** The sum of the weighted losses; null when no output has one. */
  compute(yTrue: unknown, yPred: unknown, sampleWeight: unknown): Tensor | null {
    if (yTrue === undefined || yTrue === null) {
      throw new AntlerError(
        "fit: the model was compiled with a loss, but there are no targets. Pass y, or batches of [x, y].",
      );
    }
    const targets = alignToOutputs("targets", yTrue, yPred, this.#request);
    const isNested =
      Array.isArray(sampleWeight) ||
      (sampleWeight !== null && typeof sampleWeight === "object" && !(sampleWeight instanceof Tensor));
    const weights = isNested
      ? alignToOutputs("sample weights", sampleWeight, yPred, this.#request)
      : sampleWeight;
    const planned = this.#plan(targets, yPred);
    let total: Tensor | null = null;
    planned.forEach(({ path, loss, weight }, i) => {
      const output = at(yPred, path) as Tensor; // SAFETY: planned for these outputs
      const given = (isNested ? at(weights, path) : weights) as Tensor | null | undefined; // SAFETY: aligned above
      const target = at(targets, path) as Tensor | null | undefined; // SAFETY: aligned above
      if (target === undefined || target === null) throw noTargets(path, targets);
      const losses = loss(target, output, { sampleWeight: given ?? null }) as Tensor; // SAFETY: of tensors
      let value = cast(losses, floatx()) as Tensor; // SAFETY: casts, products and sums of tensors are tensors
      const [first] = flatten<Tensor>(output as Tree<Tensor>); // SAFETY: an output, or nested outputs
      this.#trackers[i]?.updateState(value, { sampleWeight: first?.dims[0] ?? 1 });
      if (weight !== null) value = multiply(value, weight) as Tensor; // SAFETY: as above
      total = total === null ? value : (add(total, value) as Tensor); // SAFETY: as above
    });
    return total;
  }

  #plan(yTrue: unknown, yPred: unknown): readonly PlannedLoss[] {
    if (this.#planned === null) {
      const planned = planLosses(this.#request, yTrue, yPred);
      this.#planned = planned;
      if (planned.length > 1) {
        this.#trackers = outsideTrace(() => planned.map(({ name }) => new Mean({ name: `${name}_loss` })));
      }
    }
    return this.#planned;
  }
}
