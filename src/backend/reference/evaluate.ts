import type { RefArray } from "../../ir/primitive.ts";
import { meaningOf } from "../../ir/primitives/meanings.ts";
import type { Program, Var } from "../../ir/program.ts";
import { formatShape, sameShape, sizeOf } from "../../ir/shape.ts";
import { invariant, ShapeError } from "../../util/errors.ts";

export interface Evaluation {
  readonly outputs: RefArray[];
  /** New values of the state that the program updates; null where it stays as it is. */
  readonly updates: (RefArray | null)[];
}

/**
 * Runs a program equation by equation, in double precision.
 *
 * The oracle of every test: what a program means is what this gives. It makes no attempt to be fast.
 */
export function evaluateProgram(
  program: Program,
  inputs: readonly RefArray[],
  state: readonly RefArray[] = [],
): Evaluation {
  const values = new Map<Var, RefArray>();
  const read = (variable: Var): RefArray => {
    const value = values.get(variable);
    invariant(value !== undefined, "a value is used before it is defined");
    return value;
  };
  bind(values, "input", program.inputs, inputs);
  bind(values, "state", program.state, state);
  for (const { primitive, inputs: operands, params, outputs } of program.equations) {
    const results = meaningOf(primitive)(
      operands.map(read),
      params,
      (body, arrays) => evaluateProgram(body, arrays).outputs,
    );
    outputs.forEach((variable, i) => {
      const result = results[i];
      const agrees =
        result !== undefined && sameShape(result.shape, variable.shape) && result.dtype === variable.dtype;
      invariant(
        agrees && result.data.length === sizeOf(result.shape),
        `${primitive.name}: evaluate and infer disagree`,
      );
      values.set(variable, result);
    });
  }
  return {
    outputs: program.outputs.map(read),
    updates: program.updates.map((value) => (value === null ? null : read(value))),
  };
}

function bind(
  values: Map<Var, RefArray>,
  what: string,
  variables: readonly Var[],
  arrays: readonly RefArray[],
): void {
  if (variables.length !== arrays.length) {
    throw new ShapeError(
      `evaluateProgram: expected ${variables.length} arrays as ${what}, received ${arrays.length}.`,
    );
  }
  variables.forEach((variable, i) => {
    const array = arrays[i];
    const fits =
      array !== undefined && sameShape(array.shape, variable.shape) && array.dtype === variable.dtype;
    if (!fits || array.data.length !== sizeOf(array.shape)) {
      const received =
        array === undefined
          ? "nothing"
          : `${array.data.length} elements as ${formatShape(array.shape)} ${array.dtype}`;
      throw new ShapeError(
        `evaluateProgram: ${what} ${i} is ${formatShape(variable.shape)} ${variable.dtype}, received ${received}.`,
      );
    }
    values.set(variable, array);
  });
}
