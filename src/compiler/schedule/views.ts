import type { IotaParams } from "../../ir/primitives/iota.ts";
import type { PadParams } from "../../ir/primitives/pad.ts";
import type { BroadcastParams } from "../../ir/primitives/broadcast.ts";
import type { ReverseParams } from "../../ir/primitives/reverse.ts";
import type { SliceParams } from "../../ir/primitives/slice.ts";
import type { TransposeParams } from "../../ir/primitives/transpose.ts";
import type { Equation } from "../../ir/program.ts";
import type { Dims } from "../../ir/shape.ts";
import { type Affine, constant, type Index, regroup, scaled } from "./affine.ts";

/** What must hold for an element to come from the viewed array: each `position` lies in `[0, limit)`. */
export interface Bound {
  readonly position: Affine;
  readonly limit: number;
}

/** Where an element of a view is found in its input. */
export interface Source {
  readonly index: Index;
  /** Padding: outside of these bounds the element is `otherwise`. */
  readonly bounds: readonly Bound[];
  readonly otherwise: number;
}

type AxisMap = (
  axes: readonly Affine[],
  equation: Equation,
  rank: number,
) => { axes: Affine[]; bounds?: Bound[]; otherwise?: number };

/** How each view moves indices. Views that only rename or regroup elements are handled by `sourceOf` itself. */
const moves: Readonly<Record<string, AxisMap>> = {
  transpose: (axes, { params }) => {
    const { perm } = params as TransposeParams; // SAFETY: the parameters of the primitive `transpose`
    const moved: Affine[] = [...axes];
    perm.forEach((axis, i) => {
      const from = axes[i];
      if (from !== undefined) moved[axis] = from;
    });
    return { axes: moved };
  },
  broadcast: (axes, { params, inputs }, rank) => {
    const { axes: to } = params as BroadcastParams; // SAFETY: the parameters of the primitive `broadcast`
    const shape = inputs[0]?.shape ?? [];
    return { axes: shape.map((dim, i) => (dim === 1 ? undefined : axes[to[i] ?? -1]) ?? constant(0, rank)) };
  },
  slice: (axes, { params }) => {
    const { start, strides } = params as SliceParams; // SAFETY: the parameters of the primitive `slice`
    return { axes: axes.map((x, i) => scaled(x, strides[i] ?? 1, start[i] ?? 0)) };
  },
  reverse: (axes, { params, inputs }) => {
    const { axes: reversed } = params as ReverseParams; // SAFETY: the parameters of the primitive `reverse`
    const shape = inputs[0]?.shape ?? [];
    return { axes: axes.map((x, i) => (reversed.includes(i) ? scaled(x, -1, (shape[i] ?? 1) - 1) : x)) };
  },
  pad: (axes, { params, inputs }) => {
    const { low, high, value } = params as PadParams; // SAFETY: the parameters of the primitive `pad`
    const shape = inputs[0]?.shape ?? [];
    const moved = axes.map((x, i) => scaled(x, 1, -(low[i] ?? 0)));
    const bounds: Bound[] = [];
    moved.forEach((position, i) => {
      if ((low[i] ?? 0) > 0 || (high[i] ?? 0) > 0) bounds.push({ position, limit: shape[i] ?? 0 });
    });
    return { axes: moved, bounds, otherwise: value };
  },
};

/** Whether the value of a view is its input's, element for element in row-major order. */
export function isRename(equation: Equation): boolean {
  const { name } = equation.primitive;
  return name === "reshape" || name === "stopGradient" || name === "customGradient";
}

/** Whether a view can be folded into the loops that read it. */
export function isFoldable(equation: Equation): boolean {
  if (isRename(equation)) return true;
  if (equation.primitive.name !== "pad") return equation.primitive.name in moves;
  const { interior } = equation.params as PadParams; // SAFETY: the parameters of the primitive `pad`
  return interior.every((n) => n === 0);
}

/** Whether the elements of a view differ along an axis: not where it repeats. */
export function readsAxis({ primitive, params, inputs }: Equation, axis: number): boolean {
  if (primitive.name === "iota") return (params as IotaParams).axis === axis; // SAFETY: the parameters of the primitive `iota`
  if (primitive.name !== "broadcast") return true;
  const { axes } = params as BroadcastParams; // SAFETY: the parameters of the primitive `broadcast`
  const from = axes.indexOf(axis);
  return from >= 0 && inputs[0]?.shape[from] !== 1;
}

/**
 * Follows an index through a view to the view's input.
 *
 * @returns null where the input's element is not affine in the loops of these `sizes`.
 */
export function sourceOf(
  equation: Equation,
  output: Dims,
  index: Index,
  sizes: readonly number[],
): Source | null {
  if (isRename(equation)) return { index, bounds: [], otherwise: 0 };
  const regrouped = regroup(index, output, sizes, undefined, (axis) => readsAxis(equation, axis));
  const move = moves[equation.primitive.name];
  if (regrouped === null || move === undefined) return null;
  const { axes, bounds = [], otherwise = 0 } = move(regrouped.axes, equation, sizes.length);
  return { index: { shape: equation.inputs[0]?.shape ?? [], axes }, bounds, otherwise };
}
