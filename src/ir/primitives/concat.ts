import { DTypeError, ShapeError } from "../../util/errors.ts";
import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";
import { type Dims, formatShape, sizeOf } from "../shape.ts";

export interface ConcatParams extends Record<string, unknown> {
  readonly axis: number;
}

function shapeOf(shapes: readonly Dims[], axis: number): number[] {
  const [first = []] = shapes;
  return first.map((dim, i) =>
    i === axis ? shapes.reduce((sum, shape) => sum + (shape[axis] ?? 0), 0) : dim,
  );
}

export const concatPrimitive: Primitive<ConcatParams> = {
  name: "concat",
  infer: (xs, { axis }) => {
    const [first] = xs;
    if (first === undefined) throw new ShapeError("concat: expected at least one array, received none.");
    const odd = xs.find(
      (x) =>
        x.shape.length !== first.shape.length ||
        x.shape.some((dim, i) => i !== axis && dim !== first.shape[i]),
    );
    if (odd !== undefined || axis < 0 || axis >= first.shape.length) {
      const shapes = xs.map((x) => formatShape(x.shape)).join(", ");
      throw new ShapeError(`concat: shapes ${shapes} must agree on every axis but ${axis}.`);
    }
    const other = xs.find((x) => x.dtype !== first.dtype);
    if (other !== undefined)
      throw new DTypeError(`concat: expected one dtype, received ${first.dtype} and ${other.dtype}.`);
    return [
      {
        shape: shapeOf(
          xs.map((x) => x.shape),
          axis,
        ),
        dtype: first.dtype,
      },
    ];
  },
  lowering: { kind: "view" },
  vjp: ([g], { inputs, params: { axis }, needs, p }) => {
    if (!g) return [];
    let at = 0;
    return inputs.map((x, k) => {
      const from = at;
      at += x.shape[axis] ?? 0;
      const until = at;
      if (!needs[k]) return null;
      return p.slice(
        g,
        g.shape.map((_, i) => (i === axis ? from : 0)),
        g.shape.map((dim, i) => (i === axis ? until : dim)),
      );
    });
  },
  samples: () =>
    [
      { shapes: [[2], [3]], axis: 0 },
      {
        shapes: [
          [2, 3],
          [2, 1],
          [2, 4],
        ],
        axis: 1,
      },
      {
        shapes: [
          [2, 3, 4],
          [5, 3, 4],
        ],
        axis: 0,
      },
      {
        shapes: [
          [2, 0],
          [2, 3],
        ],
        axis: 1,
      },
      {
        shapes: [
          [3, 2, 1],
          [3, 2, 1],
        ],
        axis: 2,
      },
    ].map(({ shapes, axis }) => ({
      inputs: shapes.map((shape) => ({ shape, dtype: "float32" as const })),
      params: { axis },
    })),
};

/** The meaning of `concat`, in double precision. */
export const concatMeaning: Meaning<ConcatParams> = (xs, { axis }) => {
  const shape = shapeOf(
    xs.map((x) => x.shape),
    axis,
  );
  const data = new Float64Array(sizeOf(shape));
  const outer = sizeOf(shape.slice(0, axis));
  let to = 0;
  for (let o = 0; o < outer; o++) {
    for (const x of xs) {
      const run = sizeOf(x.shape.slice(axis));
      data.set(x.data.subarray(o * run, (o + 1) * run), to);
      to += run;
    }
  }
  return [{ shape, dtype: xs[0]?.dtype ?? "float32", data }];
};

/** Joins arrays along an axis (counted from the front). */
export function concat(xs: readonly Var[], axis: number): Var {
  const [only] = xs;
  return only !== undefined && xs.length === 1 ? only : emitOne(concatPrimitive, xs, { axis });
}
