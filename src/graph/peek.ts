import type { DeviceBuffer } from "../backend/contract.ts";
import type { TypedArray } from "../ir/dtypes.ts";
import type { Program, ProgramBuilder, Var } from "../ir/program.ts";
import { invariant } from "../util/errors.ts";
import { remembered } from "../util/remembered.ts";
import { compileShared } from "./program-cache.ts";

/** What an unfinished trace was given. */
export interface TraceData {
  readonly inputOf: (input: Var) => TypedArray | undefined;
  readonly bufferOf: (state: Var) => DeviceBuffer | undefined;
}

/** The part of an unfinished program that a value depends on. */
function partFor({ inputs, state, equations }: ProgramBuilder, value: Var): Program {
  const needed = new Set([value]);
  const steps = equations.toReversed().filter((equation) => {
    if (!equation.outputs.some((output) => needed.has(output))) return false;
    for (const input of equation.inputs) needed.add(input);
    return true;
  });
  const read = state.filter((cell) => needed.has(cell));
  return {
    inputs: inputs.filter((input) => needed.has(input)),
    state: read,
    equations: steps.toReversed(),
    outputs: [value],
    updates: read.map(() => null),
  };
}

/**
 * Computes values of an unfinished trace: what is recorded so far, as far as the value depends on it, runs as a program of
 * its own. So `f` of `valueAndGrad`, or a step that is stepped through, can look at its tensors.
 */
export function peekInto(
  builder: ProgramBuilder,
  { inputOf, bufferOf }: TraceData,
): (value: Var) => TypedArray {
  const known = new Map<Var, TypedArray>();
  const compute = (value: Var): TypedArray => {
    const program = partFor(builder, value);
    const inputs = program.inputs.map(inputOf);
    const buffers = program.state.map(bufferOf);
    invariant(!inputs.includes(undefined) && !buffers.includes(undefined), "data of the trace are missing");
    const [data] = compileShared(program).run(
      inputs.filter((input) => input !== undefined),
      buffers.filter((buffer) => buffer !== undefined),
    );
    invariant(data !== undefined, "a value of the trace is missing");
    return data;
  };
  return (value) => remembered(known, value, () => compute(value));
}
