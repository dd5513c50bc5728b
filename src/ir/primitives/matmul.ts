import { DTypeError, ShapeError } from "../../util/errors.ts";
import { wrapTo } from "../elementwise.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { formatShape, sameShape, sizeOf } from "../shape.ts";

export const matmulPrimitive: Primitive<Record<never, never>> = {
  name: "matmul",
  infer: ([a, b]) => {
    if (a === undefined || b === undefined) return [];
    const fits =
      a.shape.length >= 2 &&
      sameShape(a.shape.slice(0, -2), b.shape.slice(0, -2)) &&
      a.shape.at(-1) === b.shape.at(-2) &&
      a.shape.length === b.shape.length;
    if (!fits)
      throw new ShapeError(
        `matmul: shapes ${formatShape(a.shape)} and ${formatShape(b.shape)} do not match.`,
      );
    if (a.dtype !== b.dtype)
      throw new DTypeError(`matmul: expected one dtype, received ${a.dtype} and ${b.dtype}.`);
    return [{ shape: [...a.shape.slice(0, -1), b.shape.at(-1) ?? 0], dtype: a.dtype }];
  },
  lowering: { kind: "structured" },
  // dA = G · Bᵀ, dB = Aᵀ · G
  vjp: ([g], { inputs: [a, b], needs, p }) =>
    g && a && b
      ? [needs[0] ? p.matmul(g, p.swapLastAxes(b)) : null, needs[1] ? p.matmul(p.swapLastAxes(a), g) : null]
      : [],
  samples: () =>
    [
      [
        [1, 1],
        [1, 1],
      ],
      [
        [5, 7],
        [7, 3],
      ],
      [
        [1, 33],
        [33, 17],
      ],
      [
        [2, 3, 9],
        [2, 9, 4],
      ],
      [
        [64, 32],
        [32, 40],
      ],
      [
        [2, 2, 4, 3],
        [2, 2, 3, 5],
      ],
    ].map((shapes) => ({
      inputs: shapes.map((shape) => ({ shape, dtype: "float32" as const })),
      params: {},
    })),
};

/** The meaning of `matmul`, in double precision. */
export const matmulMeaning: Meaning<Record<never, never>> = ([a, b]) => {
  if (a === undefined || b === undefined) return [];
  const [m, k, n] = [a.shape.at(-2) ?? 0, a.shape.at(-1) ?? 0, b.shape.at(-1) ?? 0];
  const batches = sizeOf(a.shape.slice(0, -2));
  const data = new Float64Array(batches * m * n);
  for (let s = 0; s < batches; s++) {
    for (let i = 0; i < m; i++) {
      for (let l = 0; l < k; l++) {
        const x = a.data[(s * m + i) * k + l] ?? 0;
        for (let j = 0; j < n; j++) {
          const at = (s * m + i) * n + j;
          data[at] = wrapTo(a.dtype, (data[at] ?? 0) + x * (b.data[(s * k + l) * n + j] ?? 0));
        }
      }
    }
  }
  return [{ shape: [...a.shape.slice(0, -1), n], dtype: a.dtype, data }];
};

/** Batched matrix product `[…, m, k] · […, k, n] → […, m, n]`; equal leading axes. */
export function matmul(a: Var, b: Var): Var {
  return emitOne(matmulPrimitive, [a, b], {});
}
