import type { DType } from "../dtypes.ts";
import { isFloat } from "../dtypes.ts";
import { elementwise } from "../elementwise.ts";
import type { Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

export interface CastParams extends Record<string, unknown> {
  readonly dtype: DType;
}

const float = { shape: [3, 7], dtype: "float32", low: -90, high: 90 } as const;
const int = { shape: [3, 7], dtype: "int32", low: -300, high: 300 } as const;

export const castPrimitive: Primitive<CastParams> = elementwise<CastParams>({
  name: "cast",
  arity: 1,
  accepts: "any",
  result: (_, { dtype }) => dtype,
  f: ([x = 0]) => x,
  scalar: (b, [x = 0], { dtype }) => b.cast(x, dtype),
  vjp: ([g], { inputs: [x], params: { dtype }, p }) =>
    g && x && isFloat(x.dtype) && isFloat(dtype) ? [p.cast(g, x.dtype)] : [],
  samples: () => [
    ...(["int32", "int8", "bool", "int64", "float64"] as const).map((dtype) => ({
      inputs: [float],
      params: { dtype },
    })),
    ...(["float32", "uint8", "bool", "int64"] as const).map((dtype) => ({
      inputs: [int],
      params: { dtype },
    })),
    { inputs: [{ shape: [5], dtype: "bool" }], params: { dtype: "float32" } },
    { inputs: [{ shape: [5], dtype: "uint8", low: 0, high: 256 }], params: { dtype: "float32" } },
    { inputs: [{ shape: [5], dtype: "uint32", low: 0, high: 2 ** 32 }], params: { dtype: "float32" } },
  ],
});

/** Converts to a dtype: floats lose their fraction when they become integers; bool is `x ≠ 0`. */
export function cast(x: Var, dtype: DType): Var {
  return x.dtype === dtype ? x : emitOne(castPrimitive, [x], { dtype });
}
