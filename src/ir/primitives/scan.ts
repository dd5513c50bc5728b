import { invariant, ShapeError } from "../../util/errors.ts";
import { requireSame, shareCaptures, traceBody, type Vars } from "../branches.ts";
import { notDifferentiable, type Primitive, type RefArray } from "../primitive.ts";
import { emit, type Program, ProgramBuilder, type Var, withBuilder } from "../program.ts";
import { formatShape, sizeOf } from "../shape.ts";
import { add } from "./add.ts";
import { mul } from "./mul.ts";

export interface ScanParams extends Record<string, unknown> {
  /** `[...captures, ...carry, ...slices of xs] → [...carry, ...ys]`. */
  readonly body: Program;
  readonly captureCount: number;
  readonly carryCount: number;
  /** Number of steps: size of the leading axis of every xs. */
  readonly length: number;
  /** From the last slice to the first. */
  readonly reverse: boolean;
}

export const scanPrimitive: Primitive<ScanParams> = {
  name: "scan",
  infer: (inputs, { body, captureCount, carryCount, length }) => {
    const xs = inputs.slice(captureCount + carryCount);
    const odd = xs.find(({ shape }) => shape[0] !== length);
    if (odd !== undefined) {
      throw new ShapeError(
        `scan: expected xs with a leading axis of ${length}, received ${formatShape(odd.shape)}.`,
      );
    }
    const slices = xs.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype }));
    requireSame("scan, inputs of the body", body.inputs, [
      ...inputs.slice(0, captureCount + carryCount),
      ...slices,
    ]);
    const carry = inputs
      .slice(captureCount, captureCount + carryCount)
      .map(({ shape, dtype }) => ({ shape, dtype }));
    requireSame("scan, carry that the body returns", carry, body.outputs.slice(0, carryCount));
    return [
      ...carry,
      ...body.outputs.slice(carryCount).map(({ shape, dtype }) => ({ shape: [length, ...shape], dtype })),
    ];
  },
  evaluate: (inputs, { body, captureCount, carryCount, length, reverse }, run) => {
    const captures = inputs.slice(0, captureCount);
    let carry = inputs.slice(captureCount, captureCount + carryCount);
    const xs = inputs.slice(captureCount + carryCount);
    const ys = body.outputs.slice(carryCount).map(({ shape, dtype }): RefArray => {
      return { shape: [length, ...shape], dtype, data: new Float64Array(length * sizeOf(shape)) };
    });
    for (let step = 0; step < length; step++) {
      const at = reverse ? length - 1 - step : step;
      const slices = xs.map(({ shape, dtype, data }): RefArray => {
        const size = sizeOf(shape.slice(1));
        return { shape: shape.slice(1), dtype, data: data.subarray(at * size, (at + 1) * size) };
      });
      const results = run(body, [...captures, ...carry, ...slices]);
      carry = results.slice(0, carryCount);
      results.slice(carryCount).forEach(({ data }, i) => ys[i]?.data.set(data, at * data.length));
    }
    return [...carry, ...ys];
  },
  lowering: { kind: "control" },
  vjp: notDifferentiable("the gradient transform handles it as a whole", "error"),
  samples: () =>
    [false, true].map((reverse) => {
      // carry ← carry·w + x, y = carry·x
      const builder = new ProgramBuilder();
      const [w, carry, x] = [0, 1, 2].map(() => builder.input({ shape: [3], dtype: "float32" }));
      const outputs = withBuilder(builder, () => {
        if (!w || !carry || !x) return [];
        const next = add(mul(carry, w), x);
        return [next, mul(next, x)];
      });
      return {
        inputs: [[3], [3], [5, 3]].map((shape) => ({ shape, dtype: "float32" as const })),
        params: { body: builder.finish(outputs), captureCount: 1, carryCount: 1, length: 5, reverse },
      };
    }),
};

/**
 * A loop with carried values: `(carry, slices of xs) → { carry, ys }` for each index of the leading axis of `xs`.
 *
 * `ys` are stacked along a new leading axis, each at the index of its slice. The body may use values of the enclosing
 * program. Shapes and dtypes of the carry do not change.
 */
export function scan<
  const C extends readonly Var[],
  const X extends readonly Var[],
  const Y extends readonly Var[],
>(
  body: (carry: Vars<C>, xs: Vars<X>) => { readonly carry: Vars<C>; readonly ys: Y },
  carry: C,
  xs: X,
  { length, reverse = false }: { readonly length: number; readonly reverse?: boolean },
): { readonly carry: Vars<C>; readonly ys: Vars<Y> } {
  const slices = xs.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype }));
  const traced = traceBody([...carry, ...slices], (values) => {
    // SAFETY: the values come in the order of carry and xs, one for each.
    const result = body(
      values.slice(0, carry.length) as unknown as Vars<C>,
      values.slice(carry.length) as unknown as Vars<X>,
    );
    return [...result.carry, ...result.ys];
  });
  const { captures, programs } = shareCaptures([traced]);
  const [program] = programs;
  invariant(program !== undefined, "scan: one body gives one program");
  const params = { body: program, captureCount: captures.length, carryCount: carry.length, length, reverse };
  const results = emit(scanPrimitive, [...captures, ...carry, ...xs], params);
  // SAFETY: the results come in the order of carry and ys, one for each.
  return {
    carry: results.slice(0, carry.length) as unknown as Vars<C>,
    ys: results.slice(carry.length) as unknown as Vars<Y>,
  };
}
