import {
  f32,
  f32x4,
  i32,
  i32x4,
  v128,
  type Expr,
  type FunctionBuilder,
  type FunctionHandle,
  type Local,
  type ModuleBuilder,
} from "../assembler/index.ts";
import { i32ParamLocals, i32Params, type KernelOptions, sharedFunction } from "./kernel.ts";
import { multiplyAdd } from "./micro-kernel.ts";
import { zeroWords } from "./slab.ts";

/** Most result channels that are computed as dot products: beyond, register tiles waste less. */
export const narrowChannels = 3;
/** Result pixels of a tile of dot products. */
export const narrowPixels = 4;

/** A run rounded up to whole vectors. */
export function paddedRun(run: number): number {
  return Math.ceil(run / 4) * 4;
}

/**
 * Dot products of `rows` windows with `columns` kernels, for results too narrow to be vectors themselves: vectors run
 * along k. `(a, aStride, b, run, c, cStride, init, runs, table)`: a window is `runs` stretches of `run` floats at the
 * table's byte offsets, the kernels lie stretch by stretch, one after the other, zero-padded to whole vectors.
 */
export function narrowTile(
  module: ModuleBuilder,
  rows: number,
  columns: number,
  options: KernelOptions,
): FunctionHandle {
  return sharedFunction(module, `narrow ${rows}x${columns}`, () =>
    module.function(i32Params(9), [], (fn) => {
      const [a, aStride, b, run, c, cStride, init, runs, table] = i32ParamLocals(fn, 0, 9);
      const sums = Array.from({ length: rows }, () => fn.locals("v128", columns));
      const pointers = fn.locals("i32", rows);
      const kernels = fn.locals("v128", columns);
      const kernelStride = fn.local("i32", i32.and(i32.add(i32.mul(run, 4), 15), -16));
      const mask = fn.local("v128", i32x4.ltS(i32x4.const(0, 1, 2, 3), i32x4.splat(i32.and(run, 3))));
      const [count, value] = [fn.local("i32"), fn.local("v128")];
      const step = (masked: boolean): void => {
        kernels.forEach((kernel, n) => fn.set(kernel, v128.load(i32.add(b, i32.mul(kernelStride, n)))));
        sums.forEach((row, i) => {
          const loaded = v128.load(pointers[i] ?? a);
          fn.set(value, masked ? v128.and(loaded, mask) : loaded);
          row.forEach((sum, n) => fn.set(sum, multiplyAdd(options, value, kernels[n] ?? value, sum)));
        });
        for (const pointer of [b, ...pointers]) fn.increment(pointer, 16);
      };
      fn.repeat(runs, runs, () => {
        pointers.forEach((pointer, i) => {
          fn.set(pointer, i === 0 ? i32.add(a, i32.load(table)) : i32.add(pointers[i - 1] ?? a, aStride));
        });
        fn.repeat(count, i32.shrU(run, 2), () => step(false));
        fn.if(i32.and(run, 3), () => step(true));
        if (columns > 1) fn.increment(b, i32.mul(kernelStride, columns - 1));
        fn.increment(table, 4);
      });
      const total = fn.local("f32");
      sums.forEach((row, i) => {
        row.forEach((sum, n) => {
          const lane = (index: number): Expr<"f32"> => f32x4.extractLane(sum, index);
          fn.set(total, f32.add(f32.add(lane(0), lane(1)), f32.add(lane(2), lane(3))));
          fn.if(init, () => fn.set(total, f32.add(total, f32.load(c, n * 4))));
          fn.store(c, total, n * 4);
        });
        if (i < rows - 1) fn.increment(c, cStride);
      });
    }),
  );
}

/** Where the kernels of narrow results come from and how they are laid out. */
export interface NarrowWeights {
  /** Kernel elements in order of k, how many of them a stretch holds, and the floats of each. */
  readonly taps: readonly number[];
  readonly tapsPerRun: number;
  readonly tapFloats: number;
  readonly columns: number;
  /** Strides of the weights in floats, from tap to tap, along k, and along the columns. */
  readonly strides: { readonly tap: number; readonly k: number; readonly column: number };
}

/** Floats of laid-out kernels. */
export function narrowSize(w: NarrowWeights): number {
  return (
    Math.ceil(w.taps.length / Math.max(1, w.tapsPerRun)) * paddedRun(w.tapsPerRun * w.tapFloats) * w.columns
  );
}

/** Lays the kernels out for {@link narrowTile}. */
export function emitPackNarrow(
  module: ModuleBuilder,
  fn: FunctionBuilder,
  w: NarrowWeights,
  weights: Local<"i32">,
  target: Expr<"i32">,
): void {
  const run = paddedRun(w.tapsPerRun * w.tapFloats);
  fn.call(zeroWords(module), target, narrowSize(w) * 4);
  const [from, to, count] = fn.locals("i32", 3);
  w.taps.forEach((tap, i) => {
    for (let column = 0; column < w.columns; column++) {
      const stretch = Math.floor(i / w.tapsPerRun) * w.columns + column;
      fn.set(from, i32.add(weights, (tap * w.strides.tap + column * w.strides.column) * 4));
      fn.set(to, i32.add(target, (stretch * run + (i % w.tapsPerRun) * w.tapFloats) * 4));
      fn.repeat(count, w.tapFloats, () => {
        fn.store(to, f32.load(from));
        fn.increment(from, w.strides.k * 4);
        fn.increment(to, 4);
      });
    }
  });
}
