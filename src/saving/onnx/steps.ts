import type { Equation, Program, Var } from "../../ir/program.ts";
import { FormatError } from "../../util/errors.ts";
import { type NativeCall, nativeCallFor } from "./calls/index.ts";
import type { Call, Trace } from "./trace.ts";

/** Same equations, one from each trace. */
export type Zipped = readonly Equation[];

/** What is written one after another: an equation, or a call that has operators of its own. */
export interface Step {
  readonly zipped: Zipped;
  readonly native: NativeCall | null;
  readonly outputs: readonly Var[];
}

/** The equations of several traces side by side; they may differ in numbers alone. Null where they do not. */
function zipEquations(lists: readonly (readonly Equation[])[]): Zipped[] | null {
  const [first, ...others] = lists;
  if (first === undefined || others.some((list) => list.length !== first.length)) return null;
  const zipped = first.map((equation, i) => [equation, ...others.flatMap((list) => list[i] ?? [])]);
  const isAlike = zipped.every((all) =>
    all.every((each) => each.primitive === all[0]?.primitive && each.inputs.length === all[0].inputs.length),
  );
  return isAlike ? zipped : null;
}

const differ = (): FormatError =>
  new FormatError(
    "export: the computation itself depends on sizes that the model's inputs leave open. Give Input a full batchShape.",
  );

export function stepsOf(programs: readonly Program[], natives: ReadonlyMap<Var, NativeCall>): Step[] {
  const zipped = zipEquations(programs.map(({ equations }) => equations));
  if (zipped === null) throw differ();
  return zipped.map((all) => {
    const outputs = all[0]?.outputs ?? [];
    const native = outputs.map((output) => natives.get(output)).find((call) => call !== undefined);
    return { zipped: all, outputs, native: native ?? null };
  });
}

/** As `stepsOf`, where calls with operators of their own were traced into different equations. */
function stepsAroundCalls(traces: readonly Trace[], natives: ReadonlyMap<Call, NativeCall>): Step[] {
  const [first] = traces;
  if (first === undefined) return [];
  const places = first.calls.flatMap((call, i) => (natives.has(call) ? [i] : []));
  const isInside = (i: number, j: number): boolean => {
    const [inner, outer] = [first.calls[i], first.calls[j]];
    return (
      inner !== undefined &&
      outer !== undefined &&
      i < j &&
      outer.start <= inner.start &&
      inner.end <= outer.end
    );
  };
  const outermost = places.filter((i) => !places.some((j) => isInside(i, j)));
  const steps: Step[] = [];
  const at = traces.map(() => 0);
  const takeUpTo = (ends: readonly number[]): void => {
    const parts = traces.map(({ program }, k) => program.equations.slice(at[k], ends[k]));
    const zipped = zipEquations(parts);
    if (zipped === null) throw differ();
    for (const all of zipped) steps.push({ zipped: all, native: null, outputs: all[0]?.outputs ?? [] });
  };
  for (const i of outermost) {
    const calls = traces.flatMap((trace) => trace.calls[i] ?? []);
    const native = calls[0] === undefined ? undefined : natives.get(calls[0]);
    takeUpTo(calls.map(({ start }) => start));
    calls.forEach(({ end }, k) => (at[k] = end));
    if (native !== undefined) steps.push({ zipped: [], native, outputs: native.outputs });
  }
  takeUpTo(traces.map(({ program }) => program.equations.length));
  return steps;
}

/** Calls that become operators of their own. */
function nativesOf(traces: readonly Trace[]): Map<Call, NativeCall> {
  const natives = new Map<Call, NativeCall>();
  const [first] = traces;
  const isParallel = traces.every(
    ({ calls }) =>
      calls.length === first?.calls.length &&
      calls.every(({ callee }, i) => callee === first.calls[i]?.callee),
  );
  if (first === undefined || !isParallel) return natives;
  for (const [i, call] of first.calls.entries()) {
    const native = nativeCallFor(traces.flatMap(({ calls }) => calls[i] ?? []));
    if (native !== null) natives.set(call, native);
  }
  return natives;
}

/** What is to be written for the traces of a model. */
export function stepsOfTraces(traces: readonly Trace[]): Step[] {
  const natives = nativesOf(traces);
  const programs = traces.map(({ program }) => program);
  if (zipEquations(programs.map(({ equations }) => equations)) === null)
    return stepsAroundCalls(traces, natives);
  // An outer call comes later, and stands before those inside it.
  const byOutput = new Map(
    [...natives.values()].flatMap((native) => native.outputs.map((output) => [output, native] as const)),
  );
  return stepsOf(programs, byOutput);
}

/** Numbers of the steps whose results are needed for the outputs. */
export function neededBy(steps: readonly Step[], outputs: readonly Var[]): Set<number> {
  const wanted = new Set<Var>(outputs);
  const needed = new Set<number>();
  for (let i = steps.length - 1; i >= 0; i--) {
    const step = steps[i];
    if (step === undefined || !step.outputs.some((output) => wanted.has(output))) continue;
    needed.add(i);
    for (const value of step.native?.inputs ?? step.zipped[0]?.inputs ?? []) wanted.add(value);
  }
  return needed;
}
