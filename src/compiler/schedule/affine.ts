import { type Dims, sizeOf, stridesOf } from "../../ir/shape.ts";

/** `offset + Σ coeffs[d]·i[d]` over the loop dimensions `i` of a kernel. */
export interface Affine {
  readonly offset: number;
  readonly coeffs: readonly number[];
}

/**
 * Which element of an array a kernel touches: one affine expression for each axis of `shape`.
 *
 * `shape` has the array's elements in the array's order, but may group them into other axes than the array's own:
 * reshapes cost nothing until an axis is moved, repeated or cut.
 */
export interface Index {
  readonly shape: Dims;
  readonly axes: readonly Affine[];
}

export function constant(offset: number, rank: number): Affine {
  return { offset, coeffs: new Array<number>(rank).fill(0) };
}

/** `scale·x + offset`. */
export function scaled(x: Affine, scale: number, offset: number): Affine {
  if (scale === 1 && offset === 0) return x;
  return { offset: x.offset * scale + offset, coeffs: x.coeffs.map((c) => c * scale) };
}

/** `Σ strides[a]·axes[a] + offset`. */
export function combine(
  axes: readonly Affine[],
  strides: readonly number[],
  offset: number,
  rank: number,
): Affine {
  const coeffs = new Array<number>(rank).fill(0);
  let total = offset;
  for (let a = 0; a < axes.length; a++) {
    const axis = axes[a];
    const stride = strides[a] ?? 0;
    if (axis === undefined || stride === 0) continue;
    total += axis.offset * stride;
    for (let d = 0; d < rank; d++) coeffs[d] = (coeffs[d] ?? 0) + (axis.coeffs[d] ?? 0) * stride;
  }
  return { offset: total, coeffs };
}

/** The element's number in row-major order; it names the element whatever axes the index is grouped into. */
export function flatten(index: Index, rank: number): Affine {
  return combine(index.axes, stridesOf(index.shape), 0, rank);
}

/** The index that walks an array of `shape` with the loop dimensions `dims[a]` (−1: an axis of size 1, always 0). */
export function walk(shape: Dims, dims: readonly number[], rank: number): Index {
  const axes = dims.map((dim, axis) => {
    const coeffs = new Array<number>(rank).fill(0);
    if (dim >= 0 && shape[axis] !== 1) coeffs[dim] = 1;
    return { offset: 0, coeffs };
  });
  return { shape, axes };
}

/** A loop that would have to be two, of which the inner one runs over `inner` steps, for an index to be affine. */
export interface Obstacle {
  readonly dim: number;
  readonly inner: number;
}

/** The loop to split so that quotient and remainder by `q` become affine, if that helps. */
function obstacleTo(x: Affine, q: number, sizes: readonly number[]): Obstacle | null {
  for (let dim = 0; dim < sizes.length; dim++) {
    const c = x.coeffs[dim] ?? 0;
    const size = sizes[dim] ?? 1;
    if (c <= 0 || c % q === 0 || c * (size - 1) < q || q % c !== 0) continue;
    const inner = q / c;
    if (size % inner === 0) return { dim, inner };
  }
  return null;
}

/** Quotient and remainder by `q` where both are affine over loops of these `sizes`; else null. */
function divide(x: Affine, q: number, sizes: readonly number[]): [Affine, Affine] | null {
  const high = new Array<number>(sizes.length).fill(0);
  const low = new Array<number>(sizes.length).fill(0);
  const quotient = Math.floor(x.offset / q);
  const rest = x.offset - quotient * q;
  let least = rest;
  let most = rest;
  for (let d = 0; d < sizes.length; d++) {
    const c = x.coeffs[d] ?? 0;
    const last = (sizes[d] ?? 1) - 1;
    if (c === 0 || last <= 0) continue;
    if (c % q === 0) {
      high[d] = c / q;
      continue;
    }
    low[d] = c;
    if (c > 0) most += c * last;
    else least += c * last;
  }
  if (least < 0 || most >= q) return null;
  return [
    { offset: quotient, coeffs: high },
    { offset: rest, coeffs: low },
  ];
}

/**
 * Regroups an index into the axes of `shape` (of equal size); null where that is not affine.
 *
 * @param onObstacle - Is told of a loop that stands in the way and could be split.
 * @param isNeeded - Which axes matter; the others may come out as 0.
 */
export function regroup(
  index: Index,
  shape: Dims,
  sizes: readonly number[],
  onObstacle?: (obstacle: Obstacle) => void,
  isNeeded: (axis: number) => boolean = () => true,
): Index | null {
  const from = index.shape;
  if (from.length === shape.length && from.every((dim, i) => dim === shape[i])) return index;
  const rank = sizes.length;
  if (sizeOf(shape) <= 1) return { shape, axes: shape.map(() => constant(0, rank)) };
  const axes: Affine[] = [];
  let i = 0;
  let j = 0;
  while (j < shape.length) {
    const group = alignedGroup(from, i, shape, j);
    if (group === null) return null;
    const dims = from.slice(i, group.fromEnd);
    let rest = combine(index.axes.slice(i, group.fromEnd), stridesOf(dims), 0, rank);
    const to = shape.slice(j, group.toEnd);
    const strides = stridesOf(to);
    const isIdle = !to.some((_, a) => isNeeded(j + a));
    for (let a = 0; a < to.length; a++) {
      const stride = strides[a] ?? 1;
      if (to[a] === 1 || isIdle) axes.push(constant(0, rank));
      else if (stride === 1) axes.push(rest);
      else {
        const parts = divide(rest, stride, sizes);
        if (parts === null) {
          const obstacle = obstacleTo(rest, stride, sizes);
          if (obstacle !== null) onObstacle?.(obstacle);
          return null;
        }
        axes.push(parts[0]);
        rest = parts[1];
      }
    }
    i = group.fromEnd;
    j = group.toEnd;
  }
  return { shape, axes };
}

/** The shortest runs of axes from `i` and `j` that hold equally many elements. */
function alignedGroup(from: Dims, i: number, to: Dims, j: number): { fromEnd: number; toEnd: number } | null {
  let a = 1;
  let b = to[j] ?? 1;
  let toEnd = j + 1;
  let fromEnd = i;
  while (a !== b) {
    if (a < b) {
      if (fromEnd >= from.length) return null;
      a *= from[fromEnd++] ?? 1;
    } else {
      if (toEnd >= to.length) return null;
      b *= to[toEnd++] ?? 1;
    }
  }
  // Axes of size 1 at the end of either side belong to this group.
  while (toEnd === to.length && fromEnd < from.length && from[fromEnd] === 1) fromEnd++;
  return { fromEnd, toEnd };
}

export function sameAffine(a: Affine, b: Affine): boolean {
  return a.offset === b.offset && a.coeffs.every((c, d) => c === b.coeffs[d]);
}
