import {
  i32,
  type Argument,
  type Expr,
  type FunctionBuilder,
  type Local,
  type ModuleBuilder,
} from "../assembler/index.ts";
import type { KernelOptions } from "./kernel.ts";
import { microKernel, type MicroKernelShape } from "./micro-kernel.ts";
import type { ColumnPanels } from "./tiling.ts";

/** One strip of rows against a range of column panels. */
export interface PanelLoop {
  readonly tile: Pick<MicroKernelShape, "walk" | "rows" | "runs">;
  readonly panels: ColumnPanels;
  /** All k-steps of B when it is packed in panels; undefined when its rows lie `bRowBytes` apart. */
  readonly packedK: number | undefined;
  readonly bRowBytes: number;
  /** Panels `[blockStart, blockEnd)`. */
  readonly blockStart: Local<"i32">;
  readonly blockEnd: Local<"i32">;
  /** First k-step of this chunk. */
  readonly chunkStart: Local<"i32">;
  /** k-steps (of each run). */
  readonly steps: Expr<"i32"> | number;
  readonly init: Expr<"i32"> | number;
  readonly a: Expr<"i32">;
  readonly aStride: number;
  /** Start of B (or of its packed form). */
  readonly b: Expr<"i32">;
  /** Start of the strip of C, at column 0. */
  readonly c: Expr<"i32">;
  readonly cStride: number;
  /** Number of runs and address of their table, where the tile has runs. */
  readonly runs: readonly Argument[];
}

/** Emits the calls of the micro-kernel along a strip. */
export function emitPanelLoop(
  module: ModuleBuilder,
  fn: FunctionBuilder,
  options: KernelOptions,
  at: PanelLoop,
): void {
  const { panels, packedK } = at;
  const fullStride = packedK === undefined ? at.bRowBytes : panels.vectors * 16;
  const panelBytes = packedK === undefined ? panels.vectors * 16 : packedK * panels.vectors * 16;
  const call = (
    vectors: number,
    lastLanes: number,
    b: Expr<"i32">,
    bStride: number,
    c: Expr<"i32">,
  ): void => {
    const kernel = microKernel(module, { ...at.tile, vectors, lastLanes }, options);
    fn.call(kernel, at.a, at.aStride, b, bStride, c, at.cStride, at.steps, at.init, ...at.runs);
  };
  fn.scratch("i32", (bPanel) =>
    fn.scratch("i32", (cTile) =>
      fn.scratch("i32", (panel) =>
        fn.scratch("i32", (fullEnd) => {
          fn.set(bPanel, i32.add(at.b, i32.mul(at.blockStart, panelBytes)));
          fn.increment(bPanel, i32.mul(at.chunkStart, fullStride));
          fn.set(cTile, i32.add(at.c, i32.mul(at.blockStart, panels.vectors * 16)));
          fn.set(fullEnd, at.blockEnd);
          const { rest } = panels;
          if (rest !== undefined) fn.if(i32.gtS(fullEnd, panels.full), () => fn.set(fullEnd, panels.full));
          if (panels.full > 0) {
            fn.forRange(panel, at.blockStart, fullEnd, 1, () => {
              call(panels.vectors, 4, bPanel, fullStride, cTile);
              fn.increment(bPanel, panelBytes);
              fn.increment(cTile, panels.vectors * 16);
            });
          }
          if (rest === undefined) return;
          fn.if(i32.eq(at.blockEnd, panels.count), () => {
            const restStride = packedK === undefined ? at.bRowBytes : rest.vectors * 16;
            // bPanel counts chunkStart in full panel rows; the narrower panel has shorter ones.
            const correction = i32.mul(at.chunkStart, restStride - fullStride);
            call(rest.vectors, rest.lastLanes, i32.add(bPanel, correction), restStride, cTile);
          });
        }),
      ),
    ),
  );
}
