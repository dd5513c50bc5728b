import { elementwise, floatSamples, intSamples } from "../elementwise.ts";
import { notDifferentiable, type Primitive } from "../primitive.ts";

/** A comparison of numbers of one dtype, with a truth value for each pair. NaN is not equal to anything. */
export function comparison(
  name: string,
  /** The scalar operation, and whether it takes the pair the other way round. */
  [op, isTurned]: readonly [op: "eq" | "ne" | "lt" | "le", isTurned: boolean],
  holds: (x: number, y: number) => boolean,
): Primitive<Record<never, never>> {
  return elementwise({
    name,
    arity: 2,
    accepts: "any",
    result: () => "bool",
    f: ([x = 0, y = 0]) => (holds(x, y) ? 1 : 0),
    scalar: (b, [x = 0, y = 0]) => (isTurned ? b.op(op, y, x) : b.op(op, x, y)),
    vjp: notDifferentiable("its result is a truth value"),
    samples: () => [
      ...floatSamples(2),
      ...intSamples(2, 0, 4),
      {
        inputs: [
          { shape: [4], dtype: "float32", values: [1, NaN, NaN, 2] },
          { shape: [4], dtype: "float32", values: [1, NaN, 0, 3] },
        ],
        params: {},
      },
      {
        inputs: [
          { shape: [9], dtype: "bool" },
          { shape: [9], dtype: "bool" },
        ],
        params: {},
      },
    ],
  });
}
