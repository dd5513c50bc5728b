import { isFloat } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { stridesOf } from "../ir/shape.ts";
import { floorRemainder } from "./arithmetic.ts";
import { axesOf } from "./core/compute.ts";
import { castTo } from "./core/lift.ts";
import type { Tensor } from "./core/tensor.ts";

/** What lies outside an image. */
export const fillModes = ["constant", "nearest", "wrap", "mirror", "reflect"] as const;
export type FillMode = (typeof fillModes)[number];

export const orders = { nearest: 0, bilinear: 1 } as const;
export type PointInterpolation = keyof typeof orders;

export interface Filling {
  readonly order: 0 | 1;
  readonly fillMode: FillMode;
  readonly fillValue: number;
}

/** Triangular wave: `… 2 1 0 1 2 … n−1 … 1 0 1 …`. */
function mirrored(index: Var, n: number): Var {
  const s = n - 1;
  if (s === 0) return p.fullLike(index, 0);
  return p.abs(p.offset(floorRemainder(p.offset(index, s), p.fullLike(index, 2 * s)), -s));
}

/** Brings indices outside back into an axis of size n. */
function fixIndex(index: Var, n: number, mode: FillMode): Var {
  if (mode === "wrap") return floorRemainder(index, p.fullLike(index, n));
  if (mode === "mirror") return mirrored(index, n);
  if (mode === "reflect")
    return p.div(p.offset(mirrored(p.offset(p.scale(index, 2), 1), 2 * n + 1), -1), p.fullLike(index, 2));
  return p.clamp(index, p.fullLike(index, 0), p.fullLike(index, n - 1));
}

interface Corner {
  readonly index: Var;
  /** Null: everywhere. */
  readonly isInside: Var | null;
  /** Null: 1. */
  readonly weight: Var | null;
}

/** The neighbours of coordinates along one axis, with their weights. */
function cornersOf(coordinate: Var, n: number, { order, fillMode }: Filling): Corner[] {
  const corner = (at: Var, weight: Var | null): Corner => {
    const raw = p.cast(at, "int32");
    const isInside =
      fillMode === "constant" ? p.and(p.ge(raw, p.fullLike(raw, 0)), p.lt(raw, p.fullLike(raw, n))) : null;
    return { index: fixIndex(raw, n, fillMode), isInside, weight };
  };
  if (order === 0) return [corner(p.round(coordinate), null)];
  const low = p.floor(coordinate);
  const part = p.sub(coordinate, low);
  return [corner(low, p.sub(p.fullLike(part, 1), part)), corner(p.offset(low, 1), part)];
}

/**
 * Interpolates between the places of a grid `sizes`, whose elements are the rows of `rows` (`[… · grid, …rest]`).
 *
 * Coordinates have one shape S; `first` (of shape S) is the row where each one's grid begins. Result `[...S, ...rest]`.
 */
export function interpolate(
  rows: Var,
  sizes: readonly number[],
  coordinates: readonly Var[],
  first: Var | null,
  filling: Filling,
): Var {
  const steps = stridesOf(sizes);
  let combinations: Corner[][] = [[]];
  coordinates.forEach((coordinate, i) => {
    const corners = cornersOf(coordinate, sizes[i] ?? 1, filling);
    combinations = combinations.flatMap((list) => corners.map((corner) => [...list, corner]));
  });
  const rest = rows.shape.slice(1);
  const parts = combinations.map((corners) => {
    const linear = corners.map(({ index }, i) => p.scale(index, steps[i] ?? 1)).reduce((a, b) => p.add(a, b));
    const taken = p.gather(rows, first === null ? linear : p.add(linear, first), 0);
    const spread = (x: Var): Var => p.broadcast(x, [...x.shape, ...rest], axesOf(x));
    const insides = corners.flatMap(({ isInside }) => (isInside === null ? [] : [isInside]));
    const kept =
      insides.length === 0
        ? taken
        : p.select(
            spread(insides.reduce((a, b) => p.and(a, b))),
            taken,
            p.fullLike(taken, filling.fillValue),
          );
    const weights = corners.flatMap(({ weight }) => (weight === null ? [] : [weight]));
    return weights.length === 0
      ? kept
      : p.mul(
          kept,
          spread(
            castTo(
              weights.reduce((a, b) => p.mul(a, b)),
              kept.dtype,
            ),
          ),
        );
  });
  return parts.reduce((a, b) => p.add(a, b));
}

/** Back to the dtype of the pixels, rounded for integers. */
export function asPixels(y: Var, dtype: Tensor["dtype"]): Var {
  return castTo(isFloat(dtype) ? y : p.round(y), dtype);
}
