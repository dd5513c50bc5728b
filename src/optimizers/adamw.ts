import { callable } from "../util/callable.ts";
import type { ParameterTable } from "../util/parameters.ts";
import { AdamBase } from "./adam-base.ts";
import type { OptimizerConstructor } from "./optimizer.ts";
import { type ArgumentsWithOwnDecay, type WeightDecay, withoutDecay } from "./options.ts";

class AdamWOptimizer extends AdamBase {
  static readonly className: string = "AdamW";
  static override readonly parameters: ParameterTable = {
    learningRate: 0.001,
    weightDecay: 0.004,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
    amsgrad: false,
    ...withoutDecay,
  };
}

export type AdamW = AdamWOptimizer;

/**
 * Adam with weight decay (Loshchilov and Hutter, 2017).
 *
 * Options: as `Adam`, with `weightDecay` 0.004.
 *
 * @see Keras `optimizers/adamw.py`
 */
export const AdamW: OptimizerConstructor<
  ArgumentsWithOwnDecay<
    [
      ...WeightDecay,
      { readonly beta1?: number },
      { readonly beta2?: number },
      { readonly epsilon?: number },
      { readonly amsgrad?: boolean },
    ]
  >,
  AdamW
> = callable(AdamWOptimizer);
