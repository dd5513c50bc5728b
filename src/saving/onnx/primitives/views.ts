import type { DType, TypedArray } from "../../../ir/dtypes.ts";
import { constantOf, reshapeConstant } from "../constant.ts";
import { computeType, type Emitter, range } from "../emitter.ts";
import { int } from "../graph-builder.ts";
import { input, known, listParam, numberParam, result, type Rule, sizeParam, sizesParam } from "../site.ts";
import { fixedSize, isFixed, isOne, mapSize, sameSize, type Size, zipSizes } from "../size.ts";
import { Unsupported } from "../unsupported.ts";
import { computedScalar } from "./computed-scalar.ts";
import { isConstant, normalPerm, padRank } from "../value.ts";
import { numbers } from "./types.ts";

/** Stands for "to the end" in `Slice`, whatever the size. */
const toEnd = 2 ** 31 - 1;

const broadcast: Rule = (e, site) => {
  const value = input(site, 0);
  const { shape } = result(site);
  const axes = listParam(site, "axes");
  const isTrailing = axes.every((axis, i) => axis === shape.length - axes.length + i);
  if (isTrailing) return [{ ...value, shape }];
  const plain = e.plain(value);
  // Axes of size 1 where new ones are; the tensor may have fewer axes than the value, as it repeats along the first.
  const from = padRank(plain.stored, axes.length, e.one);
  const stored = shape.map((_, axis) => from[axes.indexOf(axis)] ?? e.one);
  const first = stored.findIndex((size) => !isOne(size));
  const kept = first < 0 ? [] : stored.slice(first);
  return [{ ...e.reshapedAs(plain, kept), shape }];
};

/** The axes that are not 1, in order. */
const proper = (shape: readonly Size[]): Size[] => shape.filter((size) => !isOne(size));

const reshape: Rule = (e, site) => {
  const value = input(site, 0);
  const { shape } = result(site);
  const [before, after] = [proper(value.shape), proper(shape)];
  const onlyOnes =
    before.length === after.length && before.every((size, i) => sameSize(size, after[i] ?? []));
  if (!onlyOnes) return [e.reshaped(value, shape)];
  // Only axes of size 1 come and go: what repeats goes on repeating.
  const plain = e.plain(value);
  const from = padRank(plain.stored, value.shape.length, e.one);
  const sizes = from.filter((_, i) => !isOne(value.shape[i] ?? e.one));
  let next = 0;
  const stored = shape.map((size) => (isOne(size) ? e.one : (sizes[next++] ?? e.one)));
  return [{ ...e.reshapedAs(plain, stored), shape }];
};

const transpose: Rule = (e, site) => {
  const value = input(site, 0);
  const perm = listParam(site, "perm");
  const { shape } = result(site);
  const rank = perm.length;
  const whole = value.stored.length === rank ? value : e.arranged(value, range(rank));
  const inner = whole.perm ?? range(rank);
  const composed = perm.map((axis) => inner[axis] ?? axis);
  return [{ ...whole, shape, perm: normalPerm(composed) }];
};

/** An index along an axis as `Slice` takes it: counted from the end where the distance to the end is what is fixed. */
function indexAlong(e: Emitter, index: Size, dim: Size, isLimit: boolean): number | Size {
  if (isLimit && sameSize(index, dim)) return toEnd;
  const fixed = fixedSize(index);
  if (fixed !== null) return fixed;
  const fromEnd = fixedSize(zipSizes(index, dim, (a, b) => a - b));
  return fromEnd !== null && fromEnd < 0 ? fromEnd : index;
}

/** A vector of indices, known or computed from sizes. */
function indices(e: Emitter, list: readonly (number | Size)[]): string {
  if (list.every((index) => typeof index === "number")) return e.graph.integers(list.map(Number));
  return e.graph.one(
    "Concat",
    list.map((index) => (typeof index === "number" ? e.graph.integers([index]) : e.size(index))),
    { axis: int(0) },
  );
}

const slice: Rule = (e, site) => {
  const value = e.exactInOrder(input(site, 0));
  const [start, limit, strides] = [
    sizesParam(site, "start"),
    sizesParam(site, "limit"),
    listParam(site, "strides"),
  ];
  const axes = range(strides.length).filter(
    (i) =>
      !start[i]?.every((low) => low === 0) ||
      !sameSize(limit[i] ?? [], value.shape[i] ?? []) ||
      strides[i] !== 1,
  );
  const at = (list: readonly Size[], isLimit: boolean): string =>
    indices(
      e,
      axes.map((axis) => indexAlong(e, list[axis] ?? e.one, value.shape[axis] ?? e.one, isLimit)),
    );
  const { shape } = result(site);
  const place = (axis: number): number => value.perm?.[axis] ?? axis;
  const stored = value.stored.map((size, i) => {
    const axis = value.perm === null ? i : value.perm.indexOf(i);
    return axes.includes(axis) ? (shape[axis] ?? size) : size;
  });
  const name = e.graph.one("Slice", [
    e.name(value),
    at(start, false),
    at(limit, true),
    e.graph.integers(axes.map(place)),
    e.graph.integers(axes.map((axis) => strides[axis] ?? 1)),
  ]);
  return [e.tensor(name, value.dtype, stored, { perm: value.perm, shape })];
};

const padTypes: readonly DType[] = [
  "float32",
  "float16",
  "float64",
  "int8",
  "uint8",
  "int32",
  "int64",
  "uint32",
  "uint64",
  "bool",
];

/** `[a, b, c]` → `[a, 0, b, 0, c]` along an axis: a new axis of `gap` zeros after each element, then without the last ones. */
function spreadElements(
  e: Emitter,
  name: string,
  shape: readonly Size[],
  axis: number,
  gap: number,
  fill: string,
): { name: string; shape: Size[] } {
  const size = shape[axis] ?? e.one;
  const apart = e.unsqueeze(name, [axis + 1]);
  const rank = shape.length + 1;
  const pads = [...range(rank).map(() => 0), ...range(rank).map((i) => (i === axis + 1 ? gap : 0))];
  const padded = e.graph.one("Pad", [apart, e.graph.integers(pads), fill]);
  const merged = shape.map((each, i) => (i === axis ? mapSize(size, (n) => n * (gap + 1)) : each));
  const target = merged.map((each, i) => (i === axis ? -1 : (fixedSize(each) ?? 0)));
  if (merged.slice(axis + 1).some((each) => !isFixed(each)))
    throw new Unsupported("spreading elements before an axis of unknown size");
  const flat = e.graph.one("Reshape", [padded, e.graph.integers(target)]);
  const cut = e.graph.one("Slice", [
    flat,
    e.graph.integers([0]),
    e.graph.integers([-gap]),
    e.graph.integers([axis]),
  ]);
  return {
    name: cut,
    shape: shape.map((each, i) =>
      i === axis ? mapSize(size, (n) => (n === 0 ? 0 : (n - 1) * (gap + 1) + 1)) : each,
    ),
  };
}

const pad: Rule = (e, site) => {
  const value = e.exactInOrder(input(site, 0));
  const [low, high, interior] = [
    sizesParam(site, "low"),
    sizesParam(site, "high"),
    listParam(site, "interior"),
  ];
  const within = computeType("Pad", value.dtype, padTypes);
  const fill = e.cast(e.graph.scalar(numberParam(site, "value"), value.dtype), value.dtype, within);
  const order = value.perm ?? range(low.length);
  const axisAt = (place: number): number => order.indexOf(place);
  let inner = { name: e.cast(e.name(value), value.dtype, within), shape: [...value.stored] };
  for (const [axis, gap] of interior.entries())
    if (gap > 0) inner = spreadElements(e, inner.name, inner.shape, order[axis] ?? axis, gap, fill);
  const places = range(low.length).filter((place) =>
    [low, high].some((list) => !list[axisAt(place)]?.every((n) => n === 0)),
  );
  const { shape } = result(site);
  if (places.length > 0) {
    const amounts = [low, high].flatMap((list) => places.map((place) => list[axisAt(place)] ?? e.one));
    const pads = indices(
      e,
      amounts.map((amount) => fixedSize(amount) ?? amount),
    );
    inner = {
      name: e.graph.one("Pad", [inner.name, pads, fill, e.graph.integers(places)]),
      shape: value.stored.map((_, place) => shape[axisAt(place)] ?? e.one),
    };
  }
  return [
    e.tensor(e.cast(inner.name, within, value.dtype), value.dtype, inner.shape, { perm: value.perm, shape }),
  ];
};

const concat: Rule = (e, site) => {
  const axis = numberParam(site, "axis");
  const leader = site.inputs.find(
    (value) => !isConstant(value) && value.perm !== null && value.perm.length === value.shape.length,
  );
  const perm = leader?.perm ?? range(result(site).shape.length);
  const values = site.inputs.map((value) => e.exactIn(value, perm));
  const name = e.graph.one(
    "Concat",
    values.map((value) => e.name(value)),
    { axis: int(perm[axis] ?? axis) },
  );
  const { shape, dtype } = result(site);
  const stored = perm.map((_, place) => shape[perm.indexOf(place)] ?? e.one);
  return [e.tensor(name, dtype, stored, { perm, shape })];
};

const reverse: Rule = (e, site) => {
  const value = e.exact(input(site, 0));
  const axes = listParam(site, "axes");
  const each = (n: number): string => e.graph.integers(axes.map(() => n));
  const name = e.graph.one("Slice", [
    e.name(value),
    each(-1),
    each(-toEnd),
    e.graph.integers(axes),
    each(-1),
  ]);
  return [e.tensor(name, value.dtype, value.shape)];
};

const full: Rule = (e, site) => {
  const { shape, dtype } = result(site);
  const value = sizeParam(site, "value");
  if (isFixed(value) || value.every(Number.isNaN))
    return [e.constant(constantOf([known(value, "full")], [], dtype), shape)];
  return [e.tensor(computedScalar(e, value, dtype), dtype, [], { shape })];
};

const iota: Rule = (e, site) => {
  const { shape, dtype } = result(site);
  const axis = numberParam(site, "axis");
  const size = shape[axis] ?? e.one;
  const after = shape.length - axis - 1;
  const n = fixedSize(size);
  const stored = [size, ...range(after).map(() => e.one)];
  if (n !== null) {
    const vector = constantOf(range(n), [n], dtype);
    return [{ ...e.constant(reshapeConstant(vector, [n, ...range(after).map(() => 1)])), shape }];
  }
  const counted = e.graph.one("Range", [
    e.graph.scalar(0, "int64"),
    e.sizeAs(size, "int64"),
    e.graph.scalar(1, "int64"),
  ]);
  const typed = e.cast(counted, "int64", dtype);
  return [
    e.tensor(
      e.unsqueeze(
        typed,
        range(after).map((i) => i + 1),
      ),
      dtype,
      stored,
      { shape },
    ),
  ];
};

const literal: Rule = (e, site) => {
  const { shape, dtype } = result(site);
  const arrays = site.params.map((params) => params["data"] as TypedArray); // SAFETY: the parameter of `literal`
  const [data] = arrays;
  if (data === undefined || !shape.every(isFixed))
    throw new Unsupported("a constant whose shape depends on an unknown size");
  const isSame = arrays.every(
    (other) => other === data || other.every((element, i) => element === data[i] || Number.isNaN(element)),
  );
  if (isSame) return [e.constant({ data, shape: shape.map((size) => size[0] ?? 0), dtype, label: null })];
  if (shape.length !== 1) throw new Unsupported("a constant whose elements depend on an unknown size");
  const elements = Array.from({ length: data.length }, (_, i): Size =>
    arrays.map((array) => Number(array[i])),
  );
  const vector = indices(
    e,
    elements.map((element) => fixedSize(element) ?? element),
  );
  return [e.tensor(e.cast(vector, "int64", dtype), dtype, shape)];
};

/** Passes its first operands on. */
const pass: Rule = (_, site) => site.outputs.map((_output, i) => input(site, i));

const reduced =
  (opType: string, types: readonly DType[], repeatsCount: boolean): Rule =>
  (e, site) => {
    const axes = listParam(site, "axes");
    const given = input(site, 0);
    // Of what repeats, the largest is that of one; sums need all.
    const value = repeatsCount ? e.exactInOrder(given) : e.ofFullRank(given);
    const { shape, dtype } = result(site);
    const order = value.perm ?? range(value.shape.length);
    const places = axes.map((axis) => order[axis] ?? axis);
    const within = computeType(opType, dtype, types);
    const name = e.graph.one(
      opType,
      [e.cast(e.name(value), dtype, within), e.graph.integers(places.toSorted((a, b) => a - b))],
      { keepdims: int(0) },
    );
    const left = range(order.length).filter((place) => !places.includes(place));
    const perm = range(order.length)
      .filter((axis) => !axes.includes(axis))
      .map((axis) => left.indexOf(order[axis] ?? axis));
    const stored = left.map((place) => value.stored[place] ?? e.one);
    return [e.tensor(e.cast(name, within, dtype), dtype, stored, { perm, shape })];
  };

/** How primitives that move elements, make constants, or reduce are written. */
export const viewRules: Readonly<Record<string, Rule>> = {
  broadcast,
  reshape,
  transpose,
  slice,
  pad,
  concat,
  reverse,
  full,
  iota,
  literal,
  stopGradient: pass,
  later: pass,
  customGradient: pass,
  reduceSum: reduced("ReduceSum", numbers, true),
  reduceProd: reduced("ReduceProd", ["float32", "float16", "int32", "int64"], true),
  reduceMax: reduced("ReduceMax", [...numbers, "int8", "uint8"], false),
  reduceMin: reduced("ReduceMin", [...numbers, "int8", "uint8"], false),
};
