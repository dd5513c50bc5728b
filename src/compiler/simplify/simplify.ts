import type { Equation, Program, Var } from "../../ir/program.ts";
import { controlFlow } from "../control-flow.ts";
import { algebraRules } from "./algebra.ts";
import { removeDead } from "./dead-code.ts";
import { joinPads } from "./join-pads.ts";
import { shareMasks } from "./masks.ts";
import { productRules } from "./product-rules.ts";
import { Rewriter, type RuleTable } from "./rewriter.ts";
import { viewRules } from "./view-rules.ts";

/** The rules that every program may need, then those that were added. */
const tables = new Set<RuleTable>([algebraRules, viewRules, productRules]);

/** Adds rules behind those there are. By what emits the primitives they are for, so that only their pages carry them. */
export function provideRules(table: RuleTable): void {
  tables.add(table);
}

/**
 * An equal program with less to do: dead code and unused loop results removed, equal equations shared, constants
 * folded, identities dropped, work that does not change moved out of loops.
 */
export function simplify(program: Program): Program {
  const builder = (program.inputs[0] ?? program.state[0] ?? program.equations[0]?.outputs[0])?.builder;
  if (builder === undefined) return program;
  const live = removeDead(program);
  const rewriter = new Rewriter(builder, tables);
  const renamed = new Map<Var, Var>();
  const rename = (value: Var): Var => renamed.get(value) ?? value;
  for (const equation of live.equations) rewrite(rewriter, equation, renamed);
  const next: Program = {
    ...live,
    equations: rewriter.equations,
    outputs: live.outputs.map(rename),
    updates: live.updates.map((value) => (value === null ? null : rename(value))),
  };
  return removeDead(shareMasks(joinPads(next)));
}

/** Rewrites one equation; afterwards its old results are known by their new names. */
function rewrite(rewriter: Rewriter, equation: Equation, renamed: Map<Var, Var>): void {
  const { primitive, params, outputs } = equation;
  const inputs = equation.inputs.map((value) => renamed.get(value) ?? value);
  if (primitive.name === "customGradient" || primitive.name === "stopGradient") {
    outputs.forEach((value, i) => renamed.set(value, inputs[i] ?? value));
  } else if (primitive.lowering.kind === "control") {
    const results = controlFlow(primitive.name).simplify(rewriter, { ...equation, inputs });
    outputs.forEach((value, i) => renamed.set(value, results[i] ?? value));
  } else if (outputs.length === 1 && outputs[0] !== undefined) {
    renamed.set(outputs[0], rewriter.apply(primitive, inputs, params));
  } else {
    const results = rewriter.record(primitive, inputs, params, outputs);
    outputs.forEach((value, i) => renamed.set(value, results[i] ?? value));
  }
}
