import { toNumbers } from "../../ir/numbers.ts";
import type { Var } from "../../ir/program.ts";
import { DataError } from "../../util/errors.ts";
import type { Tensor } from "./tensor.ts";

/** Which whole numbers an input of a program must hold. */
export interface IndexRange {
  /** How many: 0 to `size − 1`. */
  readonly size: number;
  /** One more that is allowed; null: none. */
  readonly except: number | null;
  /** What the error begins with, and how the mistake is mended. */
  readonly where: string;
  readonly advice: string;
}

const ranges = new WeakMap<Var, IndexRange>();

/** What an input of a program must hold, where that is known since it was traced. */
export function rangeOf(input: Var): IndexRange | undefined {
  return ranges.get(input);
}

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
  ranges.set(value, range);
}

/** @throws {DataError} for an index outside the range. */
export function checkIndices(
  { size, except, where, advice }: IndexRange,
  data: ArrayLike<number>,
  shape: readonly number[],
): void {
  for (let i = 0; i < data.length; i++) {
    const index = data[i] ?? 0;
    if ((index >= 0 && index < size) || index === except) continue;
    const row = Math.floor(i / (data.length / (shape[0] ?? 1)));
    throw new DataError(
      `${where}: expected whole numbers from 0 to ${size - 1}, received ${index} in row ${row}. ${advice}`,
    );
  }
}
