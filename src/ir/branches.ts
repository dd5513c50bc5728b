import { ShapeError } from "../util/errors.ts";
import { type Aval, currentBuilder, type Program, ProgramBuilder, Var, withBuilder } from "./program.ts";
import { formatShape, sameShape } from "./shape.ts";

/** One traced `Var` for each of a tuple of them. */
export type Vars<T extends readonly Var[]> = { readonly [K in keyof T]: Var };

/** A function that was traced into a program of its own, before its captures are fixed. */
export interface Traced {
  readonly builder: ProgramBuilder;
  readonly outputs: readonly Var[];
}

/** Traces `f` as the body of control flow; values of enclosing programs that it uses become captures. */
export function traceBody(avals: readonly Aval[], f: (values: readonly Var[]) => readonly Var[]): Traced {
  const builder = new ProgramBuilder(currentBuilder());
  const inputs = avals.map(({ shape, dtype }) => builder.input({ shape, dtype }));
  const outputs = withBuilder(builder, () => f(inputs).map((value) => builder.lift(value)));
  return { builder, outputs };
}

/**
 * Gives several bodies the same captures, in the same order, so that one list of operands serves all.
 *
 * @returns The captured values of the enclosing program, and the programs with inputs `[...captures, ...own inputs]`.
 */
export function shareCaptures(bodies: readonly Traced[]): { captures: Var[]; programs: Program[] } {
  const captures = [...new Set(bodies.flatMap(({ builder }) => [...builder.captures.keys()]))];
  const programs = bodies.map(({ builder, outputs }): Program => {
    const inputs = captures.map((outer) => builder.captures.get(outer) ?? new Var(outer, builder));
    return {
      inputs: [...inputs, ...builder.inputs],
      state: [],
      equations: builder.equations,
      outputs,
      updates: [],
    };
  });
  return { captures, programs };
}

/** Checks that two lists of values have the same shapes and dtypes. */
export function requireSame(where: string, expected: readonly Aval[], received: readonly Aval[]): void {
  const text = ({ shape, dtype }: Aval): string => `${formatShape(shape)} ${dtype}`;
  const equal =
    expected.length === received.length &&
    expected.every(
      (aval, i) => aval.dtype === received[i]?.dtype && sameShape(aval.shape, received[i].shape),
    );
  if (equal) return;
  throw new ShapeError(
    `${where}: expected (${expected.map(text).join(", ")}), received (${received.map(text).join(", ")}).`,
  );
}
