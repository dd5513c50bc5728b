import { invariant } from "../../../util/errors.ts";
import type { ConvolutionDescriptor } from "../../../compiler/kernel-ir/structured.ts";
import {
  i32,
  type FunctionBuilder,
  type FunctionHandle,
  type Local,
  type ModuleBuilder,
} from "../assembler/index.ts";
import { forwardPhase, gradientPhases, type AxisPhase } from "./convolution-geometry.ts";
import { emitEpilogueStrip } from "./epilogue.ts";
import { i32Params, type Epilogue, type KernelOptions, type StructuredKernel } from "./kernel.ts";
import { packColumns } from "./packing.ts";
import { emitPanelLoop } from "./panel-loop.ts";
import { shareOf } from "./partition.ts";
import { columnPanels, packedSize, stripGroups } from "./tiling.ts";
import {
  emitLocate,
  emitReadTile,
  emitWriteTile,
  tileGrid,
  tilePosition,
  type TileGrid,
} from "./winograd-tiles.ts";
import { tileTransform, winogradMatrices, type WinogradMatrices } from "./winograd-transform.ts";

/** Floats of transformed input and products of one block of tiles: what the L2 cache holds beside the filter. */
const blockFloats = 163_840;

/** Whether a convolution has the form that Winograd's algorithm is written for here. */
export function suitsWinograd(d: ConvolutionDescriptor): boolean {
  const form =
    d.axes.length === 2 && d.axes.every((a) => a.kernel === 3 && a.stride === 1 && a.dilation === 1);
  const channels = d.inputChannels % 4 === 0 && d.outputChannels % 4 === 0;
  const pads = d.axes.every((a) => a.padLow >= 0 && a.padLow <= 2 && a.input >= 1 && a.output >= 1);
  return form && channels && pads && d.groups === 1 && d.dtype === "float32";
}

/** Result pixels of a pass, as axis phases. */
export function winogradPhases(d: ConvolutionDescriptor): readonly [AxisPhase, AxisPhase] {
  const phases = d.axes.map((axis) =>
    d.pass === "inputGradient" ? gradientPhases(axis)[0] : forwardPhase(axis),
  );
  const [y, x] = phases;
  invariant(y !== undefined && x !== undefined, "Winograd's algorithm is for two axes");
  return [y, x];
}

interface WinogradPlan {
  readonly w: WinogradMatrices;
  readonly y: AxisPhase;
  readonly x: AxisPhase;
  readonly grid: TileGrid;
  /** Channels of the source and of the result. */
  readonly k: number;
  readonly n: number;
  /** Positions of a tile, each a product of its own. */
  readonly positions: number;
  /** Tiles in a block, and blocks. */
  readonly tiles: number;
  readonly blocks: number;
  readonly filterFloats: number;
  readonly packedFloats: number;
}

function planOf(d: ConvolutionDescriptor, outputs: 2 | 3 | 4): WinogradPlan {
  const w = winogradMatrices(outputs);
  const [y, x] = winogradPhases(d);
  const grid = tileGrid(d.batch, y, x, outputs);
  const forward = d.pass === "forward";
  const [k, n] = forward ? [d.inputChannels, d.outputChannels] : [d.outputChannels, d.inputChannels];
  const positions = w.tile ** 2;
  const fitting = Math.max(16, Math.floor(blockFloats / positions / (k + n)));
  const blocks = Math.max(Math.ceil(grid.total / fitting), Math.min(8, Math.ceil(grid.total / 16)));
  const filterFloats = positions * k * n;
  const packedFloats = forward ? 0 : positions * packedSize(k, columnPanels(n, 2));
  return {
    w,
    y,
    x,
    grid,
    k,
    n,
    positions,
    tiles: Math.ceil(grid.total / blocks),
    blocks,
    filterFloats,
    packedFloats,
  };
}

/**
 * A 3×3 convolution of stride 1, or its input gradient, by Winograd's algorithm: filter and image tiles are
 * transformed, multiplied position by position as matrices over channels, and transformed back. `outputs` is the side
 * of a result tile: larger ones multiply less and round more.
 */
export function winogradConvolution(
  module: ModuleBuilder,
  d: ConvolutionDescriptor,
  options: KernelOptions,
  outputs: 2 | 3 | 4,
  epilogue?: Epilogue,
): StructuredKernel {
  invariant(
    suitsWinograd(d) && d.pass !== "filterGradient" && !d.accumulate,
    "a 3×3 convolution of stride 1",
  );
  const plan = planOf(d, outputs);
  const { w, k, n, positions, tiles, filterFloats, packedFloats } = plan;
  const params = i32Params(6 + (epilogue?.paramCount ?? 0));
  const align = (floats: number): number => Math.ceil((floats * 4 + 128) / 64) * 64;
  const sharedBytes = align(filterFloats) + align(packedFloats);
  const [inputBytes, productBytes] = [align(positions * tiles * k), align(positions * tiles * n)];
  const patchBytes = align(w.tile ** 2 * Math.max(k, n));
  const perThread = inputBytes + productBytes + patchBytes;

  const isPrepared = d.isPrepared === true;
  const before = isPrepared ? i32Params(6) : params;
  const preparing: FunctionHandle[] = [
    module.function(before, [], (fn) => emitTransformFilter(module, fn, d, plan, options)),
  ];
  if (d.pass === "inputGradient") {
    preparing.push(
      module.function(before, [], (fn) => emitPackFilter(module, fn, plan, align(filterFloats))),
    );
  }
  const strip = epilogue && emitEpilogueStrip(module, n, n, epilogue);
  const multiply = module.function(params, [], (fn) => {
    const scratch = fn.param("i32", 3);
    const shared = isPrepared ? fn.param("i32", 1) : scratch;
    const transformed = fn.local("i32", isPrepared ? scratch : i32.add(scratch, sharedBytes));
    fn.increment(transformed, i32.mul(fn.param("i32", 4), perThread));
    const products = fn.local("i32", i32.add(transformed, inputBytes));
    const patch = fn.local("i32", i32.add(products, productBytes));
    const filter = fn.local("i32", d.pass === "forward" ? shared : i32.add(shared, align(filterFloats)));
    const [block, to] = shareOf(fn, plan.blocks, fn.param("i32", 4), fn.param("i32", 5));
    const end = fn.local("i32");
    fn.while(i32.ltS(block, to), () => {
      const first = i32.mul(block, tiles);
      fn.set(end, i32.add(first, tiles));
      fn.if(i32.gtS(end, plan.grid.total), () => fn.set(end, plan.grid.total));
      const at = tilePosition(fn);
      fn.set(at.tile, first);
      emitInputTiles(module, fn, plan, options, at, end, transformed, patch);
      emitProducts(module, fn, d, plan, options, { transformed, filter, products });
      fn.set(at.tile, first);
      const target = fn.local("i32", products);
      const back = tileTransform(module, backTransform(plan), options);
      const result = { ...resultImage(plan), address: fn.param("i32", 2) };
      const extra = params.slice(6).map((_, i) => fn.param("i32", 6 + i));
      fn.while(i32.ltS(at.tile, end), () => {
        emitLocate(fn, plan.grid, at);
        const write = (address: Local<"i32">, rowBytes: Local<"i32">): void =>
          fn.call(back, target, address, rowBytes, n * 4);
        emitWriteTile(module, fn, result, at, patch, write, strip, extra);
        fn.increment(target, n * 4);
        fn.increment(at.tile, 1);
      });
      fn.increment(block, 1);
    });
  });
  if (isPrepared) {
    const preparation = { phases: preparing, bytes: sharedBytes };
    return { phases: [multiply], preparation, scratchBytes: (nthreads) => perThread * nthreads };
  }
  const phases = [...preparing, multiply];
  return { phases, scratchBytes: (nthreads) => sharedBytes + perThread * nthreads };
}

function resultImage(plan: WinogradPlan): {
  height: number;
  width: number;
  channels: number;
  padRow: number;
  padColumn: number;
  side: number;
} {
  const { y, x, n, w } = plan;
  return { height: y.resultSize, width: x.resultSize, channels: n, padRow: 0, padColumn: 0, side: w.outputs };
}

function backTransform({ w, n, tiles }: WinogradPlan): Parameters<typeof tileTransform>[1] {
  const column = tiles * n * 4;
  return {
    key: `at${w.outputs}`,
    matrix: w.at,
    channels: n,
    sourceColumn: column,
    sourceRow: column * w.tile,
    targetColumn: n * 4,
    targetRow: "parameter",
  };
}

/** U = G · w · Gᵀ for every pair of channels, `[position, c, f]`; flipped for an input gradient. */
function emitTransformFilter(
  module: ModuleBuilder,
  fn: FunctionBuilder,
  d: ConvolutionDescriptor,
  { w, k, n }: WinogradPlan,
  options: KernelOptions,
): void {
  const flip = d.pass === "inputGradient";
  const column = k * n * 4;
  const transform = tileTransform(
    module,
    {
      key: `g${w.outputs}${flip ? " flipped" : ""}`,
      matrix: flip ? w.g.map((row) => row.toReversed()) : w.g,
      channels: k * n,
      sourceColumn: column,
      sourceRow: column * 3,
      targetColumn: column,
      targetRow: column * w.tile,
    },
    options,
  );
  const [from, to] = shareOf(fn, (k * n) / 4, fn.param("i32", 4), fn.param("i32", 5));
  const offset = i32.mul(from, 16);
  const bytes = i32.mul(i32.sub(to, from), 16);
  fn.call(transform, i32.add(fn.param("i32", 1), offset), i32.add(fn.param("i32", 3), offset), 0, bytes);
}

/** Transposes `[position, n, k]` into panels of B for each position. */
function emitPackFilter(
  module: ModuleBuilder,
  fn: FunctionBuilder,
  plan: WinogradPlan,
  targetOffset: number,
): void {
  const { k, n, positions } = plan;
  const panels = columnPanels(n, 2);
  const fours = n / 4;
  const [unit, to] = shareOf(fn, positions * fours, fn.param("i32", 4), fn.param("i32", 5));
  const [position, four, source, target] = fn.locals("i32", 4);
  const pack = packColumns(module);
  fn.while(i32.ltS(unit, to), () => {
    fn.set(position, i32.divU(unit, fours));
    fn.set(four, i32.remU(unit, fours));
    fn.set(source, i32.add(fn.param("i32", 3), i32.mul(unit, k * 16)));
    fn.set(target, i32.add(fn.param("i32", 3), i32.mul(position, packedSize(k, panels) * 4)));
    fn.increment(target, i32.add(i32.mul(i32.shrU(four, 1), k * 32), targetOffset));
    const panelFull = i32.ltS(i32.shrU(four, 1), panels.full);
    fn.if(
      panelFull,
      () => fn.call(pack, source, k * 4, 4, i32.add(target, i32.shl(i32.and(four, 1), 4)), 32, k, 4),
      () => fn.call(pack, source, k * 4, 4, target, 16, k, 4),
    );
    fn.increment(unit, 1);
  });
}

/** V = BT · d · B for each tile of the block, `[position, tile, channel]`. */
function emitInputTiles(
  module: ModuleBuilder,
  fn: FunctionBuilder,
  plan: WinogradPlan,
  options: KernelOptions,
  at: ReturnType<typeof tilePosition>,
  end: Local<"i32">,
  transformed: Local<"i32">,
  patch: Local<"i32">,
): void {
  const { w, y, x, k, tiles } = plan;
  const column = tiles * k * 4;
  const transform = tileTransform(
    module,
    {
      key: `bt${w.outputs}`,
      matrix: w.bt,
      channels: k,
      sourceColumn: k * 4,
      sourceRow: "parameter",
      targetColumn: column,
      targetRow: column * w.tile,
    },
    options,
  );
  const target = fn.local("i32", transformed);
  const image = {
    address: fn.param("i32", 0),
    height: y.sourceSize,
    width: x.sourceSize,
    channels: k,
    padRow: y.pad,
    padColumn: x.pad,
    side: w.tile,
  };
  fn.while(i32.ltS(at.tile, end), () => {
    emitLocate(fn, plan.grid, at);
    emitReadTile(module, fn, image, at, patch, (address, rowBytes) =>
      fn.call(transform, address, target, rowBytes, k * 4),
    );
    fn.increment(target, k * 4);
    fn.increment(at.tile, 1);
  });
}

/** One product `[tiles, k] · [k, n]` for each position. */
function emitProducts(
  module: ModuleBuilder,
  fn: FunctionBuilder,
  d: ConvolutionDescriptor,
  plan: WinogradPlan,
  options: KernelOptions,
  at: { readonly transformed: Local<"i32">; readonly filter: Local<"i32">; readonly products: Local<"i32"> },
): void {
  const { k, n, tiles, positions } = plan;
  const panels = columnPanels(n, 2);
  const packedK = d.pass === "inputGradient" ? k : undefined;
  const b = fn.local("i32", at.filter);
  const [a, c] = [fn.local("i32", at.transformed), fn.local("i32", at.products)];
  const [position, strip] = fn.locals("i32", 2);
  const blockStart = fn.local("i32", 0);
  const blockEnd = fn.local("i32", panels.count);
  fn.repeat(position, positions, () => {
    for (const group of stripGroups(tiles)) {
      fn.repeat(strip, group.count, () => {
        emitPanelLoop(module, fn, options, {
          tile: { walk: "rows", rows: group.rows, runs: false },
          panels,
          packedK,
          bRowBytes: n * 4,
          blockStart,
          blockEnd,
          chunkStart: fn.local("i32", 0),
          steps: k,
          init: 0,
          a,
          aStride: k * 4,
          b,
          c,
          cStride: n * 4,
          runs: [],
        });
        fn.increment(a, group.rows * k * 4);
        fn.increment(c, group.rows * n * 4);
      });
    }
    fn.increment(b, packedK === undefined ? k * n * 4 : packedSize(k, panels) * 4);
  });
}
