import { invariant, ShapeError } from "../../util/errors.ts";
import { requireSame, shareCaptures, traceBody, type Vars } from "../branches.ts";
import { type Meaning, notDifferentiable, type Primitive } from "../primitive.ts";
import { emit, type Program, ProgramBuilder, type Var, withBuilder } from "../program.ts";
import { add } from "./add.ts";
import { lt } from "./lt.ts";

export interface WhileLoopParams extends Record<string, unknown> {
  /** `[...captures, ...carry] → [bool scalar]`. */
  readonly cond: Program;
  /** `[...captures, ...carry] → [...carry]`. */
  readonly body: Program;
  readonly captureCount: number;
}

export const whileLoopPrimitive: Primitive<WhileLoopParams> = {
  name: "whileLoop",
  infer: (inputs, { cond, body, captureCount }) => {
    requireSame("whileLoop, inputs of the condition", cond.inputs, inputs);
    requireSame("whileLoop, inputs of the body", body.inputs, inputs);
    const [flag] = cond.outputs;
    if (cond.outputs.length !== 1 || flag?.dtype !== "bool" || flag.shape.length !== 0) {
      throw new ShapeError("whileLoop: expected a condition that gives one bool scalar.");
    }
    const carry = inputs.slice(captureCount).map(({ shape, dtype }) => ({ shape, dtype }));
    requireSame("whileLoop, carry that the body returns", carry, body.outputs);
    return carry;
  },
  lowering: { kind: "control" },
  vjp: notDifferentiable(
    "the number of its steps is not known beforehand; use scan, whose length is fixed",
    "error",
  ),
  samples: () =>
    [0, 5, 10].map((start) => {
      // while (x < limit) x += step
      const scalar = { shape: [], dtype: "float32" } as const;
      const trace = (f: (limit: Var, step: Var, x: Var) => Var): Program => {
        const builder = new ProgramBuilder();
        const [limit, step, x] = [0, 1, 2].map(() => builder.input(scalar));
        return builder.finish(withBuilder(builder, () => (limit && step && x ? [f(limit, step, x)] : [])));
      };
      return {
        inputs: [[7], [1.5], [start]].map((values) => ({ ...scalar, values })),
        params: {
          cond: trace((limit, _, x) => lt(x, limit)),
          body: trace((_, step, x) => add(x, step)),
          captureCount: 2,
        },
        differentiate: false,
      };
    }),
};

/** The meaning of `whileLoop`, in double precision. */
export const whileLoopMeaning: Meaning<WhileLoopParams> = (inputs, { cond, body, captureCount }, run) => {
  const captures = inputs.slice(0, captureCount);
  let carry = inputs.slice(captureCount);
  while ((run(cond, [...captures, ...carry])[0]?.data[0] ?? 0) !== 0)
    carry = run(body, [...captures, ...carry]);
  return carry;
};

/**
 * Repeats `body` while `condition` gives true; both may use values of the enclosing program.
 *
 * Shapes and dtypes of the carry do not change. It has no gradient: its length is not known beforehand.
 */
export function whileLoop<const C extends readonly Var[]>(
  condition: (carry: Vars<C>) => Var,
  body: (carry: Vars<C>) => Vars<C>,
  carry: C,
): Vars<C> {
  // SAFETY: one value for each element of the carry.
  const test = traceBody(carry, (values) => [condition(values as unknown as Vars<C>)]);
  const step = traceBody(carry, (values) => body(values as unknown as Vars<C>)); // SAFETY: as above
  const { captures, programs } = shareCaptures([test, step]);
  const [cond, next] = programs;
  invariant(cond !== undefined && next !== undefined, "whileLoop: two bodies give two programs");
  const results = emit(whileLoopPrimitive, [...captures, ...carry], {
    cond,
    body: next,
    captureCount: captures.length,
  });
  return results as unknown as Vars<C>; // SAFETY: one result for each element of the carry
}
