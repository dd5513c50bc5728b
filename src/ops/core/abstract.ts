import type { DType } from "../../ir/dtypes.ts";
import { ProgramBuilder } from "../../ir/program.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import { AntlerError } from "../../util/errors.ts";
import { mapTree, type Tree } from "../../util/tree.ts";
import { StateScope, withScope } from "./scope.ts";
import { Tensor } from "./tensor.ts";

/** Shape and dtype of a symbolic value; null where a size is not known yet. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/**
 * Stand-ins for unknown sizes. A result's size that differs between the two traces depends on an unknown one.
 * Both have many divisors, so that reshapes of unknown sizes divide evenly.
 */
const standIns = [27720, 55440] as const;

/**
 * Shapes and dtypes of a function's results for inputs with unknown sizes, without computing anything: the function is
 * traced with two different stand-ins for the unknown sizes, and what differs between the results is unknown.
 */
export function inferSpecs(f: (inputs: Tree<Tensor>) => Tree<Tensor>, inputs: Tree<Spec>): Tree<Spec> {
  const first = traceWith(standIns[0], f, inputs);
  if (!specsIn(inputs).some(({ shape }) => shape.includes(null))) return first;
  const second = specsIn(traceWith(standIns[1], f, inputs));
  let next = 0;
  return mapSpecs(first, ({ shape, dtype }): Spec => {
    const other = second[next++];
    return { shape: shape.map((dim, axis) => (other?.shape[axis] === dim ? dim : null)), dtype };
  });
}

/** All specs of a tree, in the order of `mapSpecs`. */
function specsIn(tree: Tree<Spec>): Spec[] {
  const found: Spec[] = [];
  mapSpecs(tree, (spec) => found.push(spec));
  return found;
}

let activeStandIn: number | null = null;

/** A shape seen inside `inferSpecs` with its stand-ins turned back into unknown sizes; elsewhere the shape itself. */
export function knownShape(shape: Shape): Shape {
  return activeStandIn === null ? shape : shape.map((dim) => (dim === activeStandIn ? null : dim));
}

/** True while a function is traced for its shapes alone. */
export function isInferring(): boolean {
  return activeStandIn !== null;
}

function traceWith(
  standIn: number,
  f: (inputs: Tree<Tensor>) => Tree<Tensor>,
  inputs: Tree<Spec>,
): Tree<Spec> {
  const scope = new StateScope(new ProgramBuilder());
  const previous = activeStandIn;
  activeStandIn = standIn;
  try {
    return withScope(scope, () => {
      const values = mapSpecs(inputs, ({ shape, dtype }) =>
        Tensor.traced(scope.builder.input({ shape: shape.map((dim) => dim ?? standIn), dtype })),
      );
      return mapTree(f(values), ({ shape, dtype }) => ({ shape, dtype }));
    });
  } catch (error) {
    if (error instanceof AntlerError)
      error.reword(error.message.replaceAll(new RegExp(`\\b${standIn}\\b`, "g"), "null"));
    throw error;
  } finally {
    activeStandIn = previous;
  }
}

function isSpec(node: Tree<Spec>): node is Spec {
  return "shape" in node && Array.isArray(node.shape) && "dtype" in node && typeof node.dtype === "string";
}

/** `mapTree` over specs, which are plain objects themselves. */
export function mapSpecs<U>(tree: Tree<Spec>, f: (spec: Spec) => U): Tree<U> {
  if (Array.isArray(tree)) return tree.map((child: Tree<Spec>) => mapSpecs(child, f));
  if (isSpec(tree)) return f(tree);
  return Object.fromEntries(Object.entries(tree).map(([key, child]) => [key, mapSpecs(child, f)]));
}
