import type { DType } from "../../../ir/dtypes.ts";
import { toNumbers } from "../../../ir/numbers.ts";
import { computeType, type Emitter, range } from "../emitter.ts";
import { int } from "../graph-builder.ts";
import { flagParam, input, numberParam, result, type Rule } from "../site.ts";
import { fixedSize, mapSize, type Size } from "../size.ts";
import { Unsupported } from "../unsupported.ts";
import { constantIn, type Value } from "../value.ts";
import { numbers } from "./types.ts";

/** Indices as int32 or int64, in full. */
function indexName(e: Emitter, indices: Value): { readonly name: string; readonly dtype: DType } {
  const dtype: DType = indices.dtype === "int64" ? "int64" : "int32";
  return { name: e.cast(e.full(indices), indices.dtype, dtype), dtype };
}

/** Indices limited to `0 … n − 1`, unless they are constants that lie there. */
export function clampedIndices(e: Emitter, indices: Value, size: Size): string {
  const { name, dtype } = indexName(e, indices);
  const constant = constantIn(indices);
  const n = fixedSize(size);
  const isInside =
    constant !== null &&
    n !== null &&
    Array.from(toNumbers(constant.data, constant.dtype)).every((index) => index >= 0 && index < n);
  if (isInside) return name;
  const last =
    n === null
      ? e.sizeAs(
          mapSize(size, (each) => each - 1),
          dtype,
        )
      : e.graph.scalar(n - 1, dtype);
  return e.graph.one("Clip", [name, e.graph.scalar(0, dtype), last]);
}

const gather: Rule = (e, site) => {
  const [value, indices] = [input(site, 0), input(site, 1)];
  const axis = numberParam(site, "axis");
  // A lookup in a table of weights leaves it to the runtime to refuse what is not in it.
  const isTable = axis === 0 && constantIn(value) !== null;
  const at = isTable ? indexName(e, indices).name : clampedIndices(e, indices, value.shape[axis] ?? e.one);
  const { shape, dtype } = result(site);
  return [e.tensor(e.graph.one("Gather", [e.full(value), at], { axis: int(axis) }), dtype, shape)];
};

const reductions: Readonly<Record<string, string>> = {
  set: "none",
  add: "add",
  mul: "mul",
  max: "max",
  min: "min",
};

const scatter: Rule = (e, site) => {
  const [value, indices, updates] = [input(site, 0), input(site, 1), input(site, 2)];
  const axis = numberParam(site, "axis");
  const mode = String(site.params[0]?.["mode"]);
  const rank = value.shape.length;
  const count = indices.shape.length;
  const { shape, dtype } = result(site);
  const within = computeType("ScatterND", dtype, mode === "set" ? [dtype] : [...numbers]);
  // The axis of the indices comes first, and so do their own axes in the updates.
  const first = [axis, ...range(rank).filter((i) => i !== axis)];
  const places = range(count).map((i) => axis + i);
  const order = [...places, ...range(rank - 1 + count).filter((i) => !places.includes(i))];
  const data = e.cast(e.transpose(e.full(value), first), dtype, within);
  const changed = e.cast(e.transpose(e.full(updates), order), dtype, within);
  const clamped = clampedIndices(e, indices, value.shape[axis] ?? e.one);
  const at = e.unsqueeze(e.cast(clamped, indices.dtype === "int64" ? "int64" : "int32", "int64"), [count]);
  const name = e.graph.one("ScatterND", [data, at, changed], {
    reduction: { kind: "text", value: reductions[mode] ?? "none" },
  });
  const perm = range(rank).map((i) => first.indexOf(i));
  return [
    e.tensor(
      e.cast(name, within, dtype),
      dtype,
      first.map((i) => shape[i] ?? e.one),
      { perm, shape },
    ),
  ];
};

/** Where a block begins, moved so that it lies inside. */
function clampedStarts(e: Emitter, starts: Value, shape: readonly Size[], block: readonly Size[]): string {
  const name = e.cast(e.full(starts), starts.dtype, "int64");
  const room = e.graph.one("Sub", [e.sizes(shape), e.sizes(block)]);
  return e.graph.one("Max", [e.graph.one("Min", [name, room]), e.graph.integers([0])]);
}

const dynamicSlice: Rule = (e, site) => {
  const [value, starts] = [input(site, 0), input(site, 1)];
  const { shape, dtype } = result(site);
  if (shape.length === 0) return [value];
  const from = clampedStarts(e, starts, value.shape, shape);
  const to = e.graph.one("Add", [from, e.sizes(shape)]);
  const name = e.graph.one("Slice", [e.full(value), from, to, e.graph.integers(range(shape.length))]);
  return [e.tensor(name, dtype, shape)];
};

/** The update, and a mask of its place, are padded to the whole; `Where` puts them together. */
const dynamicUpdateSlice: Rule = (e, site) => {
  const [value, update, starts] = [input(site, 0), input(site, 1), input(site, 2)];
  const { shape, dtype } = result(site);
  if (shape.length === 0) return [update];
  const within = computeType("Where", dtype, ["float32", "float64", "int32", "int64", "uint8"]);
  const from = clampedStarts(e, starts, shape, update.shape);
  const room = e.graph.one("Sub", [e.sizes(shape), e.sizes(update.shape)]);
  const pads = e.graph.one("Concat", [from, e.graph.one("Sub", [room, from])], { axis: int(0) });
  const typed = (given: Value): string => e.cast(e.full(given), dtype, within);
  const moved = e.graph.one("Pad", [typed(update), pads, e.graph.scalar(0, within)]);
  const ones = e.graph.one("Expand", [e.graph.scalar(1, "int32"), e.sizes(update.shape)]);
  const isInside = e.cast(e.graph.one("Pad", [ones, pads, e.graph.scalar(0, "int32")]), "int32", "bool");
  const name = e.graph.one("Where", [isInside, moved, typed(value)]);
  return [e.tensor(e.cast(name, within, dtype), dtype, shape)];
};

const arg =
  (opType: string): Rule =>
  (e, site) => {
    const value = input(site, 0);
    const within = computeType(opType, value.dtype, [
      "float32",
      "float16",
      "float64",
      "int8",
      "uint8",
      "int32",
    ]);
    const name = e.graph.one(opType, [e.cast(e.full(value), value.dtype, within)], {
      axis: int(numberParam(site, "axis")),
      keepdims: int(0),
    });
    const { shape, dtype } = result(site);
    return [e.tensor(e.cast(name, "int64", dtype), dtype, shape)];
  };

/** `TopK` of all elements: of equals, it takes the earlier one first. */
const sort: Rule = (e, site) => {
  const keys = input(site, 0);
  const axis = numberParam(site, "axis");
  const isDescending = flagParam(site, "descending");
  const within = computeType("TopK", keys.dtype, numbers);
  const [sorted = "", order = ""] = e.graph.node(
    "TopK",
    [e.cast(e.full(keys), keys.dtype, within), e.size(keys.shape[axis] ?? e.one)],
    { axis: int(axis), largest: int(isDescending ? 1 : 0), sorted: int(1) },
    2,
  );
  return site.outputs.map(({ shape, dtype }, i) => {
    if (i === 0) return e.tensor(e.cast(sorted, within, dtype), dtype, shape);
    return e.tensor(
      e.graph.one("GatherElements", [e.full(input(site, i)), order], { axis: int(axis) }),
      dtype,
      shape,
    );
  });
};

/** The transform of ONNX wants batches of `[length, real and imaginary part]`. */
const fft: Rule = (e, site) => {
  const [re, im] = [input(site, 0), input(site, 1)];
  // In single precision, ONNX Runtime loses digits where the length is no power of two.
  const within: DType = "float64";
  const rank = re.shape.length;
  if (rank === 0) throw new Unsupported("a Fourier transform of a scalar");
  const part = (value: Value): string => {
    const name = e.cast(e.full(value), value.dtype, within);
    return e.unsqueeze(rank === 1 ? e.unsqueeze(name, [0]) : name, [Math.max(rank, 2)]);
  };
  const axes = Math.max(rank, 2);
  const joined = e.graph.one("Concat", [part(re), part(im)], { axis: int(axes) });
  const done = e.graph.one("DFT", [joined, "", e.graph.scalar(axes - 1, "int64")], {
    inverse: int(flagParam(site, "inverse") ? 1 : 0),
  });
  return site.outputs.map(({ shape, dtype }, i) => {
    const taken = e.graph.one("Gather", [done, e.graph.scalar(i, "int64")], { axis: int(axes) });
    const flat = rank === 1 ? e.graph.one("Squeeze", [taken, e.graph.integers([0])]) : taken;
    return e.tensor(e.cast(flat, within, dtype), dtype, shape);
  });
};

const cumSum: Rule = (e, site) => {
  const value = input(site, 0);
  const within = computeType("CumSum", value.dtype, ["float32", "float64", "int32", "int64"]);
  const name = e.graph.one(
    "CumSum",
    [e.cast(e.full(value), value.dtype, within), e.graph.scalar(numberParam(site, "axis"), "int64")],
    {
      exclusive: int(flagParam(site, "exclusive") ? 1 : 0),
      reverse: int(flagParam(site, "reverse") ? 1 : 0),
    },
  );
  const { shape, dtype } = result(site);
  return [e.tensor(e.cast(name, within, dtype), dtype, shape)];
};

/** Matrices in the last two axes; leading axes that repeat are broadcast by ONNX too. */
const matmul: Rule = (e, site) => {
  const [a, b] = [input(site, 0), input(site, 1)];
  const within = computeType("MatMul", a.dtype, [...numbers, "uint32", "uint64"]);
  const name = e.graph.one(
    "MatMul",
    [a, b].map((value) => e.cast(e.full(value), value.dtype, within)),
  );
  const { shape, dtype } = result(site);
  return [e.tensor(e.cast(name, within, dtype), dtype, shape)];
};

/** How primitives that look elements up, put them in order, or multiply matrices are written. */
export const indexingRules: Readonly<Record<string, Rule>> = {
  gather,
  scatter,
  dynamicSlice,
  dynamicUpdateSlice,
  argMax: arg("ArgMax"),
  argMin: arg("ArgMin"),
  sort,
  fft,
  cumSum,
  matmul,
};
