import type { Variable } from "../graph/variable.ts";
import { add, mod, multiply, subtract } from "../ops/arithmetic.ts";
import { equal, notEqual } from "../ops/comparison.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { inDType } from "../ops/in-dtype.ts";
import { where } from "../ops/indexing.ts";

/** Exponential moving averages of weights. @see Keras `BaseOptimizer._update_model_variables_moving_average` */
export class WeightAverages {
  readonly averages: readonly Variable[];
  readonly #momentum: number;
  readonly #overwriteFrequency: number | null;

  constructor(averages: readonly Variable[], momentum: number, overwriteFrequency: number | null) {
    this.averages = averages;
    this.#momentum = momentum;
    this.#overwriteFrequency = overwriteFrequency;
  }

  /** Takes in the variables' new values; every so many steps the variables become their averages. */
  update(variables: readonly Variable[], iterations: Variable | Tensor): void {
    const frequency = this.#overwriteFrequency;
    // The first step's average is the value itself.
    const isLater = notEqual(iterations, 0);
    const isDue = frequency === null ? null : equal(mod(add(iterations, 1), frequency), 0);
    this.averages.forEach((average, i) => {
      const variable = variables[i];
      if (variable === undefined) return;
      const momentum = multiply(inDType(isLater, variable.dtype), this.#momentum);
      const value = add(multiply(momentum, average), multiply(subtract(1, momentum), variable));
      average.assign(value);
      if (isDue !== null) variable.assign(where(isDue, value, variable));
    });
  }
}
