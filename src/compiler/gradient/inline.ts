import type { Equation, Program, ProgramBuilder, Var } from "../../ir/program.ts";
import { invariant } from "../../util/errors.ts";

/**
 * Appends a program's equations to a builder, with `inputs` in place of the program's own.
 *
 * @returns The values of the program's outputs in the builder.
 */
export function inline(builder: ProgramBuilder, program: Program, inputs: readonly Var[]): Var[] {
  const valueOf = new Map<Var, Var>();
  program.inputs.forEach((inner, i) => {
    const outer = inputs[i];
    invariant(outer !== undefined, "inline: an input is missing");
    valueOf.set(inner, outer);
  });
  const lookup = (value: Var): Var => {
    const found = valueOf.get(value);
    invariant(found !== undefined, "inline: a value is used before it is defined");
    return found;
  };
  for (const { primitive, inputs: uses, params, outputs } of program.equations) {
    const results = builder.emit(primitive, uses.map(lookup), params);
    outputs.forEach((value, i) => valueOf.set(value, results[i] ?? value));
  }
  return program.outputs.map(lookup);
}

/** The equations (in order) that `outputs` need, stopping at `known` values. */
export function neededFor(
  equations: readonly Equation[],
  outputs: readonly Var[],
  known: ReadonlySet<Var>,
): Equation[] {
  const needed = new Set<Var>(outputs);
  const kept: Equation[] = [];
  for (const equation of equations.toReversed()) {
    if (!equation.outputs.some((value) => needed.has(value) && !known.has(value))) continue;
    kept.push(equation);
    for (const value of equation.inputs) needed.add(value);
  }
  return kept.toReversed();
}
