import type { Equation, Var } from "../../ir/program.ts";
import { type Dims, stridesOf } from "../../ir/shape.ts";
import { flatten, type Index, walk } from "./affine.ts";
import { takesStrides } from "./roots.ts";
import type { Root, Values } from "./values.ts";
import { isFoldable, sourceOf } from "./views.ts";

/** An operand of a structured kernel: a stored array seen through strides. */
export interface PendingOperand {
  readonly root: Root;
  readonly shape: Dims;
  readonly offset: number;
  readonly strides: readonly number[];
}

/** A stored array as it is. */
export function denseOperand(root: Root): PendingOperand {
  const { shape } = root.value;
  return { root, shape, offset: 0, strides: stridesOf(shape) };
}

/** The stored array that a value is a strided view of; or the value that must be stored first. */
function stridedView(value: Var, values: Values): PendingOperand | Var {
  const sizes = value.shape;
  let index: Index = walk(
    sizes,
    sizes.map((_, d) => d),
    sizes.length,
  );
  let at = value;
  for (;;) {
    const root = values.rootOf(at);
    if (root !== null) {
      const flat = flatten(index, sizes.length);
      return { root, shape: sizes, offset: flat.offset, strides: flat.coeffs };
    }
    const equation = values.equationOf(at);
    const input = equation.inputs[equation.outputs.indexOf(at)];
    const isView = equation.primitive.lowering.kind === "view" && isFoldable(equation) && input !== undefined;
    const source = isView ? sourceOf(equation, at.shape, index, sizes) : null;
    // Something that is computed, or a view that strides cannot express: the nearest array to it is stored.
    if (input === undefined || source === null || source.bounds.length > 0) return at;
    index = source.index;
    at = input;
  }
}

/** The operand for an input of a structured equation; `store` makes a value available in memory. */
export function operandOf(
  equation: Equation,
  input: Var,
  values: Values,
  store: (value: Var) => void,
): PendingOperand {
  if (!takesStrides(equation) && values.rootOf(input) === null) store(input);
  for (;;) {
    const view = stridedView(input, values);
    if ("root" in view) return view;
    store(view);
  }
}
