import { evaluateProgram } from "../../src/backend/reference/evaluate.ts";
import { expandComposites } from "../../src/compiler/expand-composites.ts";
import type { DType } from "../../src/ir/dtypes.ts";
import type { RefArray } from "../../src/ir/primitive.ts";
import { ProgramBuilder, type Var, withBuilder } from "../../src/ir/program.ts";
import { verify } from "../../src/ir/verify.ts";

/** An array of the reference from numbers. */
export function array(
  values: readonly number[],
  shape: readonly number[] = [values.length],
  dtype: DType = "float32",
): RefArray {
  return { shape, dtype, data: Float64Array.from(values) };
}

/** Traces `f`, verifies the program and runs it on the reference; `expand` runs composites as their parts. */
export function evaluate(
  f: (...inputs: Var[]) => readonly Var[] | Var,
  inputs: readonly RefArray[],
  { expand = false }: { readonly expand?: boolean } = {},
): RefArray[] {
  const builder = new ProgramBuilder();
  const variables = inputs.map(({ shape, dtype }) => builder.input({ shape, dtype }));
  const outputs = withBuilder(builder, () => {
    const result = f(...variables);
    return Array.isArray(result) ? (result as readonly Var[]) : [result as Var]; // SAFETY: the two forms of the result
  });
  const traced = builder.finish(outputs);
  const program = expand ? expandComposites(traced) : traced;
  verify(program);
  return evaluateProgram(program, inputs).outputs;
}

/** The values of the only result of `evaluate`. */
export function numbers(results: readonly RefArray[]): number[] {
  return [...(results[0]?.data ?? [])];
}
