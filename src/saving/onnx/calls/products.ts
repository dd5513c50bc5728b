import { padsFor } from "../../../ops/core/windows.ts";
import { computeType, type Emitter, range } from "../emitter.ts";
import { float, int, ints, text } from "../graph-builder.ts";
import type { DType } from "../../../ir/dtypes.ts";
import { constantOf } from "../constant.ts";
import { floats, numbers, single } from "../primitives/types.ts";
import { channelsFirst, fromChannelsFirst } from "../primitives/windows.ts";
import { fixedSize, sameSizes } from "../size.ts";
import type { Value } from "../value.ts";
import type { OpPlan } from "./op-call.ts";

/** Matrix products broadcast as NumPy's do. */
const matmul: OpPlan = (call) => {
  const [a, b] = [call.tensor("x1"), call.tensor("x2")];
  if (a === null || b === null || a.dtype !== b.dtype || a.dtype !== call.result.dtype) return null;
  const { result } = call;
  const types: readonly DType[] = [...numbers, "uint32", "uint64"];
  if (!types.includes(a.dtype)) return null;
  return {
    operands: [a, b],
    write: (e, values) => [e.tensor(e.apply("MatMul", values, types), result.dtype, result.shape)],
  };
};

const einsum: OpPlan = (call) => {
  const operands = call.tensors("operands");
  const subscripts = call.get("subscripts");
  if (operands === null || typeof subscripts !== "string") return null;
  const { result } = call;
  const types: readonly DType[] = ["float32", "float16", "float64", "int32", "int64"];
  const isPlain = operands.every(({ dtype }) => dtype === result.dtype) && types.includes(result.dtype);
  // An axis named twice in one operand is its diagonal, which runtimes treat differently.
  const [left = ""] = subscripts.split("->");
  const isTwice = left.split(",").some((term) => {
    const letters = [...term.replaceAll(/[^A-Za-z]/g, "")];
    return new Set(letters).size < letters.length;
  });
  if (!isPlain || isTwice) return null;
  return {
    operands,
    write: (e, values) => [
      e.tensor(
        e.apply("Einsum", values, types, { equation: text(subscripts.replaceAll(/\s/g, "")) }),
        result.dtype,
        result.shape,
      ),
    ],
  };
};

/** Indices may count from the end, as those of `Gather` may. */
const take: OpPlan = (call) => {
  const [x, indices] = [call.tensor("x"), call.tensor("indices")];
  if (x === null || indices === null || call.number("axis") === null) return null;
  const [axis = 0] = call.axes("axis", x.rank);
  const { result } = call;
  if (indices.dtype === "bool") return null;
  return {
    operands: [x, indices],
    write: (e, [table, at]) => {
      if (table === undefined || at === undefined) return [];
      const type: DType = at.dtype === "int64" ? "int64" : "int32";
      const places = e.cast(e.full(at), at.dtype, type);
      return [
        e.tensor(
          e.graph.one("Gather", [e.full(table), places], { axis: int(axis) }),
          result.dtype,
          result.shape,
        ),
      ];
    },
  };
};

const mean: OpPlan = (call) => {
  const x = call.tensor("x");
  if (x === null || !floats.includes(x.dtype) || x.rank === 0) return null;
  const axes = call.axes("axis", x.rank);
  const keeps = call.get("keepdims") === true;
  const { result } = call;
  if (axes.length === 0 || result.dtype !== x.dtype) return null;
  return {
    operands: [x],
    write: (e, [given]) => {
      if (given === undefined) return [];
      const value = e.exactInOrder(given);
      const order = value.perm ?? range(x.rank);
      const places = axes.map((axis) => order[axis] ?? axis).toSorted((a, b) => a - b);
      const name = e.graph.one("ReduceMean", [e.name(value), e.graph.integers(places)], {
        keepdims: int(keeps ? 1 : 0),
      });
      if (keeps) {
        const stored = value.stored.map((size, place) => (places.includes(place) ? e.one : size));
        return [e.tensor(name, x.dtype, stored, { perm: value.perm, shape: result.shape })];
      }
      const left = range(x.rank).filter((place) => !places.includes(place));
      const kept = range(x.rank).filter((axis) => !axes.includes(axis));
      return [
        e.tensor(
          name,
          x.dtype,
          left.map((place) => value.stored[place] ?? e.one),
          { perm: kept.map((axis) => left.indexOf(order[axis] ?? axis)), shape: result.shape },
        ),
      ];
    },
  };
};

/** A parameter as a vector. */
function vector(
  e: Emitter,
  value: Value | undefined,
  n: Value["shape"][number],
  fill: number,
  dtype: DType,
): string {
  if (value !== undefined) return e.name(e.reshaped(value, [n]));
  const size = fixedSize(n) ?? 0;
  return e.graph.constant(constantOf(new Float64Array(size).fill(fill), [size], dtype));
}

const batchNormalization: OpPlan = (call) => {
  const [x, average, variance] = [call.tensor("x"), call.tensor("mean"), call.tensor("variance")];
  const [scale, offset] = [call.tensor("scale"), call.tensor("offset")];
  const epsilon = call.number("epsilon");
  if (x === null || average === null || variance === null || epsilon === null || x.rank < 2) return null;
  const [axis = -1] = call.axes("axis", x.rank);
  const size = x.shape[axis];
  const parts = [average, variance, scale, offset].filter((part) => part !== null);
  const fits = parts.every(
    (part) => part.dtype === x.dtype && part.shape.some((each) => String(each) === String(size)),
  );
  if (x.dtype !== "float32" || !fits || size === undefined || fixedSize(size) === null || axis === 0)
    return null;
  return {
    operands: [x, ...parts],
    write: (e, [given, m, v, ...rest]) => {
      if (given === undefined) return [];
      // Channels are to be axis 1; others keep their order.
      const others = range(x.rank).filter((i) => i !== axis);
      const stored = [others[0] ?? 0, axis, ...others.slice(1)];
      const perm = range(x.rank).map((i) => stored.indexOf(i));
      const value = e.exactIn(given, perm);
      const [gamma, beta] = [scale === null ? undefined : rest[0], offset === null ? undefined : rest.at(-1)];
      const name = e.graph.one(
        "BatchNormalization",
        [
          e.name(value),
          vector(e, gamma, size, 1, x.dtype),
          vector(e, beta, size, 0, x.dtype),
          vector(e, m, size, 0, x.dtype),
          vector(e, v, size, 1, x.dtype),
        ],
        { epsilon: float(epsilon) },
      );
      return [e.tensor(name, x.dtype, value.stored, { perm, shape: value.shape })];
    },
  };
};

const layerNormalization: OpPlan = (call) => {
  const [x, gamma, beta] = [call.tensor("x"), call.tensor("gamma"), call.tensor("beta")];
  const epsilon = call.number("epsilon");
  if (x === null || epsilon === null || x.dtype !== "float32" || call.get("rmsScaling") === true) return null;
  const axes = call.axes("axis", x.rank);
  const first = x.rank - axes.length;
  const isTrailing = axes.every((axis, i) => axis === first + i);
  const sizes = x.shape.slice(first);
  const parts = [gamma, beta].filter((part) => part !== null);
  const fits = parts.every((part) => part.dtype === x.dtype && sameSizes(part.shape, sizes));
  if (!isTrailing || !fits || sizes.some((size) => fixedSize(size) === null)) return null;
  return {
    operands: [x, ...parts],
    write: (e, [given, ...rest]) => {
      if (given === undefined) return [];
      const shape = sizes.map((size) => fixedSize(size) ?? 1);
      const ones = constantOf(new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(1), shape, x.dtype);
      const scale = gamma === null ? undefined : rest[0];
      const shift = beta === null ? undefined : rest.at(-1);
      const name = e.graph.one(
        "LayerNormalization",
        [
          e.full(given),
          scale === undefined ? e.graph.constant(ones) : e.full(scale),
          shift === undefined ? "" : e.full(shift),
        ],
        { axis: int(first - x.rank), epsilon: float(epsilon) },
      );
      return [e.tensor(name, x.dtype, given.shape)];
    },
  };
};

/** Means over windows, padding left out. */
const averagePool: OpPlan = (call) => {
  const inputs = call.tensor("inputs");
  const isLast = call.get("dataFormat") === "channels_last" || call.get("dataFormat") === null;
  if (inputs === null || !single.includes(inputs.dtype) || !isLast) return null;
  const rank = inputs.rank - 2;
  const list = (name: string): number[] | null => {
    const value = call.get(name);
    if (typeof value === "number") return range(rank).map(() => value);
    return Array.isArray(value) ? value.map(Number) : null;
  };
  const window = list("poolSize");
  const strides = list("strides") ?? window;
  const padding = String(call.get("padding")).toLowerCase();
  if (window === null || strides === null) return null;
  const sizes = inputs.shape.slice(1, -1);
  const pads = sizes.map((size, i) =>
    size.map((n) => padsFor(padding === "same" ? "same" : "valid", n, window[i] ?? 1, strides[i] ?? 1, 1)),
  );
  const isKnown = pads.every((each) => each.every((pair) => String(pair) === String(each[0])));
  const { result } = call;
  return {
    operands: [inputs],
    write: (e, [value]) => {
      if (value === undefined) return [];
      const x = e.exactIn(value, fromChannelsFirst(inputs.rank));
      const within = computeType("AveragePool", x.dtype, single);
      const name = e.graph.one("AveragePool", [e.cast(e.name(x), x.dtype, within)], {
        kernel_shape: ints(window),
        strides: ints(strides),
        count_include_pad: int(0),
        ...(isKnown
          ? { pads: ints([0, 1].flatMap((side) => pads.map((each) => each[0]?.[side] ?? 0))) }
          : { auto_pad: text("SAME_UPPER") }),
      });
      return [channelsFirst(e, e.cast(name, within, result.dtype), result)];
    },
  };
};

/** How products, lookups, means and normalisations are written. */
export const productPlans: Readonly<Record<string, OpPlan>> = {
  matmul,
  einsum,
  take,
  mean,
  batchNormalization,
  layerNormalization,
  averagePool,
};
