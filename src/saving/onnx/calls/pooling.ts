import { padsFor } from "../../../ops/core/windows.ts";
import { computeType, range } from "../emitter.ts";
import { int, ints, text } from "../graph-builder.ts";
import { single } from "../primitives/types.ts";
import { channelsFirst, fromChannelsFirst } from "../primitives/windows.ts";
import type { OpPlan } from "./op-call.ts";

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

/** How pooling is written where the primitives say less than the op. */
export const poolingPlans: Readonly<Record<string, OpPlan>> = { averagePool };
