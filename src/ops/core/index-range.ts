import { checkIndices, toNumbers } from "../../ir/numbers.ts";
import type { IndexRange } from "../../ir/program.ts";
import type { Tensor } from "./tensor.ts";

/**
 * Asks that indices are within their range: at once where they have elements, else, in a program, whenever the input that
 * they come from is handed in.
 *
 * @throws {DataError} that names the first that is not, and its row.
 */
export function expectIndices(x: Tensor, range: IndexRange): void {
  if (!x.isTraced) return checkIndices(range, toNumbers(x.storedSync(), x.dtype), x.dims);
  let value = x.traced;
  for (const { primitive, inputs, outputs } of value.builder.equations.toReversed()) {
    // These keep all elements, and give no others.
    const isForm = ["cast", "reshape", "stopGradient"].includes(primitive.name);
    if (isForm && outputs[0] === value && inputs[0] !== undefined) value = inputs[0];
  }
  value.range = range;
}
