import type { Equation, ProgramBuilder, Var } from "../../ir/program.ts";

/** Appends to a builder the equations for the cotangents of `wrt`; null where `outputs` do not depend on one. */
export type Differentiate = (
  builder: ProgramBuilder,
  outputs: readonly Var[],
  cotangents: readonly (Var | null)[],
  wrt: readonly Var[],
) => (Var | null)[];

/**
 * The gradient of a control-flow equation; may replace the equation in the builder (to keep residuals).
 *
 * `differentiate` is handed in for the programs inside, so that the walk and the rules do not import each other.
 */
export type ControlVjp = (
  differentiate: Differentiate,
  builder: ProgramBuilder,
  equation: Equation,
  cotangents: readonly (Var | null)[],
  needs: readonly boolean[],
) => readonly (Var | null | undefined)[];
