import { DTypeError, ShapeError } from "../../util/errors.ts";
import { isInteger } from "../dtypes.ts";
import { type Meaning, notDifferentiable, type Primitive } from "../primitive.ts";
import { formatShape } from "../shape.ts";

export interface LastOccurrenceParams extends Record<string, unknown> {
  /** Indices are clamped to `0 … size − 1`. */
  readonly size: number;
}

/**
 * For each of some indices (`[n]`) the position of the last one that is equal: one place for all that belongs to an index.
 *
 * `size` is that of the axis which the indices point into; those outside are clamped, as `gather` and `scatter` do.
 */
export const lastOccurrencePrimitive: Primitive<LastOccurrenceParams> = {
  name: "lastOccurrence",
  infer: ([indices]) => {
    if (indices === undefined) return [];
    if (!isInteger(indices.dtype))
      throw new DTypeError(`lastOccurrence: expected integer indices, received ${indices.dtype}.`);
    if (indices.shape.length !== 1)
      throw new ShapeError(
        `lastOccurrence: expected indices in a row, received ${formatShape(indices.shape)}.`,
      );
    return [{ shape: indices.shape, dtype: "int32" }];
  },
  lowering: { kind: "structured" },
  vjp: notDifferentiable("it gives positions"),
  samples: () =>
    (["int32", "uint8", "int64"] as const).map((dtype) => ({
      // Indices repeat, and some lie outside and are clamped.
      inputs: [{ shape: [9], dtype, low: dtype === "uint8" ? 0 : -1, high: 7 }],
      params: { size: 5 },
    })),
};

export const lastOccurrenceMeaning: Meaning<LastOccurrenceParams> = ([indices], { size }) => {
  if (indices === undefined) return [];
  const clamped = [...indices.data].map((index) => Math.min(Math.max(index, 0), size - 1));
  const last = new Map(clamped.map((index, i) => [index, i]));
  const data = Float64Array.from(clamped, (index) => last.get(index) ?? 0);
  return [{ shape: indices.shape, dtype: "int32", data }];
};
