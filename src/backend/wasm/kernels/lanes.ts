import type { StructuredDType } from "../../../compiler/kernel-ir/structured.ts";
import {
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  v128,
  type Expr,
  type FunctionBuilder,
  type Local,
} from "../assembler/index.ts";

type Vector = Expr<"v128">;

/** Vector arithmetic of one dtype, for kernels that are written once for all. */
export interface LaneOps {
  readonly lanes: number;
  readonly bytes: number;
  add(a: Vector, b: Vector): Vector;
  /** `a < b ? b : a`: the first operand where they are unordered. */
  max(a: Vector, b: Vector): Vector;
  equal(a: Vector, b: Vector): Vector;
  /** All bits of a lane that is no number; null where every lane is one. */
  readonly isNan: ((a: Vector) => Vector) | null;
  /** Every lane divided by an integer. */
  divide(a: Vector, by: Expr<"i32">): Vector;
  /** The value below all others. */
  readonly lowest: Vector;
}

/** The vector arithmetic of each dtype. */
export const laneOps: Readonly<Record<StructuredDType, LaneOps>> = {
  float32: {
    lanes: 4,
    bytes: 4,
    add: (a, b) => f32x4.add(a, b),
    max: (a, b) => f32x4.pmax(a, b),
    equal: (a, b) => f32x4.eq(a, b),
    isNan: (a) => f32x4.ne(a, a),
    divide: (a, by) => f32x4.div(a, f32x4.splat(f32.convertI32S(by))),
    lowest: f32x4.const(-Infinity),
  },
  float64: {
    lanes: 2,
    bytes: 8,
    add: (a, b) => f64x2.add(a, b),
    max: (a, b) => f64x2.pmax(a, b),
    equal: (a, b) => f64x2.eq(a, b),
    isNan: (a) => f64x2.ne(a, a),
    divide: (a, by) => f64x2.div(a, f64x2.splat(f64.convertI32S(by))),
    lowest: f64x2.const(-Infinity),
  },
  int32: {
    lanes: 4,
    bytes: 4,
    add: (a, b) => i32x4.add(a, b),
    max: (a, b) => i32x4.maxS(a, b),
    equal: (a, b) => i32x4.eq(a, b),
    isNan: null,
    // Integer averages are taken in the integers by Keras too; lane by lane, they are rare.
    divide: (a, by) =>
      [0, 1, 2, 3].reduce(
        (vector, lane) => i32x4.replaceLane(vector, lane, i32.divS(i32x4.extractLane(a, lane), by)),
        a,
      ),
    lowest: i32x4.splat(i32.const(-(2 ** 31))),
  },
};

/** Stores the first `lanes` lanes of a vector of this dtype. */
export function storeLanes(
  fn: FunctionBuilder,
  ops: LaneOps,
  address: Expr<"i32">,
  value: Local<"v128">,
  lanes: number,
  offset: number,
): void {
  if (lanes === ops.lanes) fn.store(address, value, offset);
  else if (ops.bytes === 4) fn.storeLanes32(address, value, lanes, offset);
  else fn.storeLane(address, value, 3, 0, offset);
}

/** Loads a whole vector. */
export function loadLanes(address: Expr<"i32">, offset: number): Vector {
  return v128.load(address, offset);
}
