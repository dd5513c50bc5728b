import type { ConvolutionDescriptor } from "../../../compiler/kernel-ir/structured.ts";
import { i32, type FunctionBuilder, type Local, type ModuleBuilder } from "../assembler/index.ts";
import { depthwiseFilterRow, isDepthwise } from "./convolution-depthwise.ts";
import {
  combinations,
  forwardPhase,
  isContiguous,
  staysInside,
  threeAxes,
  type AxisPhase,
} from "./convolution-geometry.ts";
import { i32Params, type KernelOptions, type StructuredKernel } from "./kernel.ts";
import { tileVectors } from "./micro-kernel.ts";
import { emitPanelLoop } from "./panel-loop.ts";
import { shareOf } from "./partition.ts";
import { emitFillSlab, slabOf, zeroWords, type Slab } from "./slab.ts";
import { columnPanels, stripCount, stripGroups, type ColumnPanels, type StripGroup } from "./tiling.ts";

/** Result pixels summed over before the filter's tile goes back to memory: few enough for x and dy to stay cached. */
const targetPixels = 256;
/** Bytes of padded input and output gradient that one block may take in the L2 cache. */
const blockBytes = 262_144;

interface FilterPlan {
  readonly phases: readonly [AxisPhase, AxisPhase, AxisPhase];
  /** Rows of the filter matrix computed together: `(tap, channel)` pairs contiguous in the image. */
  readonly tapRows: number;
  /** Byte offset in the slab of each stretch of such rows, in order of the filter. */
  readonly tapOffsets: readonly number[];
  readonly strips: readonly StripGroup[];
  readonly panels: ColumnPanels;
  readonly split: "rows" | "columns";
  readonly images: number;
  readonly blockRows: number;
  readonly slab: Slab | undefined;
  readonly rowBytes: number;
  readonly groupInput: number;
  readonly groupOutput: number;
}

function planOf(d: ConvolutionDescriptor): FilterPlan {
  const [z, y, x] = threeAxes(d.axes);
  const phases = [forwardPhase(z), forwardPhase(y), forwardPhase(x)] as const;
  const groupInput = d.inputChannels / d.groups;
  const groupOutput = d.outputChannels / d.groups;
  const merged = isContiguous(phases[2]) && d.groups === 1;
  const tapRows = merged ? x.kernel * groupInput : groupInput;
  const rowFloats = x.input * d.inputChannels * y.stride + x.output * d.outputChannels;
  const fitting = Math.max(1, Math.floor(blockBytes / 4 / rowFloats));
  const blockRows = Math.min(y.output, fitting, Math.max(1, Math.ceil(targetPixels / x.output)));
  const inside = phases.every(staysInside);
  const slab = inside ? undefined : slabOf(phases, blockRows, d.inputChannels);
  // Several whole images at once where one has too few pixels.
  const whole = blockRows === y.output && z.output === 1 && slab !== undefined;
  const many = Math.min(d.batch, Math.ceil(targetPixels / (x.output * y.output)));
  const images = whole ? Math.max(1, Math.min(many, Math.floor(blockBytes / slab.bytes))) : 1;
  const rowBytes = slab?.rowBytes ?? x.input * d.inputChannels * 4;
  const planeBytes = slab?.planeBytes ?? y.input * rowBytes;
  const tapOffsets = combinations<number>([
    phases[0].taps.map((tap) => tap.offset * planeBytes),
    phases[1].taps.map((tap) => tap.offset * rowBytes),
    merged ? [0] : phases[2].taps.map((tap) => tap.offset * d.inputChannels * 4),
  ]).map((offsets) => offsets.reduce((sum, offset) => sum + offset, 0));
  const strips = stripGroups(tapRows);
  const panels = columnPanels(groupOutput, tapRows <= 3 ? tileVectors(tapRows) : 2);
  const units = stripCount(strips) * tapOffsets.length;
  const split = units * d.groups >= Math.min(panels.count, 16) ? "rows" : "columns";
  return {
    phases,
    tapRows,
    tapOffsets,
    strips,
    panels,
    split,
    images,
    blockRows,
    slab,
    rowBytes,
    groupInput,
    groupOutput,
  };
}

/**
 * Filter gradient: products of shifted images, transposed, by the output gradient, summed over all pixels. The sum
 * runs over the blocks of pixels in one fixed order; threads share out the filter's elements, never the sum.
 */
export function filterConvolution(
  module: ModuleBuilder,
  d: ConvolutionDescriptor,
  options: KernelOptions,
): StructuredKernel {
  const plan = planOf(d);
  const { phases, images, blockRows, slab } = plan;
  const [z, y, x] = phases;
  const blocks = Math.ceil(y.count / blockRows);
  const tableBytes = Math.ceil((images * blockRows) / 16) * 64;
  const perThread = Math.ceil((tableBytes + images * (slab?.bytes ?? 0)) / 64 + 2) * 64;
  const phase = module.function(i32Params(6), [], (fn) => {
    const own = fn.local("i32", i32.add(fn.param("i32", 3), i32.mul(fn.param("i32", 4), perThread)));
    const [image, plane, row, base] = fn.locals("i32", 4);
    const [index, runs, init, source] = fn.locals("i32", 4);
    const imageBytes = z.sourceSize * y.sourceSize * x.sourceSize * d.inputChannels * 4;
    const slabStart = i32.add(own, tableBytes);
    emitRunTable(fn, plan, own, slab?.bytes ?? 0);
    if (!d.accumulate) {
      // Nothing to sum over still means zeros.
      if (d.batch * z.count * y.count * x.count === 0) {
        const total = d.outputChannels * plan.tapRows * plan.tapOffsets.length;
        fn.if(i32.eqz(fn.param("i32", 4)), () => fn.call(zeroWords(module), fn.param("i32", 2), total * 4));
      }
    } else {
      fn.set(init, 1);
    }
    fn.forRange(image, 0, d.batch, images, () => {
      fn.forRange(plane, 0, z.count, 1, () => {
        fn.forRange(row, 0, blocks * blockRows, blockRows, () => {
          fn.set(source, i32.add(fn.param("i32", 0), i32.mul(image, imageBytes)));
          if (slab === undefined) {
            const line = i32.mul(i32.sub(i32.mul(plane, z.sourceStep), z.pad), y.sourceSize);
            const first = i32.sub(i32.add(line, i32.mul(row, y.sourceStep)), y.pad);
            fn.set(base, i32.add(source, i32.mul(first, plan.rowBytes)));
            fn.increment(base, -x.pad * d.inputChannels * 4);
            fn.set(runs, blockRows);
          } else {
            fn.set(runs, images);
            if (d.batch % images !== 0) {
              fn.set(runs, i32.sub(d.batch, image));
              fn.if(i32.gtS(runs, images), () => fn.set(runs, images));
            }
            fn.set(base, slabStart);
            fn.forRange(index, 0, runs, 1, () => {
              emitFillSlab(module, fn, phases, slab, d.inputChannels, { target: base, source, plane, row });
              fn.increment(base, slab.bytes);
              fn.increment(source, imageBytes);
            });
            fn.set(base, slabStart);
            fn.set(runs, i32.mul(runs, blockRows));
          }
          if (y.count % blockRows !== 0) {
            fn.if(i32.gtS(i32.add(row, blockRows), y.count), () => fn.set(runs, y.count % blockRows));
          }
          const pixelRow = i32.add(i32.mul(i32.add(i32.mul(image, z.count), plane), y.count), row);
          const gradient = i32.add(fn.param("i32", 1), i32.mul(pixelRow, x.count * d.outputChannels * 4));
          const at = { table: own, base, gradient: fn.local("i32", gradient), runs, init };
          if (isDepthwise(d)) emitDepthwiseRows(module, fn, d, plan, options, at);
          else emitTiles(module, fn, d, plan, options, at);
          fn.set(init, 1);
        });
      });
    });
  });
  return { phases: [phase], scratchBytes: (nthreads) => perThread * nthreads };
}

/** The runs of a block: one for each result row of each image in it. */
function emitRunTable(fn: FunctionBuilder, plan: FilterPlan, table: Local<"i32">, slabBytes: number): void {
  const [image, row, entry] = [fn.local("i32"), fn.local("i32"), fn.local("i32", table)];
  fn.forRange(image, 0, plan.images, 1, () => {
    fn.forRange(row, 0, plan.blockRows, 1, () => {
      const rowOffset = i32.mul(row, plan.phases[1].sourceStep * plan.rowBytes);
      fn.store(entry, i32.add(i32.mul(image, slabBytes), rowOffset));
      fn.increment(entry, 4);
    });
  });
}

interface TileLocals {
  readonly table: Local<"i32">;
  readonly base: Local<"i32">;
  readonly gradient: Local<"i32">;
  readonly runs: Local<"i32">;
  readonly init: Local<"i32">;
}

/** All tiles of the filter that are this thread's, for one block of pixels. */
function emitTiles(
  module: ModuleBuilder,
  fn: FunctionBuilder,
  d: ConvolutionDescriptor,
  plan: FilterPlan,
  options: KernelOptions,
  at: TileLocals,
): void {
  const { phases, strips, panels, tapOffsets, tapRows, split, groupInput, groupOutput } = plan;
  const x = phases[2];
  const perStretch = stripCount(strips);
  const total = perStretch * tapOffsets.length * d.groups;
  const blockStart = fn.local("i32", 0);
  const blockEnd = fn.local("i32", panels.count);
  const unit = fn.local("i32", 0);
  const unitEnd = fn.local("i32", total);
  const [tid, nthreads] = [fn.param("i32", 4), fn.param("i32", 5)];
  const [from, to] = shareOf(fn, split === "rows" ? total : panels.count, tid, nthreads);
  fn.set(split === "rows" ? unit : blockStart, from);
  fn.set(split === "rows" ? unitEnd : blockEnd, to);
  const [stretch, group, strip, row, a, b, c, offset] = fn.locals("i32", 8);
  const chunkStart = fn.local("i32", 0);
  fn.if(i32.ltS(blockStart, blockEnd), () => {
    fn.while(i32.ltS(unit, unitEnd), () => {
      fn.set(strip, i32.remU(unit, perStretch));
      fn.set(stretch, i32.divU(unit, perStretch));
      if (d.groups > 1) {
        fn.set(group, i32.divU(stretch, tapOffsets.length));
        fn.set(stretch, i32.remU(stretch, tapOffsets.length));
      }
      tapOffsets.forEach((tapOffset, i) => {
        if (i === 0) fn.set(offset, tapOffset);
        else fn.if(i32.eq(stretch, i), () => fn.set(offset, tapOffset));
      });
      fn.increment(offset, i32.mul(group, groupInput * 4));
      fn.set(b, i32.add(at.gradient, i32.mul(group, groupOutput * 4)));
      for (const { rows, count, start, first } of strips) {
        const mine = i32.and(i32.geS(strip, first), i32.ltS(strip, first + count));
        fn.if(strips.length === 1 ? 1 : mine, () => {
          fn.set(row, i32.add(i32.mul(i32.sub(strip, first), rows), start));
          fn.set(a, i32.add(i32.add(at.base, offset), i32.mul(row, 4)));
          const filterRow = i32.add(i32.mul(stretch, tapRows), row);
          const element = i32.add(i32.mul(filterRow, d.outputChannels), i32.mul(group, groupOutput));
          fn.set(c, i32.add(fn.param("i32", 2), i32.mul(element, 4)));
          emitPanelLoop(module, fn, options, {
            tile: { walk: "columns", rows, runs: true },
            panels,
            packedK: undefined,
            bRowBytes: d.outputChannels * 4,
            blockStart,
            blockEnd,
            chunkStart,
            steps: x.count,
            init: at.init,
            a,
            aStride: x.sourceStep * d.inputChannels * 4,
            b,
            c,
            cStride: d.outputChannels * 4,
            runs: [at.runs, at.table],
          });
        });
      }
      fn.increment(unit, 1);
    });
  });
}

/** The rows of a block of pixels, for this thread's channels of a depthwise convolution. */
function emitDepthwiseRows(
  module: ModuleBuilder,
  fn: FunctionBuilder,
  d: ConvolutionDescriptor,
  plan: FilterPlan,
  options: KernelOptions,
  at: TileLocals,
): void {
  const x = plan.phases[2];
  const channels = d.inputChannels;
  const row = {
    channels,
    pixels: x.count,
    sourceStep: x.sourceStep * channels * 4,
    resultStep: channels * 4,
    offsets: plan.tapOffsets,
    taps: plan.tapOffsets.map((_, tap) => tap),
  };
  const kernel = depthwiseFilterRow(module, row, options);
  const [from, to] = shareOf(fn, Math.ceil(channels / 4), fn.param("i32", 4), fn.param("i32", 5));
  const [low, high] = [fn.local("i32", i32.mul(from, 16)), fn.local("i32", i32.mul(to, 16))];
  fn.if(i32.gtS(high, channels * 4), () => fn.set(high, channels * 4));
  const [index, entry, gradient] = [fn.local("i32"), fn.local("i32", at.table), fn.local("i32", at.gradient)];
  const init = fn.local("i32", at.init);
  fn.repeat(index, at.runs, () => {
    fn.call(kernel, i32.add(at.base, i32.load(entry)), gradient, fn.param("i32", 2), low, high, init);
    fn.set(init, 1);
    fn.increment(entry, 4);
    fn.increment(gradient, x.count * channels * 4);
  });
}
