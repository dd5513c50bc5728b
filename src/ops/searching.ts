import { type DType, isFloat, type TypedArray } from "../ir/dtypes.ts";
import { fromNumbers, toNumbers } from "../ir/numbers.ts";
import * as p from "./core/primitives/index.ts";
import { formatShape, indicesOf, normalizeAxis, sizeOf, stridesOf } from "../ir/shape.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { axesOf, isNotANumber } from "./core/compute.ts";
import { isTypedArray } from "./core/convert.ts";
import { hostOp } from "./core/host-op.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp, type OpFunction } from "./core/op.ts";
import type { Op1, Op2 } from "./core/op-types.ts";
import { resultType } from "./core/promote.ts";
import type { Operand, Rest } from "./core/signatures.ts";
import { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";

function integers(values: readonly number[], shape: readonly number[] = [values.length]): Tensor {
  return Tensor.fromData(fromNumbers(values, "int32"), shape, "int32");
}

/** The places of elements that are not 0: one index tensor for each axis. Not inside graphs or steps. @see Keras `ops.nonzero` */
export const nonzero: OpFunction<(x: Operand) => readonly Tensor[]> = hostOp(
  { name: "nonzero", args: { x: "tensor" } },
  ({ x }: { readonly x: Tensor }) => {
    const numbers = toNumbers(x.dataSync(), x.dtype);
    const places: number[][] = x.dims.map(() => []);
    let n = 0;
    for (const index of indicesOf(x.dims)) {
      if (numbers[n++] !== 0) index.forEach((at, axis) => places[axis]?.push(at));
    }
    return places.map((list) => integers(list));
  },
);

interface UniqueArguments {
  readonly x: Tensor;
  readonly sorted: boolean;
  readonly returnIndex: boolean;
  readonly returnInverse: boolean;
  readonly returnCounts: boolean;
  readonly axis: number | null;
  readonly size: number | null;
  readonly fillValue: number | null;
}

/** Lexicographic order of equally long lists. */
function compareLists(a: ArrayLike<number>, b: ArrayLike<number>): number {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return (a[i] ?? 0) < (b[i] ?? 0) ? -1 : 1;
  return 0;
}

/**
 * The distinct elements (or slices along an axis), sorted; with their first places, the number of each element's, and counts on demand.
 * Not inside graphs or steps.
 *
 * @see Keras `ops.unique`
 */
export const unique: OpFunction<
  (
    x: Operand,
    ...rest: Rest<
      [
        { readonly sorted?: boolean },
        { readonly returnIndex?: boolean },
        { readonly returnInverse?: boolean },
        { readonly returnCounts?: boolean },
        { readonly axis?: number | null },
        { readonly size?: number | null },
        { readonly fillValue?: number | null },
      ]
    >
  ) => Tensor | readonly Tensor[]
> = hostOp(
  {
    name: "unique",
    args: {
      x: "tensor", sorted: opt(true), returnIndex: opt(false), returnInverse: opt(false), returnCounts: opt(false),
      axis: opt(null), size: opt(null), fillValue: opt(null),
    }, // prettier-ignore
  },
  ({ x, returnIndex, returnInverse, returnCounts, axis, size, fillValue }: UniqueArguments) => {
    const numbers = toNumbers(x.dataSync(), x.dtype);
    const at = axis === null ? 0 : normalizeAxis(axis, x.dims.length, "ops.unique");
    const shape = axis === null ? [x.size] : x.dims;
    const others = shape.filter((_, i) => i !== at);
    const strides = stridesOf(shape);
    const itemAt = (k: number): number[] => {
      const item: number[] = [];
      for (const index of indicesOf(shape.map((dim, i) => (i === at ? 1 : dim)))) {
        item.push(
          numbers[index.reduce((sum, place, i) => sum + (i === at ? k : place) * (strides[i] ?? 1), 0)] ?? 0,
        );
      }
      return item;
    };
    const items = Array.from({ length: shape[at] ?? 0 }, (_, k) => itemAt(k));
    const order = items
      .map((_, k) => k)
      .toSorted((a, b) => compareLists(items[a] ?? [], items[b] ?? []) || a - b);
    const groups: number[][] = [];
    for (const k of order) {
      const last = groups.at(-1);
      if (last !== undefined && compareLists(items[last[0] ?? 0] ?? [], items[k] ?? []) === 0) last.push(k);
      else groups.push([k]);
    }
    const chosen = size === null ? groups : groups.slice(0, size);
    const firsts = chosen.map((group) => group[0] ?? 0);
    const rows = firsts.map((k) => items[k] ?? []);
    const filler = fillValue === null ? rows[0] : (rows[0] ?? []).map(() => fillValue);
    while (size !== null && rows.length < size && filler !== undefined) rows.push(filler);
    const data = new Array<number>(rows.length * sizeOf(others));
    const outShape = shape.map((dim, i) => (i === at ? rows.length : dim));
    const outStrides = stridesOf(outShape);
    rows.forEach((row, k) => {
      let n = 0;
      for (const index of indicesOf(outShape.map((dim, i) => (i === at ? 1 : dim)))) {
        data[index.reduce((sum, place, i) => sum + (i === at ? k : place) * (outStrides[i] ?? 1), 0)] =
          row[n++] ?? 0;
      }
    });
    const results = [Tensor.fromData(fromNumbers(data, x.dtype), outShape, x.dtype)];
    if (returnIndex) results.push(integers(firsts));
    if (returnInverse) {
      const inverse = items.map(() => 0);
      groups.forEach((group, g) => group.forEach((k) => (inverse[k] = g)));
      results.push(integers(inverse, axis === null ? x.dims : undefined));
    }
    if (returnCounts) results.push(integers(rows.map((_, i) => chosen[i]?.length ?? 0)));
    return results.length === 1 ? results[0] : results;
  },
);

/** Where values belong in a sorted vector: before (`left`) or behind (`right`) equal ones. @see Keras `ops.searchsorted` */
export const searchsorted: Op2<[{ readonly side?: "left" | "right" }], "values"> = defineOp(
  {
    name: "searchsorted",
    className: "SearchSorted",
    args: { sortedSequence: "tensor", values: "tensor", side: opt("left") },
  },
  ({
    sortedSequence,
    values,
    side,
  }: {
    readonly sortedSequence: Tensor;
    readonly values: Tensor;
    readonly side: "left" | "right";
  }) => {
    oneOf("ops.searchsorted", "side", side, ["left", "right"]);
    if (sortedSequence.dims.length !== 1) {
      throw new ShapeError(
        `ops.searchsorted: expected a sorted vector, received shape ${formatShape(sortedSequence.shape)}.`,
      );
    }
    return wrap(countBelow(sortedSequence, values, side === "right"));
  },
);

/** How many elements of a vector are below (or, with `orEqual`, not above) each value; NaN is above all numbers. */
function countBelow(sequence: Tensor, values: Tensor, orEqual: boolean): ReturnType<typeof castTo> {
  const dtype = resultType([sequence, values]);
  const shape = [...values.dims, sequence.size];
  const x = p.broadcast(castTo(values.traced, dtype), shape, axesOf(values));
  const edges = p.broadcast(castTo(sequence.traced, dtype), shape);
  const within = orEqual ? p.le(edges, x) : p.lt(edges, x);
  const isLast = isNotANumber(x);
  const below = p.or(within, orEqual ? isLast : p.and(isLast, p.not(isNotANumber(edges))));
  return p.reduceSum(castTo(below, "int32"), [values.dims.length]);
}

/** The number of the interval between bins in which each value lies. @see Keras `ops.digitize` */
export const digitize: Op2<readonly [], "bins"> = defineOp(
  { name: "digitize", args: { x: "tensor", bins: "tensor" } },
  ({ x, bins }: { readonly x: Tensor; readonly bins: Tensor }) => wrap(countBelow(bins, x, true)),
);

/** How often each number `0, 1, …` occurs, or the sum of its weights. Not inside graphs or steps. @see Keras `ops.bincount` */
export const bincount: OpFunction<
  (
    x: Operand,
    ...rest: Rest<
      [{ readonly weights?: Operand | null }, { readonly minlength?: number }, { readonly sparse?: boolean }]
    >
  ) => Tensor
> = hostOp(
  { name: "bincount", args: { x: "tensor", weights: "tensor?", minlength: opt(0), sparse: opt(false) } },
  ({
    x,
    weights,
    minlength,
  }: {
    readonly x: Tensor;
    readonly weights: Tensor | null;
    readonly minlength: number;
  }) => {
    const numbers = toNumbers(x.dataSync(), x.dtype);
    const amounts = weights === null ? null : toNumbers(weights.dataSync(), weights.dtype);
    const dtype: DType = weights === null ? "int32" : weights.dtype;
    const n = x.dims.at(-1) ?? 1;
    const rows = x.dims.length > 1 ? sizeOf(x.dims.slice(0, -1)) : 1;
    let count = minlength;
    for (const value of Array.from(numbers)) {
      if (value < 0) throw new OptionError(`ops.bincount: expected numbers ≥ 0, received ${value}.`);
      count = Math.max(count, value + 1);
    }
    const totals = new Float64Array(rows * count);
    for (let i = 0; i < numbers.length; i++) {
      const at = Math.floor(i / n) * count + (numbers[i] ?? 0);
      totals[at] = (totals[at] ?? 0) + (amounts === null ? 1 : (amounts[i] ?? 0));
    }
    return Tensor.fromData(
      fromNumbers(totals, dtype),
      x.dims.length > 1 ? [...x.dims.slice(0, -1), count] : [count],
      dtype,
    );
  },
);

/** Numbers of values in equal intervals, and the edges of these. @see Keras `ops.histogram` */
export const histogram: OpFunction<
  (
    x: Operand,
    ...rest: Rest<[{ readonly bins?: number }, { readonly range?: readonly [number, number] | null }]>
  ) => readonly [Tensor, Tensor]
> = defineOp(
  { name: "histogram", args: { x: "tensor", bins: opt(10), range: opt(null) } },
  ({
    x,
    bins,
    range,
  }: {
    readonly x: Tensor;
    readonly bins: number;
    readonly range: readonly [number, number] | null;
  }) => {
    const value = castTo(p.reshape(x.traced, [x.size]), isFloat(x.dtype) ? x.dtype : "float32");
    const scalar = (c: number): ReturnType<typeof castTo> => p.full(c, [], value.dtype);
    const low = range === null ? p.reduceMin(value, [0]) : scalar(range[0]);
    const high = range === null ? p.reduceMax(value, [0]) : scalar(range[1]);
    const isFlat = p.eq(low, high);
    const [start, end] = [
      p.select(isFlat, p.offset(low, -0.5), low),
      p.select(isFlat, p.offset(high, 0.5), high),
    ];
    const width = p.scale(p.sub(end, start), 1 / bins);
    const steps = p.iota([bins + 1], 0, value.dtype);
    const inner = p.add(p.broadcast(start, [bins + 1]), p.mul(steps, p.broadcast(width, [bins + 1])));
    const edges = p.select(p.eq(steps, p.fullLike(steps, bins)), p.broadcast(end, [bins + 1]), inner);
    const shape = [bins, x.size];
    const all = p.broadcast(value, shape);
    const edge = (from: number): ReturnType<typeof castTo> =>
      p.broadcast(p.slice(edges, [from], [from + bins]), shape, [0]);
    const isLast = p.eq(p.iota(shape, 0, "int32"), p.full(bins - 1, shape, "int32"));
    const inside = p.and(p.ge(all, edge(0)), p.or(p.lt(all, edge(1)), p.and(isLast, p.le(all, edge(1)))));
    return [wrap(p.reduceSum(castTo(inside, value.dtype), [1])), wrap(edges)];
  },
);

/** The bytes of `x` read as another dtype of the same size. Not inside graphs or steps. @see Keras `ops.view` */
export const view: Op1<[{ readonly dtype?: DType | null }]> = hostOp(
  { name: "view", args: { x: "tensor", dtype: opt(null) } },
  ({ x, dtype }: { readonly x: Tensor; readonly dtype: DType | null }) => {
    const to = dtype ?? x.dtype;
    const data: TypedArray = x.storedSync();
    const bytes = data.slice();
    if (!isTypedArray(bytes)) throw new OptionError("ops.view: a typed array is needed.");
    const probe = fromNumbers([0], to);
    const length = bytes.byteLength / probe.BYTES_PER_ELEMENT;
    const last = (x.dims.at(-1) ?? 1) * (bytes.BYTES_PER_ELEMENT / probe.BYTES_PER_ELEMENT);
    if (!Number.isInteger(last))
      throw new ShapeError(
        `ops.view: the last axis of ${formatShape(x.shape)} (${x.dtype}) does not hold whole elements of ${to}.`,
      );
    const result = fromNumbers(new Array<number>(length).fill(0), to);
    new Uint8Array(result.buffer, result.byteOffset, result.byteLength).set(
      new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    );
    return Tensor.fromData(result, x.dims.length === 0 ? [] : [...x.dims.slice(0, -1), last], to);
  },
);
