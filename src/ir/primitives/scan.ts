import { invariant, ShapeError } from "../../util/errors.ts";
import { requireSame, shareCaptures, traceBody, type Vars } from "../branches.ts";
import { type Meaning, notDifferentiable, type Primitive, type RefArray } from "../primitive.ts";
import { type Aval, emit, ProgramBuilder, type Program, Var, withBuilder } from "../program.ts";
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
  /**
   * Whether the first capture, int32 `[2]`, says at run time which slices are visited: those from the first number up to
   * the second, without it. The others change no carry, and their ys are zeros. Default false.
   */
  readonly isBounded?: boolean;
}

/** The numbers of the first slice that is visited and of the one behind the last, within `0 … length`. */
function rangeOf(bounds: RefArray | undefined, length: number): readonly [first: number, end: number] {
  const [first = 0, end = length] = bounds?.data ?? [];
  return [Math.max(0, first), Math.min(length, end)];
}

const rangeAval = { shape: [2], dtype: "int32" } as const;

function checkRange(range: Aval | undefined, captureCount: number): void {
  if (captureCount > 0 && range !== undefined) requireSame("scan, range of slices", [rangeAval], [range]);
  else throw new ShapeError("scan: expected a range of slices as the first capture, received none.");
}

export const scanPrimitive: Primitive<ScanParams> = {
  name: "scan",
  infer: (inputs, { body, captureCount, carryCount, length, isBounded }) => {
    if (isBounded === true) checkRange(inputs[0], captureCount);
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
  lowering: { kind: "control" },
  vjp: notDifferentiable("the gradient transform handles it as a whole", "error"),
  samples: () =>
    [
      { reverse: false },
      { reverse: true },
      { reverse: false, range: [1, 4] },
      { reverse: true, range: [-2, 3] },
      { reverse: true, range: [2, 2] },
    ].map(({ reverse, range }) => {
      // carry ← carry·w + x, y = carry·x
      const builder = new ProgramBuilder();
      if (range !== undefined) builder.input(rangeAval);
      const [w, carry, x] = [0, 1, 2].map(() => builder.input({ shape: [3], dtype: "float32" }));
      const outputs = withBuilder(builder, () => {
        if (!w || !carry || !x) return [];
        const next = add(mul(carry, w), x);
        return [next, mul(next, x)];
      });
      return {
        inputs: [
          ...(range === undefined ? [] : [{ ...rangeAval, values: range }]),
          ...[[3], [3], [5, 3]].map((shape) => ({ shape, dtype: "float32" as const })),
        ],
        params: {
          body: builder.finish(outputs),
          captureCount: range === undefined ? 1 : 2,
          carryCount: 1,
          length: 5,
          reverse,
          ...(range === undefined ? {} : { isBounded: true }),
        },
      };
    }),
};

/** The meaning of `scan`, in double precision. */
export const scanMeaning: Meaning<ScanParams> = (
  inputs,
  { body, captureCount, carryCount, length, reverse, isBounded },
  run,
) => {
  const captures = inputs.slice(0, captureCount);
  const [first, end] = rangeOf(isBounded === true ? captures[0] : undefined, length);
  let carry = inputs.slice(captureCount, captureCount + carryCount);
  const xs = inputs.slice(captureCount + carryCount);
  const ys = body.outputs.slice(carryCount).map(({ shape, dtype }): RefArray => {
    return { shape: [length, ...shape], dtype, data: new Float64Array(length * sizeOf(shape)) };
  });
  for (let step = 0; step < end - first; step++) {
    const at = reverse ? end - 1 - step : first + step;
    const slices = xs.map(({ shape, dtype, data }): RefArray => {
      const size = sizeOf(shape.slice(1));
      return { shape: shape.slice(1), dtype, data: data.subarray(at * size, (at + 1) * size) };
    });
    const results = run(body, [...captures, ...carry, ...slices]);
    carry = results.slice(0, carryCount);
    results.slice(carryCount).forEach(({ data }, i) => ys[i]?.data.set(data, at * data.length));
  }
  return [...carry, ...ys];
};

export interface ScanSettings {
  readonly length: number;
  /** Default false. */
  readonly reverse?: boolean;
  /** Default: all slices are visited. */
  readonly range?: Var | null;
}

/**
 * A loop with carried values: `(carry, slices of xs) → { carry, ys }` for each index of the leading axis of `xs`.
 *
 * `ys` are stacked along a new leading axis, each at the index of its slice. The body may use values of the enclosing
 * program. Shapes and dtypes of the carry do not change.
 *
 * `range` (int32 `[2]`) names the slices to visit, when the program runs: from the first number up to the second,
 * without it. The time of a step then goes with their number. `ys` of the others are zeros.
 */
export function scan<
  const C extends readonly Var[],
  const X extends readonly Var[],
  const Y extends readonly Var[],
>(
  body: (carry: Vars<C>, xs: Vars<X>) => { readonly carry: Vars<C>; readonly ys: Y },
  carry: C,
  xs: X,
  { length, reverse = false, range = null }: ScanSettings,
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
  const results =
    range === null
      ? emit(scanPrimitive, [...captures, ...carry, ...xs], params)
      : emit(scanPrimitive, [range, ...captures, ...carry, ...xs], {
          ...params,
          body: { ...program, inputs: [new Var(range, traced.builder), ...program.inputs] },
          captureCount: captures.length + 1,
          isBounded: true,
        });
  // SAFETY: the results come in the order of carry and ys, one for each.
  return {
    carry: results.slice(0, carry.length) as unknown as Vars<C>,
    ys: results.slice(carry.length) as unknown as Vars<Y>,
  };
}
