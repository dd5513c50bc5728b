import type { DType } from "../../../ir/dtypes.ts";
import { range } from "../emitter.ts";
import { int, text } from "../graph-builder.ts";
import { writeAttention } from "../primitives/attention.ts";
import { floats, numbers } from "../primitives/types.ts";
import { fixedSize } from "../size.ts";
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

const attention: OpPlan = (call) => {
  const [query, key, value] = [call.tensor("query"), call.tensor("key"), call.tensor("value")];
  const [bias, mask] = [call.tensor("bias"), call.tensor("mask")];
  if (query === null || key === null || value === null || (mask !== null && mask.dtype !== "bool"))
    return null;
  const floats32 = [query, key, value, bias, call.result].every(
    (operand) => operand === null || operand.dtype === "float32",
  );
  const depth = fixedSize(key.shape[3] ?? []);
  if (!floats32 || depth === null) return null;
  const extra = [mask, bias].filter((operand) => operand !== null);
  const { result } = call;
  return {
    operands: [query, key, value, ...extra],
    write: (e, [q, k, v, ...rest]) => {
      if (q === undefined || k === undefined || v === undefined) return [];
      const { mixed } = writeAttention(e, {
        query: q,
        key: k,
        value: v,
        mask: mask === null ? undefined : rest[0],
        bias: bias === null ? undefined : rest.at(-1),
        scale: call.number("scale") ?? 1 / Math.sqrt(depth),
        isCausal: call.get("isCausal") === true,
        softCap: call.number("attnLogitsSoftCap"),
      });
      return [e.tensor(mixed, result.dtype, result.shape)];
    },
  };
};

/** How products, lookups, means and attention are written. */
export const productPlans: Readonly<Record<string, OpPlan>> = {
  matmul,
  einsum,
  take,
  mean,
  dotProductAttention: attention,
};
