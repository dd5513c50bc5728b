import { type BroadcastParams, broadcastPrimitive } from "../../ir/primitives/broadcast.ts";
import { type ConcatParams, concatPrimitive } from "../../ir/primitives/concat.ts";
import type { PadParams } from "../../ir/primitives/pad.ts";
import { reshapePrimitive } from "../../ir/primitives/reshape.ts";
import { type SliceParams, slicePrimitive } from "../../ir/primitives/slice.ts";
import { type TransposeParams, transposePrimitive } from "../../ir/primitives/transpose.ts";
import type { LiteralParams } from "../../ir/primitives/literal.ts";
import type { ReduceParams } from "../../ir/reduction.ts";
import { toNumbers } from "../../ir/numbers.ts";
import type { Var } from "../../ir/program.ts";
import { mulPrimitive } from "../../ir/primitives/mul.ts";
import { negPrimitive } from "../../ir/primitives/neg.ts";
import { reduceSumPrimitive } from "../../ir/primitives/reduce-sum.ts";
import { sizeOf } from "../../ir/shape.ts";
import { fits, type Result, type Rewriter, type Rule, type RuleTable } from "./rewriter.ts";

/** A view of a constant is that constant. */
function ofConstant(r: Rewriter, x: Var | undefined, result: Result): Var | null {
  const c = r.constantOf(x);
  return c === null ? null : r.full(c, result);
}

const reshape: Rule = (r, [x], _, result) => {
  if (x === undefined) return null;
  if (fits(x, result)) return x;
  const inner = r.match(x, "reshape")?.inputs[0];
  if (inner !== undefined) return r.apply(reshapePrimitive, [inner], { shape: result.shape });
  return ofConstant(r, x, result);
};

const transpose: Rule = (r, [x], params, result) => {
  const { perm } = params as TransposeParams; // SAFETY: the parameters of `transpose`
  if (x === undefined) return null;
  if (perm.every((axis, i) => axis === i)) return x;
  // Axes of size 1 move without moving an element.
  const moved = perm.filter((axis) => x.shape[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > (moved[i - 1] ?? 0)))
    return r.apply(reshapePrimitive, [x], { shape: result.shape });
  const inner = r.match(x, "transpose");
  const [origin] = inner?.inputs ?? [];
  if (inner !== null && origin !== undefined) {
    const before = (inner.params as TransposeParams).perm; // SAFETY: the parameters of `transpose`
    return r.apply(transposePrimitive, [origin], { perm: perm.map((axis) => before[axis] ?? 0) });
  }
  return ofConstant(r, x, result);
};

const broadcast: Rule = (r, [x], params, result) => {
  const { axes } = params as BroadcastParams; // SAFETY: the parameters of `broadcast`
  if (x === undefined) return null;
  if (sizeOf(x.shape) === sizeOf(result.shape))
    return r.apply(reshapePrimitive, [x], { shape: result.shape });
  const inner = r.match(x, "broadcast");
  const [origin] = inner?.inputs ?? [];
  if (inner !== null && origin !== undefined) {
    const before = (inner.params as BroadcastParams).axes; // SAFETY: the parameters of `broadcast`
    return r.apply(broadcastPrimitive, [origin], {
      shape: result.shape,
      axes: before.map((axis) => axes[axis] ?? 0),
    });
  }
  return ofConstant(r, x, result);
};

const reverse: Rule = (r, [x], _, result) => ofConstant(r, x, result);

const slice: Rule = (r, [x], params, result) => {
  const { start, limit, strides } = params as SliceParams; // SAFETY: the parameters of `slice`
  if (x === undefined) return null;
  if (fits(x, result)) return x;
  return ofConstant(r, x, result) ?? ofConcat(r, x, start, limit, strides);
};

/** A slice that lies within one part of a concatenation is a slice of that part. */
function ofConcat(
  r: Rewriter,
  x: Var,
  start: readonly number[],
  limit: readonly number[],
  strides: readonly number[],
): Var | null {
  const concat = r.match(x, "concat");
  if (concat === null) return null;
  const { axis } = concat.params as ConcatParams; // SAFETY: the parameters of `concat`
  let at = 0;
  for (const part of concat.inputs) {
    const end = at + (part.shape[axis] ?? 0);
    const [low, high] = [start[axis] ?? 0, limit[axis] ?? 0];
    if (low >= at && high <= end && low < high) {
      const shift = (list: readonly number[]): number[] => list.map((n, i) => (i === axis ? n - at : n));
      return r.apply(slicePrimitive, [part], { start: shift(start), limit: shift(limit), strides });
    }
    at = end;
  }
  return null;
}

const pad: Rule = (r, [x], params, result) => {
  const { low, high, interior, value } = params as PadParams; // SAFETY: the parameters of `pad`
  if (x === undefined) return null;
  if (fits(x, result) && [...low, ...high, ...interior].every((n) => n === 0)) return x;
  if (r.constantOf(x) === value) return r.full(value, result);
  if (interior.every((n) => n === 0) && [...low, ...high].every((n) => n <= 0)) {
    const start = low.map((n) => -n);
    const limit = x.shape.map((dim, i) => dim + (high[i] ?? 0));
    return start.every((n, i) => n <= (limit[i] ?? 0))
      ? r.apply(slicePrimitive, [x], { start, limit, strides: start.map(() => 1) })
      : null;
  }
  return null;
};

const concat: Rule = (r, inputs, params, result) => {
  const { axis } = params as ConcatParams; // SAFETY: the parameters of `concat`
  const parts = inputs.filter((x) => x.shape[axis] !== 0);
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  if (parts.length < inputs.length && parts.length > 0) return r.apply(concatPrimitive, parts, { axis });
  const c = r.constantOf(first);
  return c !== null && parts.every((x) => r.constantOf(x) === c) ? r.full(c, result) : null;
};

/** Literals of one value, which most scalars are. */
const literal: Rule = (r, _, params, result) => {
  const { data, dtype } = params as LiteralParams; // SAFETY: the parameters of `literal`
  if (data.length === 0 || data.length > 64 || dtype === "int64" || dtype === "uint64") return null;
  const numbers = toNumbers(data, dtype);
  const first = numbers[0] ?? 0;
  for (let i = 1; i < numbers.length; i++) if (!Object.is(numbers[i], first)) return null;
  return r.full(first, result);
};

function reduction(total: (value: number, count: number) => number): Rule {
  return (r, [x], params, result) => {
    // Over axes of size 1 there is nothing to combine.
    if (x !== undefined && sizeOf(x.shape) === sizeOf(result.shape) && sizeOf(x.shape) > 0) {
      return r.apply(reshapePrimitive, [x], { shape: result.shape });
    }
    const c = r.constantOf(x);
    if (c === null || x === undefined) return null;
    const { axes } = params as ReduceParams; // SAFETY: the parameters of the reductions
    const count = sizeOf(axes.map((axis) => x.shape[axis] ?? 1));
    return count === 0 || !Number.isFinite(c) ? null : r.full(total(c, count), result);
  };
}

const constantSum = reduction((value, count) => value * count);

/** Signs and factors are cheaper behind a sum; and sums that differ in them alone become one. */
const reduceSum: Rule = (r, inputs, params, result, primitive) => {
  const constant = constantSum(r, inputs, params, result, primitive);
  const [x] = inputs;
  // Halves overflow too easily for sums of what was to be scaled down first.
  if (constant !== null || x === undefined || (result.dtype !== "float32" && result.dtype !== "float64"))
    return constant;
  const [minus] = r.match(x, "neg")?.inputs ?? [];
  if (minus !== undefined)
    return r.apply(negPrimitive, [r.apply(reduceSumPrimitive, [minus], params as ReduceParams)], {}); // SAFETY: of `reduceSum`
  const [a, b] = r.match(x, "mul")?.inputs ?? [];
  for (const [factor, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const c = r.constantOf(factor);
    if (c === null || other === undefined) continue;
    const sum = r.apply(reduceSumPrimitive, [other], params as ReduceParams); // SAFETY: of `reduceSum`
    return r.apply(mulPrimitive, [sum, r.full(c, result)], {});
  }
  return null;
};

/** Rules for primitives that move elements, and for reductions of constants. */
export const viewRules: RuleTable = {
  reshape,
  transpose,
  broadcast,
  reverse,
  slice,
  pad,
  concat,
  literal,
  reduceSum,
  reduceMax: reduction((value) => value),
  reduceMin: reduction((value) => value),
  reduceProd: reduction((value, count) => value ** count),
};
