import type { DType } from "../../../ir/dtypes.ts";
import { constantOf } from "../constant.ts";
import { type Emitter, range } from "../emitter.ts";
import { float, int } from "../graph-builder.ts";
import { fixedSize, sameSizes } from "../size.ts";
import type { Value } from "../value.ts";
import type { OpPlan } from "./op-call.ts";

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

/** How normalisations are written. */
export const normalizationPlans: Readonly<Record<string, OpPlan>> = {
  batchNormalization,
  layerNormalization,
};
