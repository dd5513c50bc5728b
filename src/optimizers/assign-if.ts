import type { Variable } from "../graph/variable.ts";
import type { Tensor } from "../ops/core/tensor.ts";
import { where } from "../ops/indexing.ts";

/** Runs an update of variables in a trace, and takes it back where `condition` (a scalar) is false. */
export function assignIf(condition: Tensor, variables: readonly Variable[], update: () => void): void {
  const before = variables.map((variable) => variable.value);
  update();
  variables.forEach((variable, i) => {
    const [old, value] = [before[i], variable.value];
    if (old !== undefined && value !== old) variable.assign(where(condition, value, old));
  });
}
