import { AntlerError } from "../util/errors.ts";
import type { Program, Var } from "./program.ts";
import { type Aval, ProgramBuilder } from "./program.ts";
import { formatShape, sameShape } from "./shape.ts";

/**
 * Checks that a program is well formed, the programs inside its control flow included.
 *
 * Every value is defined once and before its uses; every equation has the results that its primitive's `infer` states;
 * every update fits its state. Called after each pass in tests and when debugging.
 *
 * @throws {AntlerError} naming the place and the equation.
 */
export function verify(program: Program, where = "program"): void {
  const defined = new Set<Var>();
  const fail = (message: string): never => {
    throw new AntlerError(`${where}: ${message}.`);
  };
  const define = (value: Var, by: string): void => {
    if (defined.has(value)) fail(`${by} defines value ${value.id} a second time`);
    defined.add(value);
  };
  const use = (value: Var, by: string): void => {
    if (!defined.has(value))
      fail(`${by} uses value ${value.id} (${describe(value)}), which is not defined before it`);
  };
  program.inputs.forEach((value, i) => define(value, `input ${i}`));
  program.state.forEach((value, i) => define(value, `state ${i}`));

  program.equations.forEach(({ primitive, inputs, outputs, params }, i) => {
    const name = `equation ${i} (${primitive.name})`;
    for (const value of inputs) use(value, name);
    const inferred = primitive.infer(inputs, params);
    const fits =
      inferred.length === outputs.length && inferred.every((aval, k) => sameAval(aval, outputs[k]));
    if (!fits)
      fail(
        `${name} gives (${inferred.map(describe).join(", ")}), but is recorded with (${outputs.map(describe).join(", ")})`,
      );
    for (const value of outputs) define(value, name);
    for (const [key, inner] of innerPrograms(params)) verify(inner, `${where}, ${name}, ${key}`);
  });

  program.outputs.forEach((value, i) => use(value, `output ${i}`));
  if (program.updates.length !== program.state.length) {
    fail(`${program.state.length} state values have ${program.updates.length} updates`);
  }
  program.updates.forEach((value, i) => {
    if (value === null) return;
    use(value, `update ${i}`);
    const state = program.state[i];
    if (state !== undefined && !sameAval(state, value))
      fail(`update ${i} is ${describe(value)}, its state is ${describe(state)}`);
  });
}

/** The programs among an equation's parameters. */
function innerPrograms(params: Readonly<Record<string, unknown>>): [string, Program][] {
  return Object.entries(params).flatMap(([key, value]): [string, Program][] => {
    if (isProgram(value)) return [[key, value]];
    return Array.isArray(value) ? value.filter(isProgram).map((item, i) => [`${key} ${i}`, item]) : [];
  });
}

function isProgram(value: unknown): value is Program {
  return (
    typeof value === "object" &&
    value !== null &&
    !(value instanceof ProgramBuilder) &&
    "equations" in value &&
    "updates" in value
  );
}

function describe({ shape, dtype }: Aval): string {
  return `${formatShape(shape)} ${dtype}`;
}

function sameAval(a: Aval, b: Aval | undefined): boolean {
  return b !== undefined && a.dtype === b.dtype && sameShape(a.shape, b.shape);
}
