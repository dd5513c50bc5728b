import type { DType } from "../../../ir/dtypes.ts";
import type { Emitter } from "../emitter.ts";
import { float, int, text } from "../graph-builder.ts";
import type { GraphBuilder } from "../graph-builder.ts";
import type { Attribute } from "../model-proto.ts";
import { writeElementwise } from "../primitives/elementwise.ts";
import { floats, single, wideNumbers } from "../primitives/types.ts";
import { computeType } from "../emitter.ts";
import type { Value } from "../value.ts";
import type { OpCall, OpPlan } from "./op-call.ts";

type Attributes = Readonly<Record<string, Attribute>>;

/** An op on one tensor that becomes one operator, element by element. */
const unary =
  (
    opType: string,
    types: readonly DType[] = single,
    attributes: (call: OpCall) => Attributes | null = () => ({}),
  ): OpPlan =>
  (call) => {
    const x = call.tensor("x");
    const given = attributes(call);
    if (x === null || given === null || !types.includes(x.dtype) || x.dtype !== call.result.dtype)
      return null;
    return {
      operands: [x],
      write: (e, [value]) =>
        value === undefined ? [] : [one(e, value, types, (g, name) => g.one(opType, [name], given))],
    };
  };

/** `Clip` between two numbers. */
const clip =
  (low: number, high: number): OpPlan =>
  (call) => {
    const x = call.tensor("x");
    if (x === null || !wideNumbers.includes(x.dtype)) return null;
    const { dtype } = x;
    return {
      operands: [x],
      write: (e, [value]) =>
        value === undefined
          ? []
          : [
              one(e, value, wideNumbers, (g, name) =>
                g.one("Clip", [name, g.scalar(low, dtype), g.scalar(high, dtype)]),
              ),
            ],
    };
  };

function one(
  e: Emitter,
  value: Value,
  types: readonly DType[],
  write: (g: GraphBuilder, name: string) => string,
): Value {
  return writeElementwise(e, [value], value, types, (g, names) => write(g, names[0] ?? ""));
}

const alpha =
  (name: string) =>
  (call: OpCall): Attributes | null => {
    const value = call.number(name);
    return value === null ? null : { alpha: float(value) };
  };

/** Softmax along one axis, wherever it is stored. */
const normalized =
  (opType: string): OpPlan =>
  (call) => {
    const x = call.tensor("x");
    if (x === null || !floats.includes(x.dtype) || x.rank === 0) return null;
    const axes = call.axes("axis", x.rank);
    const [axis] = axes;
    if (axis === undefined || axes.length !== 1) return null;
    return {
      operands: [x],
      write: (e, [given]) => {
        if (given === undefined) return [];
        const value = e.exactInOrder(given);
        const within = computeType(opType, value.dtype, floats);
        const name = e.graph.one(opType, [e.cast(e.name(value), value.dtype, within)], {
          axis: int(value.perm?.[axis] ?? axis),
        });
        return [
          e.tensor(e.cast(name, within, value.dtype), value.dtype, value.stored, {
            perm: value.perm,
            shape: value.shape,
          }),
        ];
      },
    };
  };

/** How activations are written. */
export const activationPlans: Readonly<Record<string, OpPlan>> = {
  relu: unary("Relu", ["float32", "float16", "float64", "int8", "int32"]),
  relu6: clip(0, 6),
  hardTanh: clip(-1, 1),
  elu: unary("Elu", single, alpha("alpha")),
  selu: unary("Selu", single, () => ({ alpha: float(1.6732632423543772), gamma: float(1.0507009873554805) })),
  celu: unary("Celu", single, alpha("alpha")),
  leakyRelu: unary("LeakyRelu", single, alpha("negativeSlope")),
  softplus: unary("Softplus"),
  softsign: unary("Softsign"),
  gelu: unary("Gelu", single, (call) => ({
    approximate: text(call.get("approximate") === true ? "tanh" : "none"),
  })),
  hardSigmoid: unary("HardSigmoid", single, () => ({ alpha: float(1 / 6), beta: float(0.5) })),
  hardSilu: unary("HardSwish"),
  hardSwish: unary("HardSwish"),
  hardShrink: unary("Shrink", single, (call) => {
    const limit = call.number("threshold");
    return limit === null ? null : { lambd: float(limit), bias: float(0) };
  }),
  softShrink: unary("Shrink", single, (call) => {
    const limit = call.number("threshold");
    return limit === null ? null : { lambd: float(limit), bias: float(limit) };
  }),
  softmax: normalized("Softmax"),
  logSoftmax: normalized("LogSoftmax"),
};
