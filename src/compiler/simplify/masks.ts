import type { FullParams } from "../../ir/primitives/full.ts";
import { type Equation, type Program, Var } from "../../ir/program.ts";

/**
 * A rectifier's gradient asks where its input was positive, which is where its output is: after
 * `y = x > 0 ? x : 0` or `y = max(x, 0)`, `x > 0` becomes `y > 0`. So x need not be kept for the backward pass.
 */
export function shareMasks(program: Program): Program {
  const known = new Map<Var, Equation>();
  for (const equation of program.equations) for (const value of equation.outputs) known.set(value, equation);
  const stored = readByKernels(program, known);
  /** Outputs of rectifiers by their inputs, as far as they are computed. */
  const rectified = new Map<Var, Var>();
  const renewed = new Map<Var, Var>();
  const equations: Equation[] = [];
  const rename = (value: Var): Var => {
    const existing = renewed.get(value);
    if (existing !== undefined) return existing;
    const definition = known.get(value);
    const x = maskedBy(definition, known);
    const y = x === null ? undefined : rectified.get(x);
    if (definition === undefined || y === undefined) return value;
    const output = new Var(value, value.builder);
    equations.push({
      ...definition,
      inputs: definition.inputs.map((input) => (input === x ? y : input)),
      outputs: [output],
    });
    renewed.set(value, output);
    return output;
  };
  for (const equation of program.equations) {
    equations.push({ ...equation, inputs: equation.inputs.map(rename) });
    const x = rectifierInput(equation, known);
    const [y] = equation.outputs;
    if (x !== null && y !== undefined && stored.has(y)) rectified.set(x, y);
  }
  return { ...program, equations };
}

export type Definitions = ReadonlyMap<Var, Equation>;

/** Whether a value is 0 all over. */
export function isZero(value: Var | undefined, known: Definitions): boolean {
  const equation = value === undefined ? undefined : known.get(value);
  return equation?.primitive.name === "full" && (equation.params as FullParams).value === 0; // SAFETY: the parameters of `full`
}

/** The x of a mask `x > 0`. */
export function maskedBy(equation: Equation | undefined, known: Definitions): Var | null {
  const [x, y] = equation?.inputs ?? [];
  if (equation?.primitive.name === "gt" && isZero(y, known)) return x ?? null;
  return equation?.primitive.name === "lt" && isZero(x, known) ? (y ?? null) : null;
}

/** The x of `x > 0 ? x : 0` or `max(x, 0)`. */
function rectifierInput({ primitive, inputs }: Equation, known: Definitions): Var | null {
  const [a, b, c] = inputs;
  if (primitive.name === "max") return isZero(b, known) ? (a ?? null) : isZero(a, known) ? (b ?? null) : null;
  if (primitive.name !== "select" || a === undefined || !isZero(c, known)) return null;
  return maskedBy(known.get(a), known) === b ? (b ?? null) : null;
}

/** Values that structured kernels read, so that they are stored anyway. */
function readByKernels(program: Program, known: Definitions): Set<Var> {
  const found = new Set<Var>();
  for (const { primitive, inputs } of program.equations) {
    if (primitive.lowering.kind !== "structured") continue;
    for (const input of inputs) {
      let value: Var | undefined = input;
      while (value !== undefined) {
        found.add(value);
        const definition: Equation | undefined = known.get(value);
        value = definition?.primitive.lowering.kind === "view" ? definition.inputs[0] : undefined;
      }
    }
  }
  return found;
}
