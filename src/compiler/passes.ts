import type { Program } from "../ir/program.ts";

/** An equal program that takes less time. */
export type Pass = (program: Program) => Program;

const provided = new Set<Pass>();

/** Adds a pass behind the simplifier. By what emits the primitives it is for, so that only their pages carry it. */
export function providePass(pass: Pass): void {
  provided.add(pass);
}

/** Applies the passes that were added. */
export function applyPasses(program: Program): Program {
  let next = program;
  for (const pass of provided) next = pass(next);
  return next;
}
