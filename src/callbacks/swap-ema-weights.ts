import type { Variable } from "../graph/variable.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { callable } from "../util/callable.ts";
import { AntlerError } from "../util/errors.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { CallbackBase, type CallbackConstructor, type InOrder } from "./callback.ts";
import { optimizersOf } from "./learning-rates.ts";
import type { StateTree } from "./training-run.ts";

export interface SwapEMAWeightsOptions {
  /** Also between epochs, so that checkpoints hold the averages. Default false: for evaluation and prediction alone. */
  readonly swapOnEpoch?: boolean | undefined;
}

class SwapEMAWeightsCallback extends CallbackBase {
  static readonly parameters: ParameterTable = {
    swapOnEpoch: false,
  };

  readonly swapOnEpoch: boolean;
  #isSwapped = false;

  constructor(...args: readonly unknown[]) {
    const options = bindParameters<SwapEMAWeightsOptions>(
      "SwapEMAWeights",
      SwapEMAWeightsCallback.parameters,
      args,
      [],
    );
    super();
    this.swapOnEpoch = options.swapOnEpoch ?? false;
  }

  override trainingState(): StateTree {
    return this.#isSwapped;
  }

  override restoreTrainingState(state: StateTree): void {
    this.#isSwapped = state === true;
  }

  override onEpochBegin(): void {
    if (this.swapOnEpoch) this.#show(false);
  }

  override onEpochEnd(epoch: number): void {
    if (!this.swapOnEpoch) return;
    this.#show(true);
    // At the end of training the optimizer gives the weights their averages: these are the weights now.
    if (epoch === this.params.epochs - 1)
      for (const { weight, average } of this.#pairs()) average.assign(weight.value);
  }

  override onTestBegin(): void {
    this.#show(true);
  }

  override onTestEnd(): void {
    this.#show(false);
  }

  override onPredictBegin(): void {
    this.#show(true);
  }

  override onPredictEnd(): void {
    this.#show(false);
  }

  #show(averages: boolean): void {
    if (this.#isSwapped === averages) return;
    for (const { weight, average } of this.#pairs()) {
      const value = weight.value;
      weight.assign(average.value);
      average.assign(value);
    }
    this.#isSwapped = averages;
  }

  #pairs(): { readonly weight: Variable; readonly average: Variable }[] {
    const all = optimizersOf("SwapEMAWeights", this.model)
      .map(innerOf)
      .filter(({ useEma }) => useEma);
    if (all.length === 0)
      throw new AntlerError(
        "SwapEMAWeights: the optimizer keeps no averages. Make it with { useEma: true }.",
      );
    return all.flatMap((optimizer) =>
      optimizer.averages.flatMap((average, i) => {
        const weight = optimizer.trainableVariables[i];
        return weight === undefined ? [] : [{ weight, average }];
      }),
    );
  }
}

/** The optimizer that a `LossScaleOptimizer` wraps. */
function innerOf(optimizer: Optimizer): Optimizer {
  return (optimizer as { readonly innerOptimizer?: Optimizer }).innerOptimizer ?? optimizer; // SAFETY: only a LossScaleOptimizer has one
}

export type SwapEMAWeights = SwapEMAWeightsCallback;
type Arguments = InOrder<SwapEMAWeightsOptions, ["swapOnEpoch"]>;

/** Evaluates (and predicts) with the optimizer's averages of the weights. @see Keras `callbacks/swap_ema_weights.py` */
export const SwapEMAWeights: CallbackConstructor<Arguments, SwapEMAWeights> = callable<
  typeof SwapEMAWeightsCallback,
  CallbackConstructor<Arguments, SwapEMAWeights>
>(SwapEMAWeightsCallback);
