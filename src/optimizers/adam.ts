import { callable } from "../util/callable.ts";
import type { ParameterTable } from "../util/parameters.ts";
import { AdamBase } from "./adam-base.ts";
import type { OptimizerConstructor } from "./optimizer.ts";
import { commonParameters, type OptimizerArguments } from "./options.ts";

class AdamOptimizer extends AdamBase {
  static readonly className: string = "Adam";
  static override readonly parameters: ParameterTable = {
    learningRate: 0.001,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
    amsgrad: false,
    ...commonParameters,
  };
}

export type Adam = AdamOptimizer;

/**
 * Moving averages of gradients, over those of their squares (Kingma and Ba, 2014).
 *
 * `m += (1 − β₁)(g − m); v += (1 − β₂)(g² − v); w −= lr · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + epsilon)`.
 *
 * Options: `learningRate` (0.001), `beta1` (0.9), `beta2` (0.999), `epsilon` (1e-7), `amsgrad` (false: whether `v` is
 * the largest so far), and those of every optimizer.
 *
 * @see Keras `optimizers/adam.py`
 */
export const Adam: OptimizerConstructor<
  OptimizerArguments<
    [
      { readonly beta1?: number },
      { readonly beta2?: number },
      { readonly epsilon?: number },
      { readonly amsgrad?: boolean },
    ]
  >,
  Adam
> = callable(AdamOptimizer);
