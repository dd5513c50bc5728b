import type { CondParams } from "../../ir/primitives/cond.ts";
import type { ScanParams } from "../../ir/primitives/scan.ts";
import type { WhileLoopParams } from "../../ir/primitives/while-loop.ts";
import { type Equation, type Program, Var } from "../../ir/program.ts";
import { algebraRules } from "./algebra.ts";
import { removeDead } from "./dead-code.ts";
import { joinPads } from "./join-pads.ts";
import { poolMasks, shareMasks } from "./masks.ts";
import { productRules } from "./product-rules.ts";
import { Rewriter, type Rule } from "./rewriter.ts";
import { simplifyScan } from "./scan-rules.ts";
import { viewRules } from "./view-rules.ts";

const rules: Readonly<Record<string, Rule>> = { ...algebraRules, ...viewRules, ...productRules };

/**
 * An equal program with less to do: dead code and unused loop results removed, equal equations shared, constants
 * folded, identities dropped, work that does not change moved out of loops.
 */
export function simplify(program: Program): Program {
  const builder = (program.inputs[0] ?? program.state[0] ?? program.equations[0]?.outputs[0])?.builder;
  if (builder === undefined) return program;
  const live = removeDead(program);
  const rewriter = new Rewriter(builder, rules);
  const renamed = new Map<Var, Var>();
  const rename = (value: Var): Var => renamed.get(value) ?? value;
  for (const equation of live.equations) rewrite(rewriter, equation, renamed);
  const next: Program = {
    ...live,
    equations: rewriter.equations,
    outputs: live.outputs.map(rename),
    updates: live.updates.map((value) => (value === null ? null : rename(value))),
  };
  return removeDead(poolMasks(shareMasks(joinPads(next))));
}

/** Rewrites one equation; afterwards its old results are known by their new names. */
function rewrite(rewriter: Rewriter, equation: Equation, renamed: Map<Var, Var>): void {
  const { primitive, params, outputs } = equation;
  const inputs = equation.inputs.map((value) => renamed.get(value) ?? value);
  if (primitive.name === "customGradient" || primitive.name === "stopGradient") {
    outputs.forEach((value, i) => renamed.set(value, inputs[i] ?? value));
  } else if (primitive.lowering.kind === "control") {
    const next = { ...equation, inputs, params: simplifyBodies(rewriter, equation, inputs) };
    const results =
      primitive.name === "scan" ? simplifyScan(rewriter, next) : (rewriter.append(next), outputs);
    outputs.forEach((value, i) => renamed.set(value, results[i] ?? value));
  } else if (outputs.length === 1 && outputs[0] !== undefined) {
    renamed.set(outputs[0], rewriter.apply(primitive, inputs, params));
  } else {
    const results = rewriter.record(primitive, inputs, params, outputs);
    outputs.forEach((value, i) => renamed.set(value, results[i] ?? value));
  }
}

function simplifyBodies(rewriter: Rewriter, equation: Equation, inputs: readonly Var[]): Equation["params"] {
  const { params } = equation;
  switch (equation.primitive.name) {
    case "scan": {
      const { body, captureCount } = params as ScanParams; // SAFETY: the parameters of `scan`
      return { ...params, body: simplify(withConstants(rewriter, body, inputs.slice(0, captureCount))) };
    }
    case "whileLoop": {
      const { cond, body, captureCount } = params as WhileLoopParams; // SAFETY: the parameters of `whileLoop`
      const captures = inputs.slice(0, captureCount);
      return {
        ...params,
        cond: simplify(withConstants(rewriter, cond, captures)),
        body: simplify(withConstants(rewriter, body, captures)),
      };
    }
    default: {
      const { branches } = params as CondParams; // SAFETY: the parameters of `cond`
      return {
        ...params,
        branches: branches.map((branch) => simplify(withConstants(rewriter, branch, inputs.slice(1)))),
      };
    }
  }
}

/** Makes captured constants and counters known inside a body: their inputs stay, but nothing reads them any more. */
function withConstants(rewriter: Rewriter, body: Program, captures: readonly Var[]): Program {
  const constants = new Map<Var, Var>();
  const equations: Equation[] = [];
  captures.forEach((value, i) => {
    const input = body.inputs[i];
    const constant = rewriter.match(value, "full") ?? rewriter.match(value, "iota");
    if (constant === null || input === undefined) return;
    const inner = new Var(input, input.builder);
    constants.set(input, inner);
    equations.push({ ...constant, outputs: [inner] });
  });
  if (constants.size === 0) return body;
  const rename = (value: Var): Var => constants.get(value) ?? value;
  return {
    ...body,
    equations: [
      ...equations,
      ...body.equations.map((equation) => ({ ...equation, inputs: equation.inputs.map(rename) })),
    ],
    outputs: body.outputs.map(rename),
  };
}
