import type { CondParams } from "../../ir/primitives/cond.ts";
import type { ScanParams } from "../../ir/primitives/scan.ts";
import type { WhileLoopParams } from "../../ir/primitives/while-loop.ts";
import { type Equation, type Program, Var } from "../../ir/program.ts";
import type { Rewriter } from "./rewriter.ts";
import { liftFromScan } from "./scan-rules.ts";
import { simplify } from "./simplify.ts";

/** Appends a scan with a simpler body, and with less of it. */
export function simplifyScan(rewriter: Rewriter, equation: Equation): readonly Var[] {
  const params = equation.params as ScanParams; // SAFETY: the parameters of `scan`
  const captures = equation.inputs.slice(0, params.captureCount);
  const body = simplify(withConstants(rewriter, params.body, captures));
  return liftFromScan(rewriter, { ...equation, params: { ...params, body } });
}

/** Appends a `whileLoop` with a simpler condition and body. */
export function simplifyWhile(rewriter: Rewriter, equation: Equation): readonly Var[] {
  const params = equation.params as WhileLoopParams; // SAFETY: the parameters of `whileLoop`
  const captures = equation.inputs.slice(0, params.captureCount);
  const cond = simplify(withConstants(rewriter, params.cond, captures));
  const body = simplify(withConstants(rewriter, params.body, captures));
  rewriter.append({ ...equation, params: { ...params, cond, body } });
  return equation.outputs;
}

/** Appends a `cond` with simpler branches. */
export function simplifyCond(rewriter: Rewriter, equation: Equation): readonly Var[] {
  const params = equation.params as CondParams; // SAFETY: the parameters of `cond`
  const operands = equation.inputs.slice(1);
  const branches = params.branches.map((branch) => simplify(withConstants(rewriter, branch, operands)));
  rewriter.append({ ...equation, params: { ...params, branches } });
  return equation.outputs;
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
