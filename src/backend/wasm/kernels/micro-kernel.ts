import {
  f32x4,
  i32,
  v128,
  type Expr,
  type FunctionHandle,
  type Local,
  type ModuleBuilder,
} from "../assembler/index.ts";
import { i32Params, sharedFunction, type KernelOptions } from "./kernel.ts";

/** Shape of a register tile. */
export interface MicroKernelShape {
  /**
   * How A is walked: `rows` has k contiguous and rows `aStride` bytes apart; `columns` has the tile's rows contiguous
   * and k-steps `aStride` bytes apart (transposed or packed A, pixels of a filter gradient).
   */
  readonly walk: "rows" | "columns";
  /** Rows of the tile. */
  readonly rows: number;
  /** Vectors of four columns. */
  readonly vectors: number;
  /** Columns of the last vector that are stored: 1–4. */
  readonly lastLanes: number;
  /** With runs, k is `runs` stretches of `k` steps; each stretch starts at `a` plus an i32 byte offset of the table. */
  readonly runs: boolean;
}

/**
 * Widest tile for a number of rows: measured in V8, whose 15 usable vector registers hold the accumulators,
 * one row of B and one broadcast element of A. 5×8 reaches 56 GFLOP/s where 59 is the machine's limit; one register
 * more (4×12, 2×20) spills and halves it.
 */
export function tileVectors(rows: number): number {
  return [8, 8, 4, 3, 2, 2][rows] ?? 2;
}

/**
 * The register-tiled inner product, shared by all products and convolutions of a module:
 * `C[rows, columns] = Σ A · B + (init ? C : 0)`, each element summed in order of k, whatever the tile.
 *
 * Signature: `(a, aStride, b, bStride, c, cStride, k, init)`, and `(…, runs, table)` with runs. Strides in bytes;
 * B's rows are `bStride` apart and contiguous in columns.
 */
export function microKernel(
  module: ModuleBuilder,
  shape: MicroKernelShape,
  options: KernelOptions,
): FunctionHandle {
  const { walk, rows, vectors, lastLanes, runs } = shape;
  const key = `micro ${walk} ${rows}x${vectors}.${lastLanes}${runs ? " runs" : ""}`;
  return sharedFunction(module, key, () => buildMicroKernel(module, shape, options));
}

function buildMicroKernel(
  module: ModuleBuilder,
  shape: MicroKernelShape,
  options: KernelOptions,
): FunctionHandle {
  const { walk, rows, vectors, lastLanes, runs } = shape;
  return module.function(i32Params(runs ? 10 : 8), [], (fn) => {
    const a = fn.param("i32", 0);
    const aStride = fn.param("i32", 1);
    const b = fn.param("i32", 2);
    const bStride = fn.param("i32", 3);
    const c = fn.param("i32", 4);
    const cStride = fn.param("i32", 5);
    const k = fn.param("i32", 6);
    const init = fn.param("i32", 7);
    const accumulators = Array.from({ length: rows }, () => fn.locals("v128", vectors));
    const bRow = fn.locals("v128", vectors);
    const broadcast = fn.local("v128");
    const count = fn.local("i32");
    const rowPointers = fn.locals("i32", walk === "rows" ? rows : 1);

    const step = (unrolled: number): void => {
      // A single row uses each vector of B once: straight from memory, leaving the registers to accumulators.
      const bVectors: Expr<"v128">[] = bRow.map((_, j) => v128.load(b, j * 16));
      if (rows > 1) {
        bRow.forEach((local, j) => {
          fn.set(local, bVectors[j] ?? local);
          bVectors[j] = local;
        });
        fn.increment(b, bStride);
      }
      accumulators.forEach((row, i) => {
        const pointer = rowPointers[walk === "rows" ? i : 0] ?? a;
        fn.set(broadcast, v128.load32Splat(pointer, walk === "rows" ? unrolled * 4 : i * 4));
        row.forEach((accumulator, j) => {
          const product: readonly [Expr<"v128">, Expr<"v128">] = [broadcast, bVectors[j] ?? broadcast];
          fn.set(accumulator, multiplyAdd(options, ...product, accumulator));
        });
      });
      if (rows === 1) fn.increment(b, bStride);
      if (walk === "columns") for (const pointer of rowPointers) fn.increment(pointer, aStride);
    };
    const run = (start: Expr<"i32">): void => {
      rowPointers.forEach((pointer, i) => {
        fn.set(pointer, i === 0 ? start : i32.add(rowPointers[i - 1] ?? a, aStride));
      });
      const unroll = walk === "rows" ? 2 : 1;
      fn.repeat(count, unroll === 2 ? i32.shrU(k, 1) : k, () => {
        for (let u = 0; u < unroll; u++) step(u);
        if (walk === "rows") for (const pointer of rowPointers) fn.increment(pointer, unroll * 4);
      });
      if (unroll === 2) fn.if(i32.and(k, 1), () => step(0));
    };

    const onTile = (
      visit: (pointer: Local<"i32">, local: Local<"v128">, lanes: number, offset: number) => void,
    ): void => {
      const pointer = fn.local("i32", c);
      accumulators.forEach((row, i) => {
        if (i > 0) fn.increment(pointer, cStride);
        row.forEach((local, j) => visit(pointer, local, j === vectors - 1 ? lastLanes : 4, j * 16));
      });
    };
    if (runs) {
      const table = fn.param("i32", 9);
      fn.repeat(fn.param("i32", 8), fn.param("i32", 8), () => {
        run(i32.add(a, i32.load(table)));
        fn.increment(table, 4);
      });
    } else {
      run(a);
    }
    // What is there is added last: sums of parts lose less than one long sum.
    fn.if(init, () =>
      onTile((pointer, local, _, offset) => fn.set(local, f32x4.add(local, v128.load(pointer, offset)))),
    );
    onTile((pointer, local, lanes, offset) => fn.storeLanes32(pointer, local, lanes, offset));
  });
}

/** `x · y + z` on four floats: fused where allowed. */
export function multiplyAdd(
  options: KernelOptions,
  x: Expr<"v128">,
  y: Expr<"v128">,
  z: Expr<"v128">,
): Expr<"v128"> {
  return options.relaxedSimd ? f32x4.relaxedMadd(x, y, z) : f32x4.add(f32x4.mul(x, y), z);
}
