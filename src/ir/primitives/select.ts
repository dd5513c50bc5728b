import { DTypeError } from "../../util/errors.ts";
import { elementwise } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { type Aval, emitOne, type Var } from "../program.ts";

const base: Primitive<Record<never, never>> = elementwise({
  name: "select",
  arity: 3,
  accepts: "any",
  exempt: 1,
  f: ([condition = 0, x = 0, y = 0]) => (condition !== 0 ? x : y),
  scalar: (b, [condition = 0, x = 0, y = 0]) => b.op("select", condition, x, y),
  vjp: ([g], { inputs: [condition], needs, p }) => {
    if (!g || !condition) return [];
    const zero = p.fullLike(g, 0);
    return [
      null,
      needs[1] ? p.select(condition, g, zero) : null,
      needs[2] ? p.select(condition, zero, g) : null,
    ];
  },
  samples: () => [
    ...([[], [7], [3, 4, 5]] as const).map((shape) => ({
      inputs: [
        { shape, dtype: "bool" as const },
        { shape, dtype: "float32" as const },
        { shape, dtype: "float32" as const },
      ],
      params: {},
    })),
    {
      inputs: [
        { shape: [9], dtype: "bool" },
        { shape: [9], dtype: "int32", low: -9, high: 9 },
        { shape: [9], dtype: "int32", low: -9, high: 9 },
      ],
      params: {},
    },
  ],
});

export const selectPrimitive: Primitive<Record<never, never>> = {
  ...base,
  infer: (inputs: readonly Aval[], params) => {
    const dtype = inputs[0]?.dtype;
    if (dtype !== undefined && dtype !== "bool") {
      throw new DTypeError(
        `select: expected a condition of dtype bool, received ${dtype}. Compare it with 0 first.`,
      );
    }
    return base.infer(inputs, params);
  },
};

/** `x` where the condition (bool) holds, `y` elsewhere; equal shapes. */
export function select(condition: Var, x: Var, y: Var): Var {
  return emitOne(selectPrimitive, [condition, x, y], {});
}
