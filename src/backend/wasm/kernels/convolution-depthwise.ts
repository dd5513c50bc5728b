import type { ConvolutionDescriptor } from "../../../compiler/kernel-ir/structured.ts";
import {
  f32x4,
  i32,
  v128,
  type FunctionBuilder,
  type FunctionHandle,
  type Local,
  type ModuleBuilder,
} from "../assembler/index.ts";
import { i32Params, sharedFunction, type KernelOptions } from "./kernel.ts";
import { multiplyAdd } from "./micro-kernel.ts";

/** Taps beyond this are too much straight-line code. */
const mostTaps = 64;
/** Sums kept in registers by a filter gradient. */
const sumsAtOnce = 9;

/** Whether each channel is convolved by itself, to one channel: the kernels below, vectorised over channels. */
export function isDepthwise(d: ConvolutionDescriptor): boolean {
  const taps = d.axes.reduce((product, axis) => product * axis.kernel, 1);
  return d.groups > 1 && d.groups === d.inputChannels && d.groups === d.outputChannels && taps <= mostTaps;
}

/** One row of results: where each tap reads and which weights it takes. */
export interface DepthwiseRow {
  readonly channels: number;
  /** Result pixels of a row, and bytes from one to the next in source and result. */
  readonly pixels: number;
  readonly sourceStep: number;
  readonly resultStep: number;
  /** Byte offset of each tap from the row's first source pixel. */
  readonly offsets: readonly number[];
  /** Kernel element of each tap. */
  readonly taps: readonly number[];
  readonly accumulate: boolean;
}

/** The function `(source, weights, result)` that computes one row of results. */
export function depthwiseRow(
  module: ModuleBuilder,
  row: DepthwiseRow,
  options: KernelOptions,
): FunctionHandle {
  const { channels, pixels, offsets, taps } = row;
  return sharedFunction(module, `depthwise ${JSON.stringify(row)}`, () =>
    module.function(i32Params(3), [], (fn) => {
      const [source, weights, result] = [fn.param("i32", 0), fn.param("i32", 1), fn.param("i32", 2)];
      const [from, to, count] = [fn.local("i32"), fn.local("i32"), fn.local("i32")];
      const kernel = fn.locals("v128", taps.length);
      const sum = fn.local("v128");
      const block = (lanes: number): void => {
        kernel.forEach((local, i) => fn.set(local, v128.load(weights, (taps[i] ?? 0) * channels * 4)));
        fn.set(from, source);
        fn.set(to, result);
        fn.repeat(count, pixels, () => {
          fn.set(sum, row.accumulate ? v128.load(to) : f32x4.const(0));
          kernel.forEach((local, i) =>
            fn.set(sum, multiplyAdd(options, v128.load(from, offsets[i] ?? 0), local, sum)),
          );
          fn.storeLanes32(to, sum, lanes);
          fn.increment(from, row.sourceStep);
          fn.increment(to, row.resultStep);
        });
        for (const pointer of [source, weights, result]) fn.increment(pointer, lanes * 4);
      };
      fn.repeat(fn.local("i32"), Math.floor(channels / 4), () => block(4));
      if (channels % 4 > 0) block(channels % 4);
    }),
  );
}

/** Emits the sums over one row of pixels, for channels of the byte range `[low, high)`, into the filter gradient. */
export function depthwiseFilterRow(
  module: ModuleBuilder,
  row: Omit<DepthwiseRow, "accumulate">,
  options: KernelOptions,
): FunctionHandle {
  const { channels, offsets, taps } = row;
  return sharedFunction(module, `depthwise filter ${JSON.stringify(row)}`, () =>
    module.function(i32Params(6), [], (fn) => {
      const [source, gradient, filter] = [fn.param("i32", 0), fn.param("i32", 1), fn.param("i32", 2)];
      const [low, high, init] = [fn.param("i32", 3), fn.param("i32", 4), fn.param("i32", 5)];
      const tail = channels % 4;
      const fullEnd = fn.local("i32", high);
      if (tail > 0) fn.if(i32.eq(high, channels * 4), () => fn.set(fullEnd, (channels - tail) * 4));
      for (let first = 0; first < taps.length; first += sumsAtOnce) {
        const some = {
          offsets: offsets.slice(first, first + sumsAtOnce),
          taps: taps.slice(first, first + sumsAtOnce),
        };
        const at = fn.local("i32", low);
        const block = (lanes: number): void =>
          emitFilterBlock(fn, { ...row, ...some }, options, { source, gradient, filter, at, init }, lanes);
        fn.while(i32.ltS(at, fullEnd), () => {
          block(4);
          fn.increment(at, 16);
        });
        if (tail > 0) fn.if(i32.ltS(at, high), () => block(tail));
      }
    }),
  );
}

function emitFilterBlock(
  fn: FunctionBuilder,
  row: Omit<DepthwiseRow, "accumulate">,
  options: KernelOptions,
  at: Readonly<Record<"source" | "gradient" | "filter" | "at" | "init", Local<"i32">>>,
  lanes: number,
): void {
  const sums = fn.locals("v128", row.taps.length);
  const dy = fn.local("v128");
  const [from, to, target, count] = [fn.local("i32"), fn.local("i32"), fn.local("i32"), fn.local("i32")];
  fn.set(target, i32.add(at.filter, at.at));
  fn.if(
    at.init,
    () => sums.forEach((sum, i) => fn.set(sum, v128.load(target, (row.taps[i] ?? 0) * row.channels * 4))),
    () => sums.forEach((sum) => fn.set(sum, f32x4.const(0))),
  );
  fn.set(from, i32.add(at.source, at.at));
  fn.set(to, i32.add(at.gradient, at.at));
  fn.repeat(count, row.pixels, () => {
    fn.set(dy, v128.load(to));
    sums.forEach((sum, i) =>
      fn.set(sum, multiplyAdd(options, v128.load(from, row.offsets[i] ?? 0), dy, sum)),
    );
    fn.increment(from, row.sourceStep);
    fn.increment(to, row.resultStep);
  });
  sums.forEach((sum, i) => fn.storeLanes32(target, sum, lanes, (row.taps[i] ?? 0) * row.channels * 4));
}
