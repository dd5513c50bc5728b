import { i32, type FunctionHandle, type ModuleBuilder } from "../assembler/index.ts";
import { i32ParamLocals, i32Params, type KernelOptions, sharedFunction } from "./kernel.ts";
import { microKernel } from "./micro-kernel.ts";
import { packRows } from "./packing.ts";
import { columnPanels, type ColumnPanels } from "./tiling.ts";

/** Rows of a register tile; what is left over has tiles of fewer. */
const mostRows = 5;

/**
 * A product of small matrices whose number of rows is known at run time, in register tiles:
 * `(a, aStride, b, c, cStride, k, init, rows, panels)`, strides in bytes. `walk` as in {@link microKernel}; B lies in
 * panels of 8 columns, as {@link packPanels} makes them. `rest` is a narrower panel after them.
 */
export function tileProduct(
  module: ModuleBuilder,
  walk: "rows" | "columns",
  rest: ColumnPanels["rest"],
  options: KernelOptions,
): FunctionHandle {
  const key = `tileProduct ${walk} ${rest?.vectors ?? 0}.${rest?.lastLanes ?? 0}`;
  return sharedFunction(module, key, () =>
    module.function(i32Params(9), [], (fn) => {
      const [a, aStride, b, c, cStride, k, init, rows] = i32ParamLocals(fn, 0, 8);
      const [bPointer, cPointer] = fn.locals("i32", 2);
      const [count, left] = [fn.local("i32"), fn.local("i32", rows)];
      const strip = (height: number): void => {
        const call = (vectors: number, lastLanes: number): void => {
          const shape = { walk, rows: height, vectors, lastLanes, runs: false };
          const kernel = microKernel(module, shape, options);
          const bStride = i32.const(vectors * 16);
          fn.call(kernel, a, aStride, bPointer, bStride, cPointer, cStride, k, init);
        };
        fn.set(bPointer, b);
        fn.set(cPointer, c);
        fn.repeat(count, fn.param("i32", 8), () => {
          call(2, 4);
          fn.increment(bPointer, i32.mul(k, 32));
          fn.increment(cPointer, 32);
        });
        if (rest !== undefined) call(rest.vectors, rest.lastLanes);
      };
      fn.while(i32.geU(left, mostRows), () => {
        strip(mostRows);
        fn.increment(a, walk === "rows" ? i32.mul(aStride, mostRows) : mostRows * 4);
        fn.increment(c, i32.mul(cStride, mostRows));
        fn.increment(left, -mostRows);
      });
      for (let height = 1; height < mostRows; height++) fn.if(i32.eq(left, height), () => strip(height));
    }),
  );
}

/**
 * `(source, rowBytes, target, count)`: copies rows of `columns` floats into panels of 8 columns. Rows that are far
 * apart would meet in few sets of the cache.
 */
export function packPanels(module: ModuleBuilder, columns: number): FunctionHandle {
  return sharedFunction(module, `packPanels ${columns}`, () =>
    module.function(i32Params(4), [], (fn) => {
      const [source, rowBytes, target, rows] = i32ParamLocals(fn, 0, 4);
      const { full, rest } = columnPanels(columns, 2);
      const panel = fn.local("i32");
      fn.repeat(panel, full, () => {
        fn.call(packRows(module, 2), source, rowBytes, target, rows);
        fn.increment(source, 32);
        fn.increment(target, i32.mul(rows, 32));
      });
      if (rest !== undefined) fn.call(packRows(module, rest.vectors), source, rowBytes, target, rows);
    }),
  );
}
