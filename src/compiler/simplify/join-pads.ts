import { concatPrimitive } from "../../ir/primitives/concat.ts";
import type { PadParams } from "../../ir/primitives/pad.ts";
import type { Params, Primitive } from "../../ir/primitive.ts";
import type { Equation, Program, Var } from "../../ir/program.ts";

/** Part of a sum of zero-padded arrays: `value` lies at `start` along the axis. */
interface Segment {
  readonly start: number;
  readonly end: number;
  readonly value: Var;
}

interface Segments {
  readonly axis: number;
  readonly parts: readonly Segment[];
}

/**
 * A sum of arrays that zeros pad to one size, each at a place of its own, is their concatenation. That is what the
 * gradients of slices of one array add up to (the gates of an LSTM).
 */
export function joinPads(program: Program): Program {
  const segments = new Map<Var, Segments>();
  const equations = program.equations.map((equation): Equation => {
    const [output] = equation.outputs;
    if (output === undefined) return equation;
    if (equation.primitive.name === "pad") {
      const found = padded(equation);
      if (found !== null) segments.set(output, found);
      return equation;
    }
    if (equation.primitive.name !== "add") return equation;
    const [a, b] = equation.inputs.map((value) => segments.get(value));
    if (a === undefined || b === undefined || a.axis !== b.axis) return equation;
    const parts = [...a.parts, ...b.parts].toSorted((x, y) => x.start - y.start);
    if (parts.some((part, i) => i > 0 && part.start < (parts[i - 1]?.end ?? 0))) return equation;
    segments.set(output, { axis: a.axis, parts });
    const isWhole =
      parts.every((part, i) => part.start === (parts[i - 1]?.end ?? 0)) &&
      parts.at(-1)?.end === output.shape[a.axis];
    if (!isWhole) return equation;
    const primitive = concatPrimitive as unknown as Primitive; // SAFETY: kept together with its own parameters below
    const params: Params = { axis: a.axis };
    return { primitive, params, inputs: parts.map((part) => part.value), outputs: [output] };
  });
  return { ...program, equations };
}

/** What padding with zeros along one axis makes of an array. */
function padded(equation: Equation): Segments | null {
  const { value, low, high, interior } = equation.params as PadParams; // SAFETY: the parameters of `pad`
  const [x] = equation.inputs;
  const axes = low.flatMap((n, i) => (n !== 0 || high[i] !== 0 ? [i] : []));
  const [axis] = axes;
  if (value !== 0 || x === undefined || axis === undefined || axes.length > 1) return null;
  const start = low[axis] ?? 0;
  if (start < 0 || (high[axis] ?? 0) < 0 || interior.some((n) => n !== 0)) return null;
  return { axis, parts: [{ start, end: start + (x.shape[axis] ?? 0), value: x }] };
}
