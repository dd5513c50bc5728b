import type { FullParams } from "../../ir/primitives/full.ts";
import { type Equation, type Program, Var } from "../../ir/program.ts";
import { paramsKey } from "./params-key.ts";

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

/**
 * Masks in front of a maximum: the gradient of max pooling goes to each window's maximum, so that masking it where
 * the pooled array is positive is masking the smaller gradient where the maxima are.
 */
export function poolMasks(program: Program): Program {
  const known = new Map<Var, Equation>();
  const pooled = new Map<string, Var>();
  const keyOf = (x: Var, { params }: Equation): string => `${x.id} ${paramsKey(params)}`;
  const uses = new Map<Var, number>();
  for (const equation of program.equations) {
    const [x] = equation.inputs;
    const [y] = equation.outputs;
    for (const value of equation.inputs) uses.set(value, (uses.get(value) ?? 0) + 1);
    for (const value of equation.outputs) known.set(value, equation);
    if (equation.primitive.name === "windowMax" && x && y) pooled.set(keyOf(x, equation), y);
  }
  const equations = program.equations.flatMap((equation): Equation[] => {
    const [condition, masked, zero] = equation.inputs;
    const mask = condition && known.get(condition);
    const gradient = masked && known.get(masked);
    const x = maskedBy(mask, known);
    const isMatch =
      equation.primitive.name === "select" &&
      gradient?.primitive.name === "windowMaxGrad" &&
      isZero(zero, known);
    if (
      !isMatch ||
      !mask ||
      !zero ||
      x === null ||
      gradient.inputs[0] !== x ||
      masked === undefined ||
      uses.get(masked) !== 1
    )
      return [equation];
    const y = pooled.get(keyOf(x, gradient));
    const [, g] = gradient.inputs;
    const constant = known.get(zero);
    if (y === undefined || g === undefined || constant === undefined) return [equation];
    const nothing = new Var(y, y.builder);
    const smaller = new Var({ shape: y.shape, dtype: "bool" }, y.builder);
    const passed = new Var(g, g.builder);
    return [
      { ...constant, params: { ...constant.params, shape: y.shape }, outputs: [nothing] },
      { ...mask, inputs: mask.inputs.map((input) => (input === x ? y : nothing)), outputs: [smaller] },
      { ...equation, inputs: [smaller, g, nothing], outputs: [passed] },
      { ...gradient, inputs: [x, passed], outputs: equation.outputs },
    ];
  });
  return { ...program, equations };
}

type Definitions = ReadonlyMap<Var, Equation>;

function isZero(value: Var | undefined, known: Definitions): boolean {
  const equation = value === undefined ? undefined : known.get(value);
  return equation?.primitive.name === "full" && (equation.params as FullParams).value === 0; // SAFETY: the parameters of `full`
}

/** The x of a mask `x > 0`. */
function maskedBy(equation: Equation | undefined, known: Definitions): Var | null {
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
