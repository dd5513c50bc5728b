import type { Equation, Program, Var } from "../../ir/program.ts";
import { sizeOf } from "../../ir/shape.ts";

/** Larger arrays are computed where they are needed, so that they do not fill the memory before. */
const mostElements = 16384;

/**
 * The equations of a program, with small ones that depend on persistent arrays alone (the scales of a normalization
 * at inference) in front: then what is computed from them can be fused behind any product.
 */
export function parametersFirst({ state, equations }: Program): readonly Equation[] {
  if (state.length === 0) return equations;
  const early = new Set<Var>(state);
  const isEarly = ({ primitive, inputs, outputs }: Equation): boolean => {
    const { kind } = primitive.lowering;
    const isLight = kind === "elementwise" || kind === "view" || kind === "reduce";
    const isSmall = outputs.every(({ shape }) => sizeOf(shape) <= mostElements);
    return (
      isLight &&
      isSmall &&
      inputs.length > 0 &&
      inputs.every((value) => early.has(value) || isConstant(value))
    );
  };
  const constants = new Set<Var>();
  const isConstant = (value: Var): boolean => constants.has(value);
  const first: Equation[] = [];
  const rest: Equation[] = [];
  for (const equation of equations) {
    // What has no inputs is computed where it is read; it may go anywhere.
    if (equation.inputs.length === 0) {
      first.push(equation);
      for (const value of equation.outputs) constants.add(value);
    } else if (isEarly(equation)) {
      first.push(equation);
      for (const value of equation.outputs) early.add(value);
    } else rest.push(equation);
  }
  return [...first, ...rest];
}
