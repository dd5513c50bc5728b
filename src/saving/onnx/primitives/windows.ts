import type { DType } from "../../../ir/dtypes.ts";
import type { Padding } from "../../../ir/windows.ts";
import { padsFor } from "../../../ops/core/windows.ts";
import { computeType, type Emitter, range } from "../emitter.ts";
import { int, ints, text } from "../graph-builder.ts";
import type { Attribute } from "../model-proto.ts";
import { input, known, listParam, result, type Result, type Rule, type Site } from "../site.ts";
import { fixedSize, type Size } from "../size.ts";
import { Unsupported } from "../unsupported.ts";
import { inverse, type Value } from "../value.ts";
import { single } from "./types.ts";

/** From `[batch, channels, …spatial]`, as ONNX has it, to `[batch, …spatial, channels]`. */
export const fromChannelsFirst = (rank: number): number[] => [0, ...range(rank - 2).map((i) => i + 2), 1];
/** From `[filters, channels, …window]` to `[…window, channels, filters]`. */
const fromFiltersFirst = (rank: number): number[] => [...range(rank - 2).map((i) => i + 2), 1, 0];

/** Padding of every spatial axis, in every trace. */
function paddingOf({ params }: Site): { readonly low: Size; readonly high: Size }[] {
  const all = params.map((each) => each["padding"] as readonly Padding[]); // SAFETY: the parameter of windows
  return (all[0] ?? []).map((_, axis) => ({
    low: all.map((each) => each[axis]?.[0] ?? 0),
    high: all.map((each) => each[axis]?.[1] ?? 0),
  }));
}

/** Attributes `pads`, or `auto_pad` where the padding depends on unknown sizes as that of `same` does. */
function padAttributes(
  site: Site,
  spatial: readonly Size[],
  window: readonly number[],
): Readonly<Record<string, Attribute>> {
  const padding = paddingOf(site);
  const lows = padding.map(({ low }) => fixedSize(low));
  const highs = padding.map(({ high }) => fixedSize(high));
  if ([...lows, ...highs].every((pad) => pad !== null))
    return { pads: ints([...lows, ...highs].map((pad) => pad ?? 0)) };
  const [strides, dilation] = [listParam(site, "strides"), listParam(site, "dilation")];
  const isSame = spatial.every((size, axis) =>
    size.every((n, trace) => {
      const [low, high] = padsFor("same", n, window[axis] ?? 1, strides[axis] ?? 1, dilation[axis] ?? 1);
      return low === padding[axis]?.low[trace] && high === padding[axis].high[trace];
    }),
  );
  if (!isSame) throw new Unsupported("padding that depends on an unknown size");
  return { auto_pad: text("SAME_UPPER") };
}

/** A result that the node gives with channels first. */
export function channelsFirst(e: Emitter, name: string, { shape, dtype }: Result): Value {
  const perm = fromChannelsFirst(shape.length);
  const stored = inverse(perm).map((axis) => shape[axis] ?? e.one);
  return e.tensor(name, dtype, stored, { perm, shape });
}

/** Operands of a convolution, in a dtype in which ONNX Runtime computes it. */
function operands(e: Emitter, site: Site): { x: string; kernel: string; window: number[]; within: DType } {
  const [x, kernel] = [input(site, 0), input(site, 1)];
  const within = computeType("Conv", x.dtype, single);
  const rank = x.shape.length;
  const name = (value: Value, perm: number[]): string =>
    e.cast(e.name(e.exactIn(value, perm)), value.dtype, within);
  return {
    x: name(x, fromChannelsFirst(rank)),
    kernel: name(kernel, fromFiltersFirst(rank)),
    window: kernel.shape.slice(0, -2).map((size) => known(size, "the window of a convolution")),
    within,
  };
}

const conv: Rule = (e, site) => {
  const { x, kernel, window, within } = operands(e, site);
  const name = e.graph.one("Conv", [x, kernel], {
    kernel_shape: ints(window),
    strides: ints(listParam(site, "strides")),
    dilations: ints(listParam(site, "dilation")),
    group: int(groupsOf(site)),
    ...padAttributes(site, input(site, 0).shape.slice(1, -1), window),
  });
  const out = result(site);
  return [channelsFirst(e, e.cast(name, within, out.dtype), out)];
};

function groupsOf({ params }: Site): number {
  return known(
    params.map((each) => each["groups"] as number), // SAFETY: the parameter of convolutions
    "the groups of a convolution",
  );
}

/** The gradient of a convolution with respect to its input is `ConvTranspose`. */
const convInputGrad: Rule = (e, site) => {
  const { x, kernel, window, within } = operands(e, site);
  const [strides, dilation] = [listParam(site, "strides"), listParam(site, "dilation")];
  const padding = paddingOf(site);
  const places = input(site, 0).shape.slice(1, -1);
  const out = result(site);
  // What the result has beyond the places that windows reach.
  const extra = window.map((size, axis) => {
    const [stride, reach] = [strides[axis] ?? 1, (size - 1) * (dilation[axis] ?? 1) + 1];
    const pads = padding[axis];
    const rest = (out.shape[axis + 1] ?? e.one).map(
      (wanted, i) =>
        wanted -
        (((places[axis]?.[i] ?? 1) - 1) * stride + reach - (pads?.low[i] ?? 0) - (pads?.high[i] ?? 0)),
    );
    return known(rest, "the output padding of a transposed convolution");
  });
  const pads = [...padding.map(({ low }) => low), ...padding.map(({ high }) => high)];
  const name = e.graph.one("ConvTranspose", [x, kernel], {
    kernel_shape: ints(window),
    strides: ints(strides),
    dilations: ints(dilation),
    group: int(groupsOf(site)),
    pads: ints(pads.map((pad) => known(pad, "the padding of a transposed convolution"))),
    output_padding: ints(extra),
  });
  return [channelsFirst(e, e.cast(name, within, out.dtype), out)];
};

/** A pooling operator; `after` finishes its result. */
const pool =
  (
    opType: string,
    types: readonly DType[],
    more: Readonly<Record<string, Attribute>>,
    after: (e: Emitter, name: string, window: readonly number[], dtype: DType) => string,
  ): Rule =>
  (e, site) => {
    const value = input(site, 0);
    const window = listParam(site, "window");
    const within = computeType(opType, value.dtype, types);
    const x = e.cast(e.name(e.exactIn(value, fromChannelsFirst(value.shape.length))), value.dtype, within);
    const name = e.graph.one(opType, [x], {
      kernel_shape: ints(window),
      strides: ints(listParam(site, "strides")),
      dilations: ints(listParam(site, "dilation")),
      ...padAttributes(site, value.shape.slice(1, -1), window),
      ...more,
    });
    const out = result(site);
    return [channelsFirst(e, e.cast(after(e, name, window, within), within, out.dtype), out)];
  };

/** A mean that counts padding, times the size of the window. */
const timesWindow = (e: Emitter, name: string, window: readonly number[], dtype: DType): string =>
  e.graph.one("Mul", [
    name,
    e.graph.scalar(
      window.reduce((a, b) => a * b, 1),
      dtype,
    ),
  ]);

/** How convolutions and pooling are written. */
export const windowRules: Readonly<Record<string, Rule>> = {
  conv,
  convInputGrad,
  windowMax: pool("MaxPool", ["float32", "float16", "float64", "int8", "uint8"], {}, (_, name) => name),
  windowSum: pool("AveragePool", single, { count_include_pad: int(1) }, timesWindow),
};
