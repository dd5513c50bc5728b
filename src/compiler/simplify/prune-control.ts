import type { CondParams } from "../../ir/primitives/cond.ts";
import type { ScanParams } from "../../ir/primitives/scan.ts";
import type { Equation, Program, Var } from "../../ir/program.ts";
import { removeDead } from "./dead-code.ts";

function select<T>(list: readonly T[], keep: readonly boolean[]): T[] {
  return list.filter((_, i) => keep[i]);
}

/** Values that a set of results depends on. */
function dependencies(body: Program, results: readonly Var[]): Set<Var> {
  const needed = new Set<Var>(results);
  for (let e = body.equations.length - 1; e >= 0; e--) {
    const equation = body.equations[e];
    if (equation?.outputs.some((value) => needed.has(value)))
      for (const value of equation.inputs) needed.add(value);
  }
  return needed;
}

/** A scan without unused results, and without carries and inputs that only those need. */
export function pruneScan(equation: Equation, used: ReadonlySet<Var>): Equation {
  const params = equation.params as ScanParams; // SAFETY: the parameters of `scan`
  const { body, captureCount, carryCount } = params;
  const keepY = equation.outputs.slice(carryCount).map((value) => used.has(value));
  const keepCarry = equation.outputs.slice(0, carryCount).map((value) => used.has(value));
  const carryIn = body.inputs.slice(captureCount, captureCount + carryCount);
  const ys = select(body.outputs.slice(carryCount), keepY);
  // A carry is needed for its final value, or because something that is needed reads it.
  let needed = new Set<Var>();
  for (let before = -1; before !== keepCarry.filter(Boolean).length;) {
    before = keepCarry.filter(Boolean).length;
    needed = dependencies(body, [...ys, ...select(body.outputs.slice(0, carryCount), keepCarry)]);
    carryIn.forEach((value, i) => needed.has(value) && (keepCarry[i] = true));
  }
  const keepInput = body.inputs.map((value, i) => {
    const carry = i - captureCount;
    // Which slices are visited.
    if (i === 0 && params.isBounded === true) return true;
    return carry >= 0 && carry < carryCount ? keepCarry[carry] === true : needed.has(value);
  });
  const results = [...keepCarry, ...keepY];
  const outputs = select(body.outputs, results);
  // Without xs the number of steps is the parameter's; it stays as it is.
  const next: ScanParams = {
    ...params,
    body: removeDead({ ...body, inputs: select(body.inputs, keepInput), outputs }),
    captureCount: keepInput.slice(0, captureCount).filter(Boolean).length,
    carryCount: keepCarry.filter(Boolean).length,
  };
  return {
    ...equation,
    params: next,
    inputs: select(equation.inputs, keepInput),
    outputs: select(equation.outputs, results),
  };
}

/** A `cond` whose branches compute no unused results. */
export function pruneCond(equation: Equation, used: ReadonlySet<Var>): Equation {
  const { branches } = equation.params as CondParams; // SAFETY: the parameters of `cond`
  const keep = equation.outputs.map((value) => used.has(value));
  const pruned = branches.map((branch) => removeDead({ ...branch, outputs: select(branch.outputs, keep) }));
  return {
    ...equation,
    params: { ...equation.params, branches: pruned },
    outputs: select(equation.outputs, keep),
  };
}
