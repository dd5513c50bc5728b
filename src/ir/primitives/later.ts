import type { Meaning, Primitive } from "../primitive.ts";
import { emitOne, type Var } from "../program.ts";

/** How control flow says that its input is to be in memory. */
export interface LaterParams extends Record<string, unknown> {
  readonly captureCount: 1;
  readonly carryCount: 0;
}

const params: LaterParams = { captureCount: 1, carryCount: 0 };

/**
 * A value that is there already, by another name: what is computed from that name is computed no earlier than here, and
 * is not shared with what is computed from the value itself.
 *
 * So a function's intermediate values can be computed a second time for its gradient. It moves nothing and has no kernel;
 * the compiler's part is `compiler/recompute.ts`.
 */
export const laterPrimitive: Primitive<LaterParams> = {
  name: "later",
  infer: (inputs) => inputs.map(({ shape, dtype }) => ({ shape, dtype })),
  lowering: { kind: "control" },
  vjp: ([cotangent]) => [cotangent],
  samples: () => [
    { inputs: [{ shape: [2, 3], dtype: "float32" }], params },
    { inputs: [{ shape: [], dtype: "int32", low: -5, high: 5 }], params, differentiate: false },
    { inputs: [{ shape: [4], dtype: "bool", low: 0, high: 2 }], params, differentiate: false },
  ],
};

/** The meaning of `later`, in double precision. */
export const laterMeaning: Meaning<LaterParams> = (inputs) => inputs;

/** `x`, for what is to be computed from here on. */
export function later(x: Var): Var {
  return emitOne(laterPrimitive, [x], params);
}
