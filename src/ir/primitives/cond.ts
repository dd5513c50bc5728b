import { ShapeError } from "../../util/errors.ts";
import { requireSame, shareCaptures, traceBody } from "../branches.ts";
import { type Meaning, notDifferentiable, type Primitive } from "../primitive.ts";
import { emit, type Program, ProgramBuilder, type Var, withBuilder } from "../program.ts";
import { formatShape } from "../shape.ts";
import { add } from "./add.ts";
import { mul } from "./mul.ts";

export interface CondParams extends Record<string, unknown> {
  /** All take the operands and give results of the same shapes and dtypes. */
  readonly branches: readonly Program[];
}

export const condPrimitive: Primitive<CondParams> = {
  name: "cond",
  infer: ([index, ...operands], { branches }) => {
    if (index === undefined) return [];
    if (index.shape.length !== 0 || index.dtype !== "int32") {
      throw new ShapeError(
        `cond: expected an int32 scalar as the branch's number, received ${formatShape(index.shape)} ${index.dtype}.`,
      );
    }
    const results = branches[0]?.outputs.map(({ shape, dtype }) => ({ shape, dtype })) ?? [];
    branches.forEach((branch, i) => {
      requireSame(`cond, operands of branch ${i}`, branch.inputs, operands);
      requireSame(`cond, results of branch ${i} against those of branch 0`, results, branch.outputs);
    });
    return results;
  },
  lowering: { kind: "control" },
  vjp: notDifferentiable("the gradient transform handles it as a whole", "error"),
  samples: () =>
    [-1, 0, 1, 2, 7].map((index) => ({
      inputs: [
        { shape: [], dtype: "int32" as const, values: [index] },
        { shape: [3], dtype: "float32" as const },
        { shape: [3], dtype: "float32" as const },
      ],
      params: {
        branches: [mul, add, (_: Var, y: Var) => y].map((f) => {
          const builder = new ProgramBuilder();
          const [x, y] = [0, 1].map(() => builder.input({ shape: [3], dtype: "float32" }));
          return builder.finish(withBuilder(builder, () => (x && y ? [f(x, y)] : [])));
        }),
      },
    })),
};

/** The meaning of `cond`, in double precision. */
export const condMeaning: Meaning<CondParams> = ([index, ...operands], { branches }, run) => {
  const chosen = branches[Math.min(Math.max(index?.data[0] ?? 0, 0), branches.length - 1)];
  return chosen === undefined ? [] : run(chosen, operands);
};

/**
 * Runs one of several branches: number `index` (int32 scalar), clamped to those there are.
 *
 * Branches may use values of the enclosing program; they return the same number of values, of the same shapes and dtypes.
 */
export function cond(index: Var, branches: readonly (() => readonly Var[])[]): readonly Var[] {
  const { captures, programs } = shareCaptures(branches.map((branch) => traceBody([], branch)));
  return emit(condPrimitive, [index, ...captures], { branches: programs });
}
