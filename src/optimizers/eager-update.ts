import { CompiledFunction } from "../graph/compiled-function.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { flatten } from "../util/tree.ts";

/** A step outside of training: one compiled program for each set of variables, as in training. */
export class EagerUpdate {
  readonly #update: (gradients: readonly Tensor[], indices: readonly number[]) => void;
  readonly #compiled = new Map<string, CompiledFunction>();

  constructor(update: (gradients: readonly Tensor[], indices: readonly number[]) => void) {
    this.#update = update;
  }

  run(gradients: readonly Tensor[], indices: readonly number[]): void {
    const key = indices.join();
    let step = this.#compiled.get(key);
    if (step === undefined) {
      step = new CompiledFunction((inputs) => {
        this.#update(flatten<Tensor>(inputs), indices);
        return [];
      });
      this.#compiled.set(key, step);
    }
    step.runSync(gradients.map((g) => ({ data: g.storedSync(), shape: g.dims, dtype: g.dtype })));
  }
}
