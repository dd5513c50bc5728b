import { invariant } from "../../../util/errors.ts";
import type { ConvolutionDescriptor } from "../../../compiler/kernel-ir/structured.ts";
import {
  i32,
  type FunctionBuilder,
  type FunctionHandle,
  type Local,
  type ModuleBuilder,
} from "../assembler/index.ts";
import { type AxisPhase, forwardPhase } from "./convolution-geometry.ts";
import { i32Params, type KernelOptions, type StructuredKernel } from "./kernel.ts";
import { emitPanelLoop } from "./panel-loop.ts";
import { shareOf } from "./partition.ts";
import { columnPanels } from "./tiling.ts";
import { suitsWinograd } from "./winograd-convolution.ts";
import { emitLocate, emitReadTile, type TileGrid, tileGrid, tilePosition } from "./winograd-tiles.ts";
import {
  type TileTransform,
  tileTransform,
  transpose,
  type WinogradMatrices,
  winogradMatrices,
} from "./winograd-transform.ts";

/** Floats of transformed tiles in one block. */
const blockFloats = 196_608;
/** Input channels worked on together: a strip of the product, and a vector of the transform. */
const stripChannels = 4;

/**
 * The filter gradient of a 3×3 convolution of stride 1 by the transpose of Winograd's algorithm:
 * `dw = GT · (Σ (BT · d · B) ⊙ (A · dy · AT)) · G`, the sum over all tiles taken as one product per position.
 * Threads share out input channels, never the sum.
 */
export function winogradFilter(
  module: ModuleBuilder,
  d: ConvolutionDescriptor,
  options: KernelOptions,
  outputs: 2 | 3 | 4,
): StructuredKernel {
  invariant(
    suitsWinograd(d) && d.pass === "filterGradient" && !d.accumulate,
    "a 3×3 filter gradient of stride 1",
  );
  const plan = planOf(d, outputs);
  const { sumBytes, perThread } = plan;
  const phase = module.function(i32Params(6), [], (fn) => emitFilter(module, fn, plan, options));
  return { phases: [phase], scratchBytes: (nthreads) => sumBytes + perThread * nthreads };
}

interface FilterPlan {
  readonly y: AxisPhase;
  readonly x: AxisPhase;
  /** Channels of the input, and of the output. */
  readonly k: number;
  readonly n: number;
  readonly w: WinogradMatrices;
  readonly grid: TileGrid;
  readonly positions: number;
  /** Tiles of a block. */
  readonly tiles: number;
  readonly sumBytes: number;
  /** Of a block's transformed inputs, and its transformed gradients. */
  readonly inputBytes: number;
  readonly gradientBytes: number;
  readonly perThread: number;
}

function planOf(d: ConvolutionDescriptor, outputs: 2 | 3 | 4): FilterPlan {
  const w = winogradMatrices(outputs);
  const [y, x] = [d.axes[0], d.axes[1]].map((axis) => axis && forwardPhase(axis));
  invariant(y !== undefined && x !== undefined, "Winograd's algorithm is for two axes");
  const { inputChannels: k, outputChannels: n } = d;
  const grid = tileGrid(d.batch, y, x, outputs);
  const positions = w.tile ** 2;
  const fitting = Math.max(32, Math.floor(blockFloats / positions / (k + n)));
  const tiles = Math.ceil(grid.total / Math.ceil(grid.total / fitting));
  const align = (floats: number): number => Math.ceil((floats * 4 + 128) / 64) * 64;
  const [inputBytes, gradientBytes] = [align(positions * tiles * k), align(positions * tiles * n)];
  const patchBytes = align(w.tile ** 2 * Math.max(k, n));
  return {
    y,
    x,
    k,
    n,
    w,
    grid,
    positions,
    tiles,
    sumBytes: align(positions * k * n),
    inputBytes,
    gradientBytes,
    perThread: inputBytes + gradientBytes + patchBytes,
  };
}

/** The body of `(x, gradients, target, scratch, tid, nthreads)`. */
function emitFilter(
  module: ModuleBuilder,
  fn: FunctionBuilder,
  plan: FilterPlan,
  options: KernelOptions,
): void {
  const { k, n, w, grid, tiles, sumBytes, inputBytes, gradientBytes, perThread } = plan;
  const sums = fn.param("i32", 3);
  const [tid, nthreads] = [fn.param("i32", 4), fn.param("i32", 5)];
  const transformed = fn.local("i32", i32.add(sums, sumBytes));
  fn.increment(transformed, i32.mul(tid, perThread));
  const gradients = fn.local("i32", i32.add(transformed, inputBytes));
  const patch = fn.local("i32", i32.add(gradients, gradientBytes));
  const [from, to] = shareOf(fn, k / stripChannels, tid, nthreads);
  const lowBytes = fn.local("i32", i32.mul(from, stripChannels * 4));
  const ownBytes = fn.local("i32", i32.mul(i32.sub(to, from), stripChannels * 4));
  const [first, end, init] = fn.locals("i32", 3);
  const transform = emitTransforms(module, fn, plan, options, { patch, lowBytes, ownBytes });
  fn.if(i32.ltS(from, to), () => {
    fn.forRange(first, 0, grid.total, tiles, () => {
      fn.set(end, i32.add(first, tiles));
      fn.if(i32.gtS(end, grid.total), () => fn.set(end, grid.total));
      transform(first, end, transformed, gradients);
      const steps = fn.local("i32", i32.sub(end, first));
      const at = { sums, transformed, gradients, from, to, steps, init };
      emitSums(module, fn, plan, options, at);
      fn.set(init, 1);
    });
    const back = tileTransform(
      module,
      {
        key: `gt${w.outputs}`,
        matrix: transpose(w.g),
        channels: k * n,
        sourceColumn: k * n * 4,
        sourceRow: k * n * 4 * w.tile,
        targetColumn: k * n * 4,
        targetRow: k * n * 12,
      },
      options,
    );
    const offset = i32.mul(lowBytes, n);
    fn.call(back, i32.add(sums, offset), i32.add(fn.param("i32", 2), offset), 0, i32.mul(ownBytes, n));
  });
}

/** Makes what transforms the tiles of a block: those of this thread's channels of the inputs, and of all gradients. */
function emitTransforms(
  module: ModuleBuilder,
  fn: FunctionBuilder,
  { y, x, k, n, w, grid, tiles }: FilterPlan,
  options: KernelOptions,
  own: Readonly<Record<"patch" | "lowBytes" | "ownBytes", Local<"i32">>>,
): (...block: readonly [first: Local<"i32">, end: Local<"i32">, v: Local<"i32">, g: Local<"i32">]) => void {
  const { patch, lowBytes, ownBytes } = own;
  const at = tilePosition(fn);
  const transformOf = (key: string, matrix: TileTransform["matrix"], channels: number): FunctionHandle => {
    const [sourceColumn, targetColumn] = [channels * 4, tiles * channels * 4];
    const targetRow = targetColumn * w.tile;
    const shape = { channels, sourceColumn, sourceRow: "parameter", targetColumn, targetRow } as const;
    return tileTransform(module, { key, matrix, ...shape }, options);
  };
  const inputTransform = transformOf(`bt${w.outputs}`, w.bt, k);
  const gradientTransform = transformOf(`a${w.outputs}`, transpose(w.at), n);
  const input = {
    address: fn.param("i32", 0),
    height: y.sourceSize,
    width: x.sourceSize,
    channels: k,
    padRow: y.pad,
    padColumn: x.pad,
    side: w.tile,
  };
  const output = {
    address: fn.param("i32", 1),
    height: y.count,
    width: x.count,
    channels: n,
    padRow: 0,
    padColumn: 0,
    side: w.outputs,
  };
  return (first, end, transformed, gradients) => {
    const [v, g] = [fn.local("i32", transformed), fn.local("i32", gradients)];
    fn.forRange(at.tile, first, end, 1, () => {
      emitLocate(fn, grid, at);
      emitReadTile(module, fn, input, at, patch, (address, rowBytes) => {
        fn.call(inputTransform, i32.add(address, lowBytes), i32.add(v, lowBytes), rowBytes, ownBytes);
      });
      emitReadTile(module, fn, output, at, patch, (address, rowBytes) => {
        fn.call(gradientTransform, address, g, rowBytes, n * 4);
      });
      fn.increment(v, k * 4);
      fn.increment(g, n * 4);
    });
  };
}

/** For each position, adds `[channels, tiles] · [tiles, n]` to the running sums, for this thread's channels. */
function emitSums(
  module: ModuleBuilder,
  fn: FunctionBuilder,
  { k, n, tiles, positions }: FilterPlan,
  options: KernelOptions,
  at: Readonly<Record<"sums" | "transformed" | "gradients" | "from" | "to" | "steps" | "init", Local<"i32">>>,
): void {
  const panels = columnPanels(n, 2);
  const [position, strip, a, c] = fn.locals("i32", 4);
  const [aBase, b, cBase] = [
    fn.local("i32", at.transformed),
    fn.local("i32", at.gradients),
    fn.local("i32", at.sums),
  ];
  const [blockStart, blockEnd] = [fn.local("i32", 0), fn.local("i32", panels.count)];
  fn.repeat(position, positions, () => {
    fn.forRange(strip, at.from, at.to, 1, () => {
      fn.set(a, i32.add(aBase, i32.mul(strip, stripChannels * 4)));
      fn.set(c, i32.add(cBase, i32.mul(strip, stripChannels * n * 4)));
      emitPanelLoop(module, fn, options, {
        tile: { walk: "columns", rows: stripChannels, runs: false },
        panels,
        packedK: undefined,
        bRowBytes: n * 4,
        blockStart,
        blockEnd,
        chunkStart: fn.local("i32", 0),
        steps: at.steps,
        init: at.init,
        a,
        aStride: k * 4,
        b,
        c,
        cStride: n * 4,
        runs: [],
      });
    });
    fn.increment(aBase, tiles * k * 4);
    fn.increment(b, tiles * n * 4);
    fn.increment(cBase, k * n * 4);
  });
}
