import type { Equation, Program, Var } from "../../ir/program.ts";
import { controlFlow } from "../control-flow.ts";

/** Leaves out equations whose results nothing uses, and unused results and inputs of loops. */
export function removeDead(program: Program): Program {
  const used = new Set<Var>(program.outputs);
  for (const value of program.updates) if (value !== null) used.add(value);
  const kept: Equation[] = [];
  for (let e = program.equations.length - 1; e >= 0; e--) {
    const equation = program.equations[e];
    if (equation === undefined || !equation.outputs.some((value) => used.has(value))) continue;
    const pruned = prune(equation, used);
    kept.push(pruned);
    for (const value of pruned.inputs) used.add(value);
  }
  return { ...program, equations: kept.toReversed() };
}

function prune(equation: Equation, used: ReadonlySet<Var>): Equation {
  const { name, lowering } = equation.primitive;
  return lowering.kind === "control" ? controlFlow(name).prune(equation, used) : equation;
}
