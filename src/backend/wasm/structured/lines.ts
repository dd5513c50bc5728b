import { bytesOf, type DType } from "../../../ir/dtypes.ts";
import { sizeOf } from "../../../ir/shape.ts";
import { i32, type FunctionBuilder, type Local } from "../assembler/index.ts";
import { displaced, loadLanes, loadVector, storeLanes, storeVector } from "../loops/memory.ts";
import type { Scope, Vector, VectorExpr } from "../math/scope.ts";

/** The lines of an array along one axis: `outer × inner` of them, `length` elements each, `inner` apart. */
export interface Lines {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

export function linesAlong(shape: readonly number[], axis: number): Lines {
  return {
    outer: sizeOf(shape.slice(0, axis)),
    length: shape[axis] ?? 1,
    inner: sizeOf(shape.slice(axis + 1)),
  };
}

/** Several neighbouring lines, one in each lane of a vector. */
export interface LineGroup {
  readonly lanes: number;
  /** Elements between the lanes. */
  readonly laneStride: number;
  /** Element number of the first line's first element. */
  readonly start: Local<"i32">;
  /** Number of the first line. */
  readonly line: Local<"i32">;
}

/**
 * Runs `body` for all lines, as many at once as a vector has lanes: lines that are neighbours in memory where the
 * axis is not the last, else lines one after the other.
 */
export function forEachLines(
  fn: FunctionBuilder,
  { outer, length, inner }: Lines,
  width: number,
  body: (group: LineGroup) => void,
): void {
  const [start, line, o, i] = fn.locals("i32", 4);
  const [count, laneStride] = inner === 1 ? [outer, length] : [inner, 1];
  const whole = Math.floor(count / width) * width;
  const groups = (): void => {
    const round = (lanes: number): void => {
      body({ lanes, laneStride, start, line });
      fn.increment(start, lanes * laneStride);
      fn.increment(line, lanes);
    };
    fn.forRange(i, 0, whole, width, () => round(width));
    if (count > whole) round(count - whole);
  };
  fn.set(start, 0);
  fn.set(line, 0);
  if (inner === 1) return groups();
  fn.forRange(o, 0, outer, 1, () => {
    fn.set(start, i32.mul(o, length * inner));
    fn.set(line, i32.mul(o, inner));
    groups();
  });
}

/** Reads an element of each line of a group, at an address of the first line's. */
export function loadGroup(
  s: Scope,
  address: Local<"i32">,
  { lanes, laneStride }: LineGroup,
  dtype: DType,
  width: 4 | 2,
): VectorExpr {
  if (laneStride === 1) return loadVector(s, address, 0, dtype, width);
  return loadLanes(
    s,
    Array.from({ length: lanes }, (_, l) => displaced(address, l * laneStride * bytesOf(dtype))),
    dtype,
  );
}

/** Writes an element of each line of a group. */
export function storeGroup(
  s: Scope,
  address: Local<"i32">,
  value: Vector,
  { lanes, laneStride }: LineGroup,
  dtype: DType,
): void {
  if (laneStride === 1) return storeVector(s, address, 0, value, dtype, lanes);
  storeLanes(
    s,
    Array.from({ length: lanes }, (_, l) => displaced(address, l * laneStride * bytesOf(dtype))),
    value,
    dtype,
  );
}
