import { invariant } from "../../../util/errors.ts";
import type { PoolingDescriptor, WindowAxis } from "../../../compiler/kernel-ir/structured.ts";
import {
  i32,
  v128,
  type Expr,
  type FunctionBuilder,
  type Local,
  type ModuleBuilder,
} from "../assembler/index.ts";
import { threeAxes } from "./convolution-geometry.ts";
import { i32Params, type StructuredKernel } from "./kernel.ts";
import { laneOps, loadLanes, storeLanes, type LaneOps } from "./lanes.ts";
import { shareOf } from "./partition.ts";
import { zeroWords } from "./slab.ts";

/** Vectors of channels kept in registers while a window is walked. */
const blockVectors = 4;

/** The part of a window that lies inside the image, along one axis. */
interface ClippedAxis {
  readonly axis: WindowAxis;
  /** Window elements inside. */
  readonly count: Local<"i32">;
  /** Image position of the first of them. */
  readonly first: Local<"i32">;
}

/**
 * Generates a pooling kernel, vectorised over channels; operands as {@link PoolingDescriptor} says. Threads share out
 * rows of the result; in a gradient, whose windows overlap, images and blocks of channels.
 */
export function emitPooling(module: ModuleBuilder, d: PoolingDescriptor): StructuredKernel {
  const gradient = d.mode.endsWith("Gradient");
  const operands = { max: 2, sum: 2, average: 2, maxGradient: 4, sumGradient: 2, averageGradient: 2 }[d.mode];
  invariant(d.dtype !== "int32" || !gradient, "integer pooling has no gradient");
  const phase = module.function(i32Params(operands + 3), [], (fn) => {
    const emitter = new PoolingEmitter(module, fn, d, operands);
    if (gradient) emitter.emitGradient();
    else emitter.emitForward();
  });
  return { phases: [phase], scratchBytes: () => 0 };
}

/** A block of channels: how many vectors, and how many lanes of the last. */
interface ChannelBlock {
  readonly vectors: number;
  readonly lastLanes: number;
}

class PoolingEmitter {
  readonly #module: ModuleBuilder;
  readonly #fn: FunctionBuilder;
  readonly #d: PoolingDescriptor;
  readonly #ops: LaneOps;
  readonly #axes: readonly [WindowAxis, WindowAxis, WindowAxis];
  readonly #clipped: readonly [ClippedAxis, ClippedAxis, ClippedAxis];
  readonly #share: readonly [tid: Local<"i32">, nthreads: Local<"i32">];
  readonly #pixelBytes: number;

  constructor(module: ModuleBuilder, fn: FunctionBuilder, d: PoolingDescriptor, operands: number) {
    this.#module = module;
    this.#fn = fn;
    this.#d = d;
    this.#ops = laneOps[d.dtype];
    this.#axes = threeAxes(d.axes);
    const clip = (axis: WindowAxis): ClippedAxis => ({
      axis,
      count: fn.local("i32"),
      first: fn.local("i32"),
    });
    this.#clipped = [clip(this.#axes[0]), clip(this.#axes[1]), clip(this.#axes[2])];
    this.#share = [fn.param("i32", operands + 1), fn.param("i32", operands + 2)];
    this.#pixelBytes = d.channels * this.#ops.bytes;
  }

  /** One result pixel after the other, one block of channels after the other, the window's elements innermost. */
  emitForward(): void {
    const fn = this.#fn;
    const [z, y, x] = this.#axes;
    const [unit, to] = shareOf(fn, this.#d.batch * z.output * y.output, ...this.#share);
    const [image, column, start] = fn.locals("i32", 3);
    const target = fn.local("i32", i32.add(fn.param("i32", 1), i32.mul(unit, x.output * this.#pixelBytes)));
    fn.while(i32.ltS(unit, to), () => {
      this.#clipRow(unit, image);
      fn.forRange(column, 0, x.output, 1, () => {
        this.#clip(this.#clipped[2], column);
        fn.set(start, this.#windowAddress(fn.param("i32", 0), image));
        this.#eachBlock(fn.local("i32", 0), undefined, (channel, block) =>
          this.#reduceWindow(start, target, channel, block),
        );
        fn.increment(target, this.#pixelBytes);
      });
      fn.increment(unit, 1);
    });
  }

  /** Zeroes the input gradient, then adds each window's share to it. */
  emitGradient(): void {
    const fn = this.#fn;
    const { batch, mode, channels } = this.#d;
    const [z, y, x] = this.#axes;
    const maximum = mode === "maxGradient";
    const blockChannels = blockVectors * this.#ops.lanes;
    const blocks = Math.ceil(channels / blockChannels);
    // Whole images where they keep a few threads busy: then the channels of a pixel stay together.
    const perImage = batch >= 8 ? 1 : blocks;
    const [unit, to] = shareOf(fn, batch * perImage, ...this.#share);
    const [image, row, column] = fn.locals("i32", 3);
    const [start, result, low, high] = fn.locals("i32", 4);
    const input = maximum ? fn.param("i32", 0) : undefined;
    const dx = fn.param("i32", maximum ? 3 : 1);
    const pixels = z.input * y.input * x.input;
    fn.while(i32.ltS(unit, to), () => {
      fn.set(image, perImage === 1 ? unit : i32.divU(unit, perImage));
      fn.set(low, perImage === 1 ? 0 : i32.mul(i32.remU(unit, perImage), blockChannels));
      fn.set(high, perImage === 1 ? i32.const(channels) : i32.add(low, blockChannels));
      fn.if(i32.gtS(high, channels), () => fn.set(high, channels));
      this.#zero(i32.add(dx, i32.mul(image, pixels * this.#pixelBytes)), low, high);
      fn.forRange(
        row,
        i32.mul(image, z.output * y.output),
        fn.local("i32", i32.mul(i32.add(image, 1), z.output * y.output)),
        1,
        () => {
          this.#clipRow(row, image);
          fn.set(result, i32.mul(row, x.output * this.#pixelBytes));
          fn.forRange(column, 0, x.output, 1, () => {
            this.#clip(this.#clipped[2], column);
            fn.set(start, this.#windowAddress(i32.const(0), image));
            this.#eachBlock(fn.local("i32", low), high, (channel, block) => {
              if (input !== undefined) this.#routeMaximum({ input, dx, start, result }, channel, block);
              else this.#spread({ dx, start, result }, channel, block);
            });
            fn.increment(result, this.#pixelBytes);
          });
        },
      );
      fn.increment(unit, 1);
    });
  }

  /** Clips the two outer axes for a row number over `[batch, planes, rows]` of results. */
  #clipRow(row: Local<"i32">, image: Local<"i32">): void {
    const [z, y] = this.#axes;
    this.#fn.scratch("i32", (position) => {
      this.#fn.set(position, i32.remU(row, y.output));
      this.#clip(this.#clipped[1], position);
      this.#fn.set(position, i32.divU(row, y.output));
      this.#fn.set(image, i32.divU(position, z.output));
      this.#fn.set(position, i32.remU(position, z.output));
      this.#clip(this.#clipped[0], position);
    });
  }

  #clip({ axis, count, first }: ClippedAxis, position: Local<"i32">): void {
    const fn = this.#fn;
    const { input, kernel, stride, dilation, padLow } = axis;
    fn.set(first, i32.sub(i32.mul(position, stride), padLow));
    fn.set(count, kernel);
    if (padLow > 0) {
      fn.if(i32.ltS(first, 0), () => {
        fn.scratch("i32", (outside) => {
          fn.set(outside, i32.divU(i32.sub(dilation - 1, first), dilation));
          fn.set(count, i32.sub(count, outside));
          fn.increment(first, i32.mul(outside, dilation));
        });
      });
    }
    if ((axis.output - 1) * stride - padLow + (kernel - 1) * dilation >= input) {
      fn.scratch("i32", (inside) => {
        fn.set(inside, i32.divS(i32.add(i32.sub(input, first), dilation - 1), dilation));
        fn.if(i32.gtS(count, inside), () => fn.set(count, inside));
        fn.if(i32.ltS(count, 0), () => fn.set(count, 0));
      });
    }
  }

  /** Address of the first window element inside the image. */
  #windowAddress(base: Expr<"i32">, image: Local<"i32">): Expr<"i32"> {
    const [z, y, x] = this.#clipped;
    const plane = i32.add(i32.mul(image, z.axis.input), z.first);
    const row = i32.add(i32.mul(plane, y.axis.input), y.first);
    return i32.add(base, i32.mul(i32.add(i32.mul(row, x.axis.input), x.first), this.#pixelBytes));
  }

  /** Runs `body` for each block of channels in `[channel, high)`; `high` all channels by default. */
  #eachBlock(
    channel: Local<"i32">,
    high: Local<"i32"> | undefined,
    body: (channel: Local<"i32">, block: ChannelBlock) => void,
  ): void {
    const fn = this.#fn;
    const { lanes } = this.#ops;
    const { channels } = this.#d;
    const end = high ?? i32.const(channels);
    const loop = (vectors: number): void => {
      const width = vectors * lanes;
      if (channels < width) return;
      fn.while(i32.leS(i32.add(channel, width), end), () => {
        body(channel, { vectors, lastLanes: lanes });
        fn.increment(channel, width);
      });
    };
    loop(blockVectors);
    if (channels % (blockVectors * lanes) === 0) return;
    loop(1);
    const tail = channels % lanes;
    if (tail > 0) fn.if(i32.ltS(channel, end), () => body(channel, { vectors: 1, lastLanes: tail }));
  }

  /** Walks the window from `start`, giving the address of each element at this block of channels. */
  #eachElement(start: Expr<"i32">, channel: Local<"i32">, body: (address: Local<"i32">) => void): void {
    const fn = this.#fn;
    const [z, y, x] = this.#clipped;
    const rowBytes = x.axis.input * this.#pixelBytes;
    const pointers = fn.locals("i32", 3);
    const [plane, row, element] = pointers;
    const [a, b, c] = fn.locals("i32", 3);
    fn.set(plane, i32.add(start, i32.mul(channel, this.#ops.bytes)));
    const nest = (
      axis: ClippedAxis,
      counter: Local<"i32">,
      pointer: Local<"i32">,
      step: number,
      inner: () => void,
    ): void => {
      if (axis.axis.kernel === 1) {
        if (axis.axis.padLow > 0) fn.if(i32.gtS(axis.count, 0), inner);
        else inner();
        return;
      }
      fn.repeat(counter, axis.count, () => {
        inner();
        fn.increment(pointer, step);
      });
    };
    nest(z, a, plane, y.axis.input * rowBytes * z.axis.dilation, () => {
      fn.set(row, plane);
      nest(y, b, row, rowBytes * y.axis.dilation, () => {
        fn.set(element, row);
        nest(x, c, element, this.#pixelBytes * x.axis.dilation, () => body(element));
      });
    });
  }

  /** Elements inside the window. */
  #elementCount(): Expr<"i32"> {
    const [z, y, x] = this.#clipped;
    return i32.mul(i32.mul(z.count, y.count), x.count);
  }

  #reduceWindow(start: Local<"i32">, target: Local<"i32">, channel: Local<"i32">, block: ChannelBlock): void {
    const fn = this.#fn;
    const { mode } = this.#d;
    const ops = this.#ops;
    const accumulators = fn.locals("v128", block.vectors);
    const zero = v128.const(new Uint8Array(16));
    for (const each of accumulators) fn.set(each, mode === "max" ? ops.lowest : zero);
    // `max` loses NaN: what was not a number is marked beside it, with all bits set, which is a NaN itself.
    const marks = mode === "max" && ops.isNan !== null ? fn.locals("v128", block.vectors) : [];
    const element = fn.local("v128");
    for (const each of marks) fn.set(each, zero);
    this.#eachElement(start, channel, (address) => {
      accumulators.forEach((each, i) => {
        const mark = marks[i];
        if (mode !== "max") return fn.set(each, ops.add(each, loadLanes(address, i * 16)));
        fn.set(element, loadLanes(address, i * 16));
        fn.set(each, ops.max(each, element));
        if (mark !== undefined && ops.isNan !== null) fn.set(mark, v128.or(mark, ops.isNan(element)));
      });
    });
    accumulators.forEach((each, i) => {
      const mark = marks[i];
      if (mark !== undefined) fn.set(each, v128.or(each, mark));
      if (mode === "average") fn.set(each, ops.divide(each, this.#elementCount()));
      const lanes = i === block.vectors - 1 ? block.lastLanes : ops.lanes;
      storeLanes(fn, ops, i32.add(target, i32.mul(channel, ops.bytes)), each, lanes, i * 16);
    });
  }

  /** Adds dy to the first element of the window that equals the maximum. */
  #routeMaximum(
    at: { input: Local<"i32">; dx: Local<"i32">; start: Local<"i32">; result: Local<"i32"> },
    channel: Local<"i32">,
    block: ChannelBlock,
  ): void {
    const fn = this.#fn;
    const ops = this.#ops;
    const maxima = fn.locals("v128", block.vectors);
    const gradients = fn.locals("v128", block.vectors);
    const [hit, sum, address] = [fn.local("v128"), fn.local("v128"), fn.local("i32")];
    fn.set(address, i32.add(at.result, i32.mul(channel, ops.bytes)));
    maxima.forEach((each, i) => fn.set(each, loadLanes(i32.add(fn.param("i32", 1), address), i * 16)));
    gradients.forEach((each, i) => fn.set(each, loadLanes(i32.add(fn.param("i32", 2), address), i * 16)));
    this.#eachElement(at.start, channel, (offset) => {
      fn.set(address, i32.add(at.dx, offset));
      maxima.forEach((maximum, i) => {
        const gradient = gradients[i] ?? maximum;
        fn.set(hit, ops.equal(loadLanes(i32.add(at.input, offset), i * 16), maximum));
        fn.set(sum, ops.add(loadLanes(address, i * 16), v128.and(gradient, hit)));
        storeLanes(fn, ops, address, sum, i === block.vectors - 1 ? block.lastLanes : ops.lanes, i * 16);
        // What has been given away is not given again.
        fn.set(gradient, v128.andnot(gradient, hit));
      });
    });
  }

  /** Adds dy (divided by the number of elements, for an average) to every element of the window. */
  #spread(
    at: { dx: Local<"i32">; start: Local<"i32">; result: Local<"i32"> },
    channel: Local<"i32">,
    block: ChannelBlock,
  ): void {
    const fn = this.#fn;
    const ops = this.#ops;
    const gradients = fn.locals("v128", block.vectors);
    const [sum, address] = [fn.local("v128"), fn.local("i32")];
    fn.set(address, i32.add(i32.add(fn.param("i32", 0), at.result), i32.mul(channel, ops.bytes)));
    gradients.forEach((each, i) => {
      const value = loadLanes(address, i * 16);
      fn.set(each, this.#d.mode === "averageGradient" ? ops.divide(value, this.#elementCount()) : value);
    });
    this.#eachElement(i32.add(at.dx, at.start), channel, (element) => {
      gradients.forEach((gradient, i) => {
        fn.set(sum, ops.add(loadLanes(element, i * 16), gradient));
        storeLanes(fn, ops, element, sum, i === block.vectors - 1 ? block.lastLanes : ops.lanes, i * 16);
      });
    });
  }

  /** Zeroes channels `[low, high)` of an image's gradient. */
  #zero(image: Expr<"i32">, low: Local<"i32">, high: Local<"i32">): void {
    const fn = this.#fn;
    const [z, y, x] = this.#axes;
    const pixels = z.input * y.input * x.input;
    const zero = zeroWords(this.#module);
    fn.if(
      i32.eq(i32.sub(high, low), this.#d.channels),
      () => fn.call(zero, image, pixels * this.#pixelBytes),
      () => {
        const [pointer, counter] = fn.locals("i32", 2);
        fn.set(pointer, i32.add(image, i32.mul(low, this.#ops.bytes)));
        fn.repeat(counter, pixels, () => {
          fn.call(zero, pointer, i32.mul(i32.sub(high, low), this.#ops.bytes));
          fn.increment(pointer, this.#pixelBytes);
        });
      },
    );
  }
}
