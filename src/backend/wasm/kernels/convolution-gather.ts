import type { ConvolutionDescriptor } from "../../../compiler/kernel-ir/structured.ts";
import {
  i32,
  type Expr,
  type FunctionBuilder,
  type FunctionHandle,
  type Local,
  type ModuleBuilder,
} from "../assembler/index.ts";
import { depthwiseRow } from "./convolution-depthwise.ts";
import { blockColumns, gatherPlan, type GatherPart, type GatherPlan } from "./convolution-gather-plan.ts";
import { emitPackNarrow, narrowPixels, narrowTile } from "./convolution-narrow.ts";
import { emitEpilogueStrip } from "./epilogue.ts";
import { i32Params, type Epilogue, type KernelOptions, type StructuredKernel } from "./kernel.ts";
import { packColumns, packRows } from "./packing.ts";
import { emitPanelLoop } from "./panel-loop.ts";
import { shareOf } from "./partition.ts";
import { emitFillSlab, zeroWords } from "./slab.ts";
import { packedSize, stripGroups } from "./tiling.ts";

/**
 * Forward convolution and input gradient as products of gathered windows by the kernel: a window row of an NHWC image
 * is contiguous in (column, channel), so the register tiles read the image itself, run by run; nothing is unfolded.
 */
export function gatherConvolution(
  module: ModuleBuilder,
  d: ConvolutionDescriptor,
  options: KernelOptions,
  epilogue?: Epilogue,
): StructuredKernel {
  const plan = gatherPlan(d);
  const params = i32Params(6 + (epilogue?.paramCount ?? 0));
  const perThread = Math.ceil((plan.tableBytes + plan.slabBytes) / 64 + 2) * 64;
  const sharedBytes = Math.ceil(plan.packedFloats / 16) * 64;
  const isPrepared = d.isPrepared === true && (plan.packed || plan.isNarrow);
  const before = isPrepared ? i32Params(6) : params;
  const preparing: FunctionHandle[] = [];
  if (plan.packed) {
    preparing.push(module.function(before, [], (fn) => emitPackWeights(module, fn, d, plan)));
  }
  if (plan.isNarrow) {
    preparing.push(module.function(before, [], (fn) => emitPackNarrowParts(module, fn, plan)));
  }
  const multiply = module.function(params, [], (fn) => {
    const scratch = fn.param("i32", 3);
    const own = fn.local("i32", isPrepared ? scratch : i32.add(scratch, sharedBytes));
    fn.increment(own, i32.mul(fn.param("i32", 4), perThread));
    const packed = isPrepared ? fn.param("i32", 1) : scratch;
    for (const part of plan.parts)
      new GatherEmitter(module, fn, d, plan, part, options, epilogue, own, packed).emit();
  });
  if (isPrepared) {
    const preparation = { phases: preparing, bytes: sharedBytes };
    return { phases: [multiply], preparation, scratchBytes: (nthreads) => perThread * nthreads };
  }
  const phases = [...preparing, multiply];
  return { phases, scratchBytes: (nthreads) => sharedBytes + perThread * nthreads };
}

/** Lays out the kernels of narrow results: few enough for one thread. */
function emitPackNarrowParts(module: ModuleBuilder, fn: FunctionBuilder, plan: GatherPlan): void {
  fn.if(i32.eqz(fn.param("i32", 4)), () => {
    for (const { narrow, packedAt } of plan.parts) {
      const target = i32.add(fn.param("i32", 3), packedAt * 4);
      if (narrow !== undefined) emitPackNarrow(module, fn, narrow, fn.param("i32", 1), target);
    }
  });
}

/** Packs the weights of every part: panel by panel, shared out among the threads. */
function emitPackWeights(
  module: ModuleBuilder,
  fn: FunctionBuilder,
  d: ConvolutionDescriptor,
  plan: GatherPlan,
): void {
  const { panels, groupSource, groupResult } = plan;
  const weights = fn.param("i32", 1);
  const [from, to] = shareOf(fn, panels.count * d.groups, fn.param("i32", 4), fn.param("i32", 5));
  const [unit, panel, group, target] = fn.locals("i32", 4);
  const width = panels.vectors * 4;
  const pack = (part: GatherPart, vectors: number, lastLanes: number): void => {
    part.taps.forEach((tap, i) => {
      const into = i32.add(target, i * groupSource * vectors * 16);
      if (d.pass === "forward") {
        // w[tap, c, f]: rows of f.
        const column = i32.add(i32.mul(group, groupResult), i32.mul(panel, width));
        const source = i32.add(
          i32.add(weights, tap * groupSource * d.outputChannels * 4),
          i32.mul(column, 4),
        );
        fn.call(packRows(module, vectors), source, d.outputChannels * 4, into, groupSource);
        return;
      }
      // w[tap, c, f] with c as columns and f as k: transposed.
      for (let v = 0; v < vectors; v++) {
        const row = i32.add(i32.mul(panel, width), tap * groupResult + v * 4);
        const at = i32.add(i32.mul(row, d.outputChannels), i32.mul(group, groupSource));
        const lanes = v === vectors - 1 ? lastLanes : 4;
        const source = i32.add(weights, i32.mul(at, 4));
        const strides = [d.outputChannels * 4, 4];
        fn.call(
          packColumns(module),
          source,
          ...strides,
          i32.add(into, v * 16),
          vectors * 16,
          groupSource,
          lanes,
        );
      }
    });
  };
  fn.forRange(unit, from, to, 1, () => {
    fn.set(group, i32.divU(unit, panels.count));
    fn.set(panel, i32.remU(unit, panels.count));
    for (const part of plan.parts) {
      const groupFloats = packedSize(part.k, panels);
      fn.set(target, i32.add(fn.param("i32", 3), part.packedAt * 4));
      fn.increment(target, i32.mul(group, groupFloats * 4));
      fn.increment(target, i32.mul(panel, part.k * panels.vectors * 16));
      const { rest } = panels;
      if (rest === undefined) pack(part, panels.vectors, 4);
      else {
        fn.if(
          i32.ltS(panel, panels.full),
          () => pack(part, panels.vectors, 4),
          () => pack(part, rest.vectors, rest.lastLanes),
        );
      }
    }
  });
}

/** Emits the loops of one part: blocks of result rows, column blocks, k-chunks, rows, strips, panels. */
class GatherEmitter {
  readonly #module: ModuleBuilder;
  readonly #fn: FunctionBuilder;
  readonly #d: ConvolutionDescriptor;
  readonly #plan: GatherPlan;
  readonly #part: GatherPart;
  readonly #options: KernelOptions;
  readonly #strip: FunctionHandle | undefined;
  readonly #own: Local<"i32">;
  /** Where the weights lie that were packed or laid out before. */
  readonly #packed: Local<"i32">;

  constructor(
    module: ModuleBuilder,
    fn: FunctionBuilder,
    d: ConvolutionDescriptor,
    plan: GatherPlan,
    part: GatherPart,
    options: KernelOptions,
    epilogue: Epilogue | undefined,
    own: Local<"i32">,
    packed: Local<"i32">,
  ) {
    this.#module = module;
    this.#fn = fn;
    this.#d = d;
    this.#plan = plan;
    this.#part = part;
    this.#options = options;
    const step = part.phases[2].step;
    this.#strip =
      epilogue && emitEpilogueStrip(module, plan.groupResult, step * plan.resultChannels, epilogue, step);
    this.#own = own;
    this.#packed = packed;
  }

  emit(): void {
    const fn = this.#fn;
    const d = this.#d;
    const { phases, blockRows, offsets, slab } = this.#part;
    const [z, y, x] = phases;
    offsets.forEach((offset, i) => fn.store(this.#own, i32.const(offset), i * 4));
    const blocks = Math.ceil(y.count / blockRows);
    const [unit, to] = shareOf(fn, d.batch * z.count * blocks, fn.param("i32", 4), fn.param("i32", 5));
    const [image, plane, row, rowEnd] = fn.locals("i32", 4);
    const [source, result, base] = fn.locals("i32", 3);
    const sourceFloats = z.sourceSize * y.sourceSize * x.sourceSize * this.#plan.sourceChannels;
    fn.while(i32.ltS(unit, to), () => {
      fn.set(row, i32.mul(i32.remU(unit, blocks), blockRows));
      fn.set(plane, i32.divU(unit, blocks));
      fn.set(image, i32.divU(plane, z.count));
      fn.set(plane, i32.remU(plane, z.count));
      fn.set(rowEnd, i32.add(row, blockRows));
      if (y.count % blockRows !== 0) fn.if(i32.gtS(rowEnd, y.count), () => fn.set(rowEnd, y.count));
      fn.set(source, i32.add(fn.param("i32", 0), i32.mul(image, sourceFloats * 4)));
      if (slab === undefined) {
        const line = i32.mul(i32.sub(i32.mul(plane, z.sourceStep), z.pad), y.sourceSize);
        const first = i32.sub(i32.add(line, i32.mul(row, y.sourceStep)), y.pad);
        fn.set(base, i32.add(source, i32.mul(first, x.sourceSize * this.#plan.sourceChannels * 4)));
        fn.increment(base, -x.pad * this.#plan.sourceChannels * 4);
      } else {
        fn.set(base, i32.add(this.#own, Math.ceil(this.#plan.tableBytes / 64) * 64));
        const at = { target: base, source, plane, row };
        emitFillSlab(this.#module, fn, phases, slab, this.#plan.sourceChannels, at);
      }
      // Linear number of the block's first result pixel.
      const resultPlane = i32.add(i32.mul(image, z.resultSize), i32.add(i32.mul(plane, z.step), z.start));
      const resultRow = i32.add(i32.mul(resultPlane, y.resultSize), i32.add(i32.mul(row, y.step), y.start));
      fn.set(result, i32.add(i32.mul(resultRow, x.resultSize), x.start));
      this.#emitBlock(base, result, i32.sub(rowEnd, row));
      fn.increment(unit, 1);
    });
  }

  #emitBlock(base: Local<"i32">, result: Local<"i32">, rows: Expr<"i32">): void {
    const fn = this.#fn;
    const { groups, panels, depthwise } = this.#plan;
    const { offsets, runsPerChunk, run } = this.#part;
    const group = fn.local("i32");
    const blockStart = fn.local("i32");
    const blockEnd = fn.local("i32");
    const firstRun = fn.local("i32");
    const runs = fn.local("i32", Math.min(runsPerChunk, offsets.length));
    const chunkStart = fn.local("i32");
    const rowCount = fn.local("i32", rows);
    const columnsAtOnce = depthwise ? this.#plan.resultChannels : blockColumns;
    const panelBlock = Math.max(1, Math.ceil(columnsAtOnce / (panels.vectors * 4)));
    const columns = (): void => {
      fn.forRange(blockStart, 0, panels.count, panelBlock, () => {
        fn.set(blockEnd, i32.add(blockStart, panelBlock));
        fn.if(i32.gtS(blockEnd, panels.count), () => fn.set(blockEnd, panels.count));
        const locals = { group, blockStart, blockEnd, firstRun, runs, chunkStart };
        if (offsets.length === 0) {
          this.#emitRows(base, result, rowCount, locals);
          return;
        }
        fn.forRange(firstRun, 0, offsets.length, runsPerChunk, () => {
          if (offsets.length % runsPerChunk !== 0) {
            fn.set(runs, i32.sub(offsets.length, firstRun));
            fn.if(i32.gtS(runs, runsPerChunk), () => fn.set(runs, runsPerChunk));
          }
          fn.set(chunkStart, i32.mul(firstRun, run));
          this.#emitRows(base, result, rowCount, locals);
        });
      });
    };
    if (groups === 1) columns();
    else fn.forRange(group, 0, groups, 1, columns);
  }

  #emitRows(base: Local<"i32">, result: Local<"i32">, rows: Local<"i32">, at: BlockLocals): void {
    const fn = this.#fn;
    const { accumulate } = this.#d;
    const { sourceChannels, resultChannels, groupSource, groupResult, panels, depthwise, isNarrow } =
      this.#plan;
    const { phases, slab, offsets } = this.#part;
    const [, y, x] = phases;
    const rowBytes = slab?.rowBytes ?? x.sourceSize * sourceChannels * 4;
    const [counter, sourceRow, resultRow, pixel] = fn.locals("i32", 4);
    const init = fn.local("i32", accumulate ? 1 : i32.ne(at.firstRun, 0));
    fn.set(sourceRow, i32.add(base, i32.mul(at.group, groupSource * 4)));
    fn.set(pixel, result);
    fn.repeat(counter, rows, () => {
      const channel = i32.mul(at.group, groupResult);
      const address = i32.add(i32.mul(pixel, resultChannels), channel);
      fn.set(resultRow, i32.add(fn.param("i32", 2), i32.mul(address, 4)));
      if (offsets.length > 0 && depthwise) this.#emitDepthwise(sourceRow, resultRow);
      else if (offsets.length > 0 && isNarrow) this.#emitNarrow(sourceRow, resultRow, init, at.runs);
      else if (offsets.length > 0) this.#emitStrips(sourceRow, resultRow, init, at);
      else if (!accumulate) this.#emitZeros(resultRow);
      const { phases: _, ...part } = this.#part;
      const finish = (): void => {
        if (this.#strip === undefined) return;
        const params = this.#strip.params.slice(6).map((__, i) => fn.param("i32", 6 + i));
        fn.scratch("i32", (end) => {
          fn.set(end, i32.mul(at.blockEnd, panels.vectors * 4));
          fn.if(i32.gtS(end, groupResult), () => fn.set(end, groupResult));
          const start = i32.mul(at.blockStart, panels.vectors * 4);
          const position = [x.count, pixel, i32.add(channel, start), i32.add(channel, end)];
          fn.call(this.#strip ?? fn, i32.add(resultRow, i32.mul(start, 4)), ...position, 0, ...params);
        });
      };
      if (part.offsets.length <= part.runsPerChunk) finish();
      else fn.if(i32.eq(i32.add(at.firstRun, at.runs), part.offsets.length), finish);
      fn.increment(sourceRow, y.sourceStep * rowBytes);
      fn.increment(pixel, y.step * x.resultSize);
    });
  }

  #emitStrips(sourceRow: Local<"i32">, resultRow: Local<"i32">, init: Local<"i32">, at: BlockLocals): void {
    const fn = this.#fn;
    const { sourceChannels, resultChannels, panels, packed } = this.#plan;
    const { phases, run, k, packedAt } = this.#part;
    const x = phases[2];
    const aStride = x.sourceStep * sourceChannels * 4;
    const cStride = x.step * resultChannels * 4;
    const [strip, a, c] = fn.locals("i32", 3);
    const weights = packed
      ? i32.add(this.#packed, i32.add(i32.mul(at.group, packedSize(k, panels) * 4), packedAt * 4))
      : i32.add(fn.param("i32", 1), i32.mul(at.group, this.#plan.groupResult * 4));
    const b = fn.local("i32", weights);
    fn.set(a, sourceRow);
    fn.set(c, resultRow);
    for (const group of stripGroups(x.count)) {
      fn.repeat(strip, group.count, () => {
        emitPanelLoop(this.#module, fn, this.#options, {
          tile: { walk: "rows", rows: group.rows, runs: true },
          panels,
          packedK: packed ? k : undefined,
          bRowBytes: resultChannels * 4,
          ...at,
          steps: run,
          init,
          a,
          aStride,
          b,
          c,
          cStride,
          runs: [at.runs, i32.add(this.#own, i32.mul(at.firstRun, 4))],
        });
        fn.increment(a, group.rows * aStride);
        fn.increment(c, group.rows * cStride);
      });
    }
  }

  #emitNarrow(
    sourceRow: Local<"i32">,
    resultRow: Local<"i32">,
    init: Local<"i32">,
    runs: Local<"i32">,
  ): void {
    const fn = this.#fn;
    const { sourceChannels, resultChannels } = this.#plan;
    const { phases, run, packedAt } = this.#part;
    const x = phases[2];
    const [aStride, cStride] = [x.sourceStep * sourceChannels * 4, x.step * resultChannels * 4];
    const [a, c, count] = [fn.local("i32", sourceRow), fn.local("i32", resultRow), fn.local("i32")];
    const b = i32.add(this.#packed, packedAt * 4);
    const tile = (rows: number): void => {
      const kernel = narrowTile(this.#module, rows, resultChannels, this.#options);
      fn.call(kernel, a, aStride, b, run, c, cStride, init, runs, this.#own);
    };
    fn.repeat(count, Math.floor(x.count / narrowPixels), () => {
      tile(narrowPixels);
      fn.increment(a, narrowPixels * aStride);
      fn.increment(c, narrowPixels * cStride);
    });
    if (x.count % narrowPixels > 0) tile(x.count % narrowPixels);
  }

  #emitDepthwise(sourceRow: Local<"i32">, resultRow: Local<"i32">): void {
    const { phases, offsets, taps } = this.#part;
    const [, , x] = phases;
    const { sourceChannels: channels } = this.#plan;
    const { accumulate } = this.#d;
    const [sourceStep, resultStep] = [x.sourceStep * channels * 4, x.step * channels * 4];
    const row = { channels, pixels: x.count, sourceStep, resultStep, offsets, taps, accumulate };
    const kernel = depthwiseRow(this.#module, row, this.#options);
    this.#fn.call(kernel, sourceRow, this.#fn.param("i32", 1), resultRow);
  }

  /** Result pixels that nothing contributes to. */
  #emitZeros(resultRow: Local<"i32">): void {
    const fn = this.#fn;
    const x = this.#part.phases[2];
    const [counter, pointer] = [fn.local("i32"), fn.local("i32", resultRow)];
    fn.repeat(counter, x.count, () => {
      fn.call(zeroWords(this.#module), pointer, this.#plan.groupResult * 4);
      fn.increment(pointer, x.step * this.#plan.resultChannels * 4);
    });
  }
}

interface BlockLocals {
  readonly group: Local<"i32">;
  readonly blockStart: Local<"i32">;
  readonly blockEnd: Local<"i32">;
  readonly firstRun: Local<"i32">;
  readonly runs: Local<"i32">;
  readonly chunkStart: Local<"i32">;
}
