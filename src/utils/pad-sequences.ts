import { type DType, toDType } from "../ir/dtypes.ts";
import { fromNumbers } from "../ir/numbers.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { DataError } from "../util/errors.ts";
import { checkOptions, oneOf } from "../util/options.ts";

export interface PadSequencesOptions {
  /** Length of all rows. Default: the longest sequence's. */
  readonly maxlen?: number | null | undefined;
  /** Default int32. */
  readonly dtype?: DType | undefined;
  /** Whether padding comes before or after a sequence. Default `"pre"`. */
  readonly padding?: "pre" | "post" | undefined;
  /** Whether sequences that are too long lose their beginning or their end. Default `"pre"`. */
  readonly truncating?: "pre" | "post" | undefined;
  /** Default 0. */
  readonly value?: number | undefined;
}

/**
 * Sequences of different lengths as one tensor `[sequences, maxlen]`.
 *
 * @see Keras `utils/sequence_utils.py`
 */
export function padSequences(
  sequences: readonly (readonly number[])[],
  options: PadSequencesOptions = {},
): Tensor {
  checkOptions("padSequences", options, ["maxlen", "dtype", "padding", "truncating", "value"]);
  const where = "padSequences";
  const padding = oneOf(where, "padding", options.padding ?? "pre", ["pre", "post"]);
  const truncating = oneOf(where, "truncating", options.truncating ?? "pre", ["pre", "post"]);
  const dtype = toDType(options.dtype ?? "int32", where);
  const length = options.maxlen ?? sequences.reduce((most, sequence) => Math.max(most, sequence.length), 0);
  const out = new Float64Array(sequences.length * length).fill(options.value ?? 0);
  sequences.forEach((sequence, row) => {
    const odd: unknown = sequence.find((item: unknown) => typeof item !== "number");
    if (odd !== undefined)
      throw new DataError(
        `${where}: expected sequences of numbers, received ${JSON.stringify(odd)} in sequence ${row}. Give texts to layers.TextVectorization first.`,
      );
    const kept =
      truncating === "pre"
        ? sequence.slice(Math.max(0, sequence.length - length))
        : sequence.slice(0, length);
    out.set(kept, row * length + (padding === "pre" ? length - kept.length : 0));
  });
  return Tensor.fromData(fromNumbers(out, dtype), [sequences.length, length], dtype);
}
