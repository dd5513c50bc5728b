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
/** Taps whose weights, or sums, stay in registers beside those of a group of pixels. */
const tapsAtOnce = 9;
/** Result pixels that are worked on together: neighbours share what they read, and a weight serves them all. */
const pixelsAtOnce = 4;
/** The same where there are too many weights for the registers: each is read once for so many pixels. */
const pixelsOfMany = 8;

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

/** A place in the source, counted from a group's first pixel, and the pixels that read it there, by tap. */
interface Place {
  readonly offset: number;
  readonly uses: readonly { readonly pixel: number; readonly tap: number }[];
}

/** What a group of pixels reads, each place once, in the order of the addresses. */
function placesOf(offsets: readonly number[], pixels: number, sourceStep: number): Place[] {
  const places = new Map<number, { pixel: number; tap: number }[]>();
  for (let pixel = 0; pixel < pixels; pixel++) {
    offsets.forEach((offset, tap) => {
      const at = offset + pixel * sourceStep;
      places.set(at, [...(places.get(at) ?? []), { pixel, tap }]);
    });
  }
  return [...places].map(([offset, uses]) => ({ offset, uses })).toSorted((a, b) => a.offset - b.offset);
}

/** Emits `body` for groups of pixels along a row, then for the pixels that are left. */
function emitGroups(
  fn: FunctionBuilder,
  pixels: number,
  most: number,
  steps: readonly (readonly [pointer: Local<"i32">, bytes: number])[],
  body: (count: number) => void,
): void {
  const groups = Math.floor(pixels / most);
  if (groups > 0) {
    fn.repeat(fn.local("i32"), groups, () => {
      body(most);
      for (const [pointer, bytes] of steps) fn.increment(pointer, most * bytes);
    });
  }
  if (pixels % most > 0) body(pixels % most);
}

/** Emits `body` for four channels at a time, with byte offset `at` counting from `low` to `high` of all `channels`. */
function emitChannels(
  fn: FunctionBuilder,
  channels: number,
  at: Local<"i32">,
  [low, high]: readonly [Local<"i32"> | number, Local<"i32"> | number],
  body: (lanes: number) => void,
): void {
  const tail = channels % 4;
  fn.set(at, low);
  const fullEnd = fn.local("i32", high);
  if (tail > 0) fn.if(i32.eq(fullEnd, channels * 4), () => fn.set(fullEnd, (channels - tail) * 4));
  fn.while(i32.ltS(at, fullEnd), () => {
    body(4);
    fn.increment(at, 16);
  });
  if (tail > 0) fn.if(i32.ltS(at, high), () => body(tail));
}

/** The function `(source, weights, result)` that computes one row of results. */
export function depthwiseRow(
  module: ModuleBuilder,
  row: DepthwiseRow,
  options: KernelOptions,
): FunctionHandle {
  const { channels, pixels, sourceStep, resultStep, taps } = row;
  const isSmall = taps.length <= tapsAtOnce;
  return sharedFunction(module, `depthwise ${JSON.stringify(row)}`, () =>
    module.function(i32Params(3), [], (fn) => {
      const [source, weights, result] = [fn.param("i32", 0), fn.param("i32", 1), fn.param("i32", 2)];
      const [at, from, to, weight] = fn.locals("i32", 4);
      const steps = [[source, sourceStep] as const, [result, resultStep] as const];
      emitGroups(fn, pixels, isSmall ? pixelsAtOnce : pixelsOfMany, steps, (count) => {
        const sums = fn.locals("v128", count);
        emitChannels(fn, channels, at, [0, channels * 4], (lanes) => {
          fn.set(from, i32.add(source, at));
          fn.set(to, i32.add(result, at));
          fn.set(weight, i32.add(weights, at));
          sums.forEach((sum, i) =>
            fn.set(sum, row.accumulate ? v128.load(to, i * resultStep) : f32x4.const(0)),
          );
          if (isSmall) emitByPlace(fn, row, options, { from, weight, sums });
          else emitByTap(fn, row, options, { from, weight, sums });
          sums.forEach((sum, i) => fn.storeLanes32(to, sum, lanes, i * resultStep));
        });
      });
    }),
  );
}

/** Where a group of pixels begins, for four channels, and its sums. */
interface Group {
  readonly from: Local<"i32">;
  readonly weight: Local<"i32">;
  readonly sums: readonly Local<"v128">[];
}

/** Adds all taps with the weights in registers: every place of the source is read once. */
function emitByPlace(
  fn: FunctionBuilder,
  { channels, offsets, taps, sourceStep }: DepthwiseRow,
  options: KernelOptions,
  { from, weight, sums }: Group,
): void {
  const kernel = taps.map((tap) => fn.local("v128", v128.load(weight, tap * channels * 4)));
  const value = fn.local("v128");
  for (const { offset, uses } of placesOf(offsets, sums.length, sourceStep)) {
    fn.set(value, v128.load(from, offset));
    for (const { pixel, tap } of uses) {
      const [sum, factor] = [sums[pixel], kernel[tap]];
      if (sum !== undefined && factor !== undefined) fn.set(sum, multiplyAdd(options, value, factor, sum));
    }
  }
}

/** Adds tap after tap: every weight is read once. */
function emitByTap(
  fn: FunctionBuilder,
  { channels, offsets, taps, sourceStep }: DepthwiseRow,
  options: KernelOptions,
  { from, weight, sums }: Group,
): void {
  const factor = fn.local("v128");
  taps.forEach((tap, i) => {
    fn.set(factor, v128.load(weight, tap * channels * 4));
    sums.forEach((sum, pixel) => {
      const value = v128.load(from, (offsets[i] ?? 0) + pixel * sourceStep);
      fn.set(sum, multiplyAdd(options, value, factor, sum));
    });
  });
}

/** Emits the sums over one row of pixels, for channels of the byte range `[low, high)`, into the filter gradient. */
export function depthwiseFilterRow(
  module: ModuleBuilder,
  row: Omit<DepthwiseRow, "accumulate">,
  options: KernelOptions,
): FunctionHandle {
  const { channels, pixels, sourceStep, resultStep, offsets, taps } = row;
  return sharedFunction(module, `depthwise filter ${JSON.stringify(row)}`, () =>
    module.function(i32Params(6), [], (fn) => {
      const [source, gradient, filter] = [fn.param("i32", 0), fn.param("i32", 1), fn.param("i32", 2)];
      const range = [fn.param("i32", 3), fn.param("i32", 4)] as const;
      const init = fn.param("i32", 5);
      const at = fn.local("i32");
      const steps = [[source, sourceStep] as const, [gradient, resultStep] as const];
      const zero = fn.local("v128", f32x4.const(0));
      const target = fn.local("i32");
      fn.if(i32.eqz(init), () =>
        emitChannels(fn, channels, at, range, (lanes) => {
          fn.set(target, i32.add(filter, at));
          for (const tap of taps) fn.storeLanes32(target, zero, lanes, tap * channels * 4);
        }),
      );
      emitGroups(fn, pixels, pixelsAtOnce, steps, (count) => {
        for (let first = 0; first < taps.length; first += tapsAtOnce) {
          const some = {
            ...row,
            offsets: offsets.slice(first, first + tapsAtOnce),
            taps: taps.slice(first, first + tapsAtOnce),
          };
          emitChannels(fn, channels, at, range, (lanes) =>
            emitFilterGroup(fn, some, options, { source, gradient, filter, at, count }, lanes),
          );
        }
      });
    }),
  );
}

/** Adds what a group of pixels contributes to the sums of some taps, for four channels. */
function emitFilterGroup(
  fn: FunctionBuilder,
  row: Omit<DepthwiseRow, "accumulate">,
  options: KernelOptions,
  where: Readonly<Record<"source" | "gradient" | "filter" | "at", Local<"i32">>> & { readonly count: number },
  lanes: number,
): void {
  const { channels, offsets, taps, sourceStep, resultStep } = row;
  const place = (start: Local<"i32">): Local<"i32"> => fn.local("i32", i32.add(start, where.at));
  const [from, to, target] = [place(where.source), place(where.gradient), place(where.filter)];
  const sums = taps.map((tap) => fn.local("v128", v128.load(target, tap * channels * 4)));
  const dy = Array.from({ length: where.count }, (_, pixel) =>
    fn.local("v128", v128.load(to, pixel * resultStep)),
  );
  const value = fn.local("v128");
  for (const { offset, uses } of placesOf(offsets, where.count, sourceStep)) {
    fn.set(value, v128.load(from, offset));
    for (const { pixel, tap } of uses) {
      const [sum, factor] = [sums[tap], dy[pixel]];
      if (sum !== undefined && factor !== undefined) fn.set(sum, multiplyAdd(options, value, factor, sum));
    }
  }
  sums.forEach((sum, i) => fn.storeLanes32(target, sum, lanes, (taps[i] ?? 0) * channels * 4));
}
