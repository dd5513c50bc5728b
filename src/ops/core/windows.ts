import * as p from "./primitives/index.ts";
import type { Var } from "../../ir/program.ts";
import { formatShape } from "../../ir/shape.ts";
import { OptionError, ShapeError } from "../../util/errors.ts";
import { imageDataFormat } from "../../util/image-data-format.ts";
import { oneOf } from "../../util/options.ts";

export const dataFormats = ["channels_last", "channels_first"] as const;
export type DataFormat = (typeof dataFormats)[number];
export const paddings = ["valid", "same"] as const;
export type Padding = (typeof paddings)[number];

/** Checks a data format; null is that of `config.imageDataFormat`. */
export function dataFormatOf(where: string, format: unknown): DataFormat {
  return format === null || format === undefined
    ? imageDataFormat()
    : oneOf(where, "dataFormat", format, dataFormats);
}

/** Checks a kind of padding, whatever its case. */
export function paddingOf(where: string, padding: unknown): Padding {
  return oneOf(where, "padding", typeof padding === "string" ? padding.toLowerCase() : padding, paddings);
}

/** One number for each of n spatial axes. */
export function perAxis(
  where: string,
  name: string,
  value: number | readonly number[],
  n: number,
): readonly number[] {
  const list = typeof value === "number" ? Array.from({ length: n }, () => value) : value;
  if (
    !Array.isArray(list) ||
    list.length !== n ||
    list.some((entry) => !Number.isInteger(entry) || entry < 1)
  ) {
    throw new OptionError(
      `${where}: expected \`${name}\` to be a positive integer or ${n} of them, received ${JSON.stringify(value)}.`,
    );
  }
  return list;
}

/** Number of spatial axes of an image-like value, checked. */
export function spatialRank(where: string, x: Var): number {
  const n = x.shape.length - 2;
  if (n < 1 || n > 3) {
    throw new ShapeError(
      `${where}: expected [batch, 1 to 3 spatial axes, channels], received shape ${formatShape(x.shape)}.`,
    );
  }
  return n;
}

/** Moves the channels to the end. */
export function channelsLast(x: Var, format: DataFormat): Var {
  if (format === "channels_last") return x;
  const spatial = x.shape.slice(2).map((_, i) => i + 2);
  return p.transpose(x, [0, ...spatial, 1]);
}

/** Moves the channels from the end to where the format has them. */
export function fromChannelsLast(x: Var, format: DataFormat): Var {
  if (format === "channels_last") return x;
  const spatial = x.shape.slice(2).map((_, i) => i + 1);
  return p.transpose(x, [0, x.shape.length - 1, ...spatial]);
}

/** Elements added before and after an axis of n elements so that a window reaches all of it. */
export function padsFor(
  padding: Padding,
  n: number,
  window: number,
  stride: number,
  dilation: number,
): readonly [number, number] {
  if (padding === "valid") return [0, 0];
  const reach = (window - 1) * dilation + 1;
  const total = Math.max(0, (Math.ceil(n / stride) - 1) * stride + reach - n);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

/** Refuses windows that do not fit. */
export function checkWindows(
  where: string,
  spatial: readonly number[],
  window: readonly number[],
  dilation: readonly number[],
  padding: Padding,
): void {
  const tooSmall = spatial.findIndex((n, i) => n < ((window[i] ?? 1) - 1) * (dilation[i] ?? 1) + 1);
  if (padding === "valid" && tooSmall >= 0) {
    throw new ShapeError(
      `${where}: a window of ${formatShape(window)} (dilation ${formatShape(dilation)}) does not fit into spatial axes ${formatShape(spatial)}. Use a smaller one, or padding "same".`,
    );
  }
}
