import { type Equation, type Program, Var } from "../../ir/program.ts";
import { removeDead } from "./dead-code.ts";
import { isZero, maskedBy } from "./masks.ts";
import { paramsKey } from "./params-key.ts";

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
  return removeDead({ ...program, equations });
}
