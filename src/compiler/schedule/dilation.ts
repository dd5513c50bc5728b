import { fullPrimitive } from "../../ir/primitives/full.ts";
import type { PadParams } from "../../ir/primitives/pad.ts";
import { slicePrimitive } from "../../ir/primitives/slice.ts";
import { type Equation, Var } from "../../ir/program.ts";
import type { Params, Primitive } from "../../ir/primitive.ts";
import { stridesOf } from "../../ir/shape.ts";

function apply<P extends Params>(
  primitive: Primitive<P>,
  inputs: readonly Var[],
  params: P,
  like: Var,
): { value: Var; equation: Equation } {
  const [aval = like] = primitive.infer(inputs, params);
  const value = new Var(aval, like.builder);
  // SAFETY: primitive and params of one P stay together; only that primitive reads them.
  return {
    value,
    equation: { primitive: primitive as unknown as Primitive, inputs, params, outputs: [value] },
  };
}

/** What padding between elements writes: the filling, then the elements that are not cut off, spread over it. */
export function dilationParts(
  value: Var,
  equation: Equation,
): { fill: Var; inside: Var; equations: Equation[]; offset: number; strides: number[] } {
  const params = equation.params as PadParams; // SAFETY: the parameters of the primitive `pad`
  const [x = value] = equation.inputs;
  const fill = apply(
    fullPrimitive,
    [],
    { value: params.value, shape: value.shape, dtype: value.dtype },
    value,
  );
  const steps = params.interior.map((n) => n + 1);
  const start = x.shape.map((dim, i) =>
    Math.min(dim, Math.max(0, Math.ceil(-(params.low[i] ?? 0) / (steps[i] ?? 1)))),
  );
  const limit = x.shape.map((dim, i) => {
    const last = Math.floor(((value.shape[i] ?? 0) - 1 - (params.low[i] ?? 0)) / (steps[i] ?? 1));
    return Math.max(start[i] ?? 0, Math.min(dim, last + 1));
  });
  const inside = apply(slicePrimitive, [x], { start, limit, strides: start.map(() => 1) }, value);
  const dense = stridesOf(value.shape);
  const offset = start.reduce(
    (sum, s, i) => sum + ((params.low[i] ?? 0) + s * (steps[i] ?? 1)) * (dense[i] ?? 0),
    0,
  );
  return {
    fill: fill.value,
    inside: inside.value,
    equations: [fill.equation, inside.equation],
    offset,
    strides: dense.map((stride, i) => stride * (steps[i] ?? 1)),
  };
}
