import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape } from "../ir/shape.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp } from "./core/op.ts";
import type { Op2, Op3 } from "./core/op-types.ts";
import { floatType, resultType } from "./core/promote.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import {
  channelsLast,
  checkWindows,
  type DataFormat,
  dataFormatOf,
  fromChannelsLast,
  type Padding,
  paddingOf,
  padsFor,
  perAxis,
  spatialRank,
} from "./core/windows.ts";

const module = "nn";

interface ConvolutionArguments {
  readonly inputs: Tensor;
  readonly kernel: Tensor;
  readonly strides: number | readonly number[];
  readonly padding: Padding;
  readonly dataFormat: DataFormat | null;
  readonly dilationRate: number | readonly number[];
}

export type ConvolutionRest = [
  { readonly strides?: number | readonly number[] },
  { readonly padding?: Padding },
  { readonly dataFormat?: DataFormat | null },
  { readonly dilationRate?: number | readonly number[] },
];

const options = { strides: opt(1), padding: opt("valid"), dataFormat: opt(null), dilationRate: opt(1) };

/** A convolution of channels-last values whose groups follow from the kernel. */
function convolve(
  where: string,
  x: Var,
  kernel: Var,
  args: Pick<ConvolutionArguments, "strides" | "padding" | "dilationRate">,
): Var {
  const n = spatialRank(where, x);
  const strides = perAxis(where, "strides", args.strides, n);
  const dilation = perAxis(where, "dilationRate", args.dilationRate, n);
  const padding = paddingOf(where, args.padding);
  const channels = x.shape.at(-1) ?? 0;
  const kernelChannels = kernel.shape.at(-2) ?? 0;
  if (kernel.shape.length !== n + 2 || kernelChannels === 0 || channels % kernelChannels !== 0) {
    throw new ShapeError(
      `${where}: expected a kernel [${Array.from({ length: n }, () => "window").join(", ")}, channels / groups, filters] for ${channels} channels, received ${formatShape(kernel.shape)} with input ${formatShape(x.shape)}.`,
    );
  }
  const spatial = x.shape.slice(1, -1);
  const window = kernel.shape.slice(0, -2);
  checkWindows(where, spatial, window, dilation, padding);
  const pads = spatial.map((size, i) =>
    padsFor(padding, size, window[i] ?? 1, strides[i] ?? 1, dilation[i] ?? 1),
  );
  return p.conv(x, kernel, { strides, padding: pads, dilation, groups: channels / kernelChannels });
}

/** Operands in one float dtype, the input channels-last. */
function prepare(
  where: string,
  inputs: Tensor,
  kernels: readonly Tensor[],
  format: DataFormat,
): { x: Var; kernels: Var[] } {
  const dtype = floatType(resultType([inputs, ...kernels]));
  spatialRank(where, inputs.traced);
  return {
    x: channelsLast(castTo(inputs.traced, dtype), format),
    kernels: kernels.map((kernel) => castTo(kernel.traced, dtype)),
  };
}

/**
 * Convolution over 1 to 3 spatial axes.
 *
 * Shapes: inputs `[batch, …spatial, channels]`, kernel `[…window, channels / groups, filters]` → `[batch, …places, filters]`.
 *
 * @see Keras `ops.conv`
 */
export const conv: Op2<ConvolutionRest, "kernel"> = defineOp(
  { name: "conv", module, args: { inputs: "tensor", kernel: "tensor", ...options } },
  ({ inputs, kernel, dataFormat, ...how }: ConvolutionArguments) => {
    const format = dataFormatOf("ops.conv", dataFormat);
    const { x, kernels } = prepare("ops.conv", inputs, [kernel], format);
    return wrap(fromChannelsLast(convolve("ops.conv", x, kernels[0] ?? x, how), format));
  },
);

/** The kernel `[…window, channels, multiplier]` of a depthwise convolution as that of a grouped one. */
function grouped(where: string, kernel: Var, x: Var): Var {
  const [channels, multiplier] = [kernel.shape.at(-2) ?? 0, kernel.shape.at(-1) ?? 0];
  if (channels !== x.shape.at(-1) || kernel.shape.length !== x.shape.length) {
    throw new ShapeError(
      `${where}: expected a depthwise kernel […window, ${x.shape.at(-1)}, multiplier], received ${formatShape(kernel.shape)} for input ${formatShape(x.shape)}.`,
    );
  }
  return p.reshape(kernel, [...kernel.shape.slice(0, -2), 1, channels * multiplier]);
}

/** A convolution of every channel by itself: kernel `[…window, channels, multiplier]`. @see Keras `ops.depthwise_conv` */
export const depthwiseConv: Op2<ConvolutionRest, "kernel"> = defineOp(
  { name: "depthwiseConv", module, args: { inputs: "tensor", kernel: "tensor", ...options } },
  ({ inputs, kernel, dataFormat, ...how }: ConvolutionArguments) => {
    const where = "ops.depthwiseConv";
    const format = dataFormatOf(where, dataFormat);
    const { x, kernels } = prepare(where, inputs, [kernel], format);
    return wrap(fromChannelsLast(convolve(where, x, grouped(where, kernels[0] ?? x, x), how), format));
  },
);

interface SeparableArguments extends Omit<ConvolutionArguments, "kernel"> {
  readonly depthwiseKernel: Tensor;
  readonly pointwiseKernel: Tensor;
}

/** A depthwise convolution, then a pointwise one that mixes channels. @see Keras `ops.separable_conv` */
export const separableConv: Op3<ConvolutionRest, "depthwiseKernel", "pointwiseKernel"> = defineOp(
  {
    name: "separableConv",
    module,
    args: { inputs: "tensor", depthwiseKernel: "tensor", pointwiseKernel: "tensor", ...options },
  },
  ({ inputs, depthwiseKernel, pointwiseKernel, dataFormat, ...how }: SeparableArguments) => {
    const where = "ops.separableConv";
    const format = dataFormatOf(where, dataFormat);
    const { x, kernels } = prepare(where, inputs, [depthwiseKernel, pointwiseKernel], format);
    const deep = convolve(where, x, grouped(where, kernels[0] ?? x, x), how);
    const mixed = convolve(where, deep, kernels[1] ?? x, { strides: 1, padding: "valid", dilationRate: 1 });
    return wrap(fromChannelsLast(mixed, format));
  },
);

interface TransposeArguments extends ConvolutionArguments {
  readonly outputPadding: number | readonly number[] | null;
}

/**
 * Elements that Keras removes from the widest result `(n − 1)·stride + reach` of a transposed convolution (negative: adds).
 *
 * @see Keras `backend/common/backend_utils.py`
 */
function crops(
  padding: Padding,
  reach: number,
  stride: number,
  outputPadding: number | null,
): [number, number] {
  if (padding === "valid") {
    const extra = outputPadding ?? Math.max(reach, stride) - reach;
    return [0, -extra];
  }
  const total = outputPadding === null ? stride + reach - 2 : reach + (reach % 2) - 2 + outputPadding;
  const left = Math.min(Math.floor(total / 2) + (total % 2), reach - 1);
  return [reach - 1 - left, reach - 1 - (total - left)];
}

/**
 * The gradient of a convolution with respect to its input, as a layer that enlarges images.
 *
 * Shapes: inputs `[batch, …spatial, channels]`, kernel `[…window, filters, channels]`; `valid`: `(n − 1)·stride + max(window, stride)`
 * places, `same`: `n · stride`.
 *
 * @see Keras `ops.conv_transpose`
 */
export const convTranspose: Op2<
  [
    ConvolutionRest[0],
    ConvolutionRest[1],
    { readonly outputPadding?: number | readonly number[] | null },
    ConvolutionRest[2],
    ConvolutionRest[3],
  ],
  "kernel"
> = defineOp(
  {
    name: "convTranspose",
    module,
    args: {
      inputs: "tensor",
      kernel: "tensor",
      strides: opt(1),
      padding: opt("valid"),
      outputPadding: opt(null),
      dataFormat: opt(null),
      dilationRate: opt(1),
    },
  },
  ({ inputs, kernel, dataFormat, outputPadding, ...how }: TransposeArguments) => {
    const where = "ops.convTranspose";
    const format = dataFormatOf(where, dataFormat);
    const { x, kernels } = prepare(where, inputs, [kernel], format);
    const weights = kernels[0] ?? x;
    const n = spatialRank(where, x);
    if (weights.shape.length !== n + 2 || weights.shape.at(-1) !== x.shape.at(-1)) {
      throw new ShapeError(
        `${where}: expected a kernel […window, filters, ${x.shape.at(-1)}], received ${formatShape(weights.shape)} for input ${formatShape(inputs.shape)}.`,
      );
    }
    const strides = perAxis(where, "strides", how.strides, n);
    const dilation = perAxis(where, "dilationRate", how.dilationRate, n);
    const padding = paddingOf(where, how.padding);
    const extra = typeof outputPadding === "number" ? strides.map(() => outputPadding) : outputPadding;
    if (extra !== null && extra.length !== n)
      throw new OptionError(`${where}: expected outputPadding to be a number or ${n} of them.`);
    const spatial = x.shape.slice(1, -1);
    const reaches = dilation.map((rate, i) => ((weights.shape[i] ?? 1) - 1) * rate + 1);
    const cuts = reaches.map((reach, i) => crops(padding, reach, strides[i] ?? 1, extra?.[i] ?? null));
    const pads = cuts.map(([left, right]): [number, number] => [Math.max(0, left), Math.max(0, right)]);
    const sizes = spatial.map(
      (size, i) =>
        (size - 1) * (strides[i] ?? 1) + (reaches[i] ?? 1) - (pads[i]?.[0] ?? 0) - (pads[i]?.[1] ?? 0),
    );
    const shape = [x.shape[0] ?? 0, ...sizes, weights.shape.at(-2) ?? 0];
    const wide = p.convInputGrad(x, weights, shape, { strides, padding: pads, dilation, groups: 1 });
    const low = [0, ...cuts.map(([left]) => Math.max(0, -left)), 0];
    const high = [0, ...cuts.map(([, right]) => Math.max(0, -right)), 0];
    return wrap(fromChannelsLast(p.pad(wide, 0, low, high), format));
  },
);
