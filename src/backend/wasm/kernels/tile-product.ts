import { i32, type FunctionHandle, type ModuleBuilder } from "../assembler/index.ts";
import { i32Params, sharedFunction, type KernelOptions } from "./kernel.ts";
import { microKernel } from "./micro-kernel.ts";
import type { ColumnPanels } from "./tiling.ts";

/** Rows of a register tile; what is left over has tiles of fewer. */
const mostRows = 5;

/**
 * A product of small matrices whose number of rows is known at run time, in register tiles:
 * `(a, aStride, b, bStride, bPanel, c, cStride, k, init, rows, panels)`, strides in bytes. `walk` as in
 * {@link microKernel}; panels are 8 columns wide and `bPanel` bytes apart in B. `rest` is a narrower panel after them.
 */
export function tileProduct(
  module: ModuleBuilder,
  walk: "rows" | "columns",
  rest: ColumnPanels["rest"],
  options: KernelOptions,
): FunctionHandle {
  const key = `tileProduct ${walk} ${rest?.vectors ?? 0}.${rest?.lastLanes ?? 0}`;
  return sharedFunction(module, key, () =>
    module.function(i32Params(11), [], (fn) => {
      const [a, b, c, rows] = [
        fn.param("i32", 0),
        fn.param("i32", 2),
        fn.param("i32", 5),
        fn.param("i32", 9),
      ];
      const [aStride, cStride] = [fn.param("i32", 1), fn.param("i32", 6)];
      const [bPointer, cPointer, count, left] = [
        fn.local("i32"),
        fn.local("i32"),
        fn.local("i32"),
        fn.local("i32", rows),
      ];
      const strip = (height: number): void => {
        const call = (vectors: number, lastLanes: number): void => {
          const kernel = microKernel(
            module,
            { walk, rows: height, vectors, lastLanes, runs: false },
            options,
          );
          const k = fn.param("i32", 7);
          fn.call(kernel, a, aStride, bPointer, fn.param("i32", 3), cPointer, cStride, k, fn.param("i32", 8));
        };
        fn.set(bPointer, b);
        fn.set(cPointer, c);
        fn.repeat(count, fn.param("i32", 10), () => {
          call(2, 4);
          fn.increment(bPointer, fn.param("i32", 4));
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
