import type { Variable } from "../graph/variable.ts";
import type { DType } from "../ir/dtypes.ts";
import { less } from "../ops/comparison.ts";
import { currentScope } from "../ops/core/scope.ts";
import { where } from "../ops/indexing.ts";
import { abs } from "../ops/unary-math.ts";

/** The least normal numbers. */
const leastNormal: Partial<Record<DType, number>> = { float32: 2 ** -126, float64: 2 ** -1022 };

/**
 * Takes subnormal numbers for zero in what a step assigns to an optimizer's slots, as XLA and TensorFlow do with all
 * numbers. Where gradients stay zero (units that are dead, words that do not occur), averages decay until they are
 * subnormal and stay so for ever, and processors are slow with such numbers.
 */
export function flushSubnormals(slots: readonly Variable[]): void {
  const cells = currentScope()?.cells;
  for (const slot of slots) {
    const least = leastNormal[slot.dtype];
    const state = cells?.get(slot);
    if (least === undefined || state === undefined || state.current === state.initial) continue;
    slot.assign(where(less(abs(state.current), least), 0, state.current));
  }
}
