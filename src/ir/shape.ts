import { ShapeError } from "../util/errors.ts";

/** A shape in a program: every size is known. */
export type Dims = readonly number[];

/** Number of elements. */
export function sizeOf(shape: Dims): number {
  let size = 1;
  for (const dim of shape) size *= dim;
  return size;
}

/** Row-major strides in elements. */
export function stridesOf(shape: Dims): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = (strides[i + 1] ?? 1) * (shape[i + 1] ?? 1);
  return strides;
}

export function sameShape(a: readonly (number | null)[], b: readonly (number | null)[]): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** `[null, 64]`, as error messages and tables show it. */
export function formatShape(shape: readonly (number | null)[]): string {
  return `[${shape.map(String).join(", ")}]`;
}

/** An axis counted from the front; negative axes count from the end. */
export function normalizeAxis(axis: number, rank: number, where: string): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    const range = rank === 0 ? "no axis exists" : `expected an integer from ${-rank} to ${rank - 1}`;
    throw new ShapeError(`${where}: axis ${axis} is out of range for rank ${rank}; ${range}.`);
  }
  return axis < 0 ? axis + rank : axis;
}

/** Axes counted from the front, sorted; `undefined` or `null` means all. */
export function normalizeAxes(
  axis: number | readonly number[] | null | undefined,
  rank: number,
  where: string,
): number[] {
  if (axis === undefined || axis === null) return Array.from({ length: rank }, (_, i) => i);
  const axes = (typeof axis === "number" ? [axis] : axis).map((a) => normalizeAxis(a, rank, where));
  if (new Set(axes).size !== axes.length)
    throw new ShapeError(`${where}: axes ${formatShape(axes)} name an axis twice.`);
  return axes.toSorted((a, b) => a - b);
}

/**
 * The shape two shapes broadcast to, as in NumPy.
 *
 * @throws {ShapeError} when a pair of sizes differs and neither is 1.
 */
export function broadcastShapes(a: Dims, b: Dims, where: string): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new ShapeError(
        `${where}: shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast: axis ${i - rank} is ${x} against ${y}. Sizes must be equal or 1.`,
      );
    }
    return x === 1 ? y : x;
  });
}

/** All multi-indices of a shape, in row-major order, as one reused array. */
export function* indicesOf(shape: Dims): Generator<number[]> {
  const index = shape.map(() => 0);
  const size = sizeOf(shape);
  for (let n = 0; n < size; n++) {
    yield index;
    for (let d = shape.length - 1; d >= 0; d--) {
      const next = (index[d] ?? 0) + 1;
      if (next < (shape[d] ?? 0)) {
        index[d] = next;
        break;
      }
      index[d] = 0;
    }
  }
}
