import { i32, v128, type FunctionHandle, type ModuleBuilder } from "../assembler/index.ts";
import { i32Params, type Epilogue } from "./kernel.ts";

/**
 * The function that applies an epilogue to finished values while they are still in the cache:
 * `(address, rows, row, column, columnEnd, batch, …epilogue)`, where `address` is that of `(row, column)`,
 * `columnEnd − column` is a multiple of 4 unless the last of `columns` columns is included. Rows are `rowStride`
 * elements apart in memory and `rowStep` apart in number.
 */
export function emitEpilogueStrip(
  module: ModuleBuilder,
  columns: number,
  rowStride: number,
  epilogue: Epilogue,
  rowStep = 1,
): FunctionHandle {
  return module.function(i32Params(6 + epilogue.paramCount), [], (fn) => {
    const address = fn.param("i32", 0);
    const rows = fn.param("i32", 1);
    const row = fn.param("i32", 2);
    const start = fn.param("i32", 3);
    const end = fn.param("i32", 4);
    const params = Array.from({ length: epilogue.paramCount }, (_, i) => fn.param("i32", 6 + i));
    const column = fn.local("i32");
    const pointer = fn.local("i32");
    const value = fn.local("v128");
    const result = fn.local("v128");
    const tail = columns % 4;
    const vectorEnd = fn.local("i32", i32.add(start, i32.and(i32.sub(end, start), -4)));
    fn.repeat(rows, rows, () => {
      const transform = epilogue.emitRow(fn, { row, column, batch: fn.param("i32", 5), params });
      const apply = (lanes: number): void => {
        fn.set(value, v128.load(pointer));
        fn.set(result, transform(value, lanes));
        if (epilogue.storesResult) fn.storeLanes32(pointer, result, lanes);
      };
      fn.set(pointer, address);
      fn.forRange(column, start, vectorEnd, 4, () => {
        apply(4);
        fn.increment(pointer, 16);
      });
      if (tail !== 0) fn.if(i32.gtS(end, vectorEnd), () => apply(tail));
      fn.increment(address, rowStride * 4);
      fn.increment(row, rowStep);
    });
  });
}
