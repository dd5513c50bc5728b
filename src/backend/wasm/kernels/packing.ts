import { i32, shuffle32, v128, type FunctionHandle, type ModuleBuilder } from "../assembler/index.ts";
import { i32Params, sharedFunction } from "./kernel.ts";

/**
 * Copies `vectors` vectors of each of `k` rows into a panel: `(source, sourceStride, target, k)`, stride in bytes,
 * target rows `vectors · 16` bytes apart. Lanes past the matrix copy whatever lies there; they are never stored.
 */
export function packRows(module: ModuleBuilder, vectors: number): FunctionHandle {
  return sharedFunction(module, `packRows ${vectors}`, () =>
    module.function(i32Params(4), [], (fn) => {
      const source = fn.param("i32", 0);
      const target = fn.param("i32", 2);
      const count = fn.local("i32");
      const copy = (times: number): void => {
        for (let u = 0; u < times; u++) {
          for (let j = 0; j < vectors; j++)
            fn.store(target, v128.load(source, j * 16), (u * vectors + j) * 16);
          fn.increment(source, fn.param("i32", 1));
        }
        fn.increment(target, times * vectors * 16);
      };
      fn.repeat(count, i32.shrU(fn.param("i32", 3), 2), () => copy(4));
      fn.repeat(count, i32.and(fn.param("i32", 3), 3), () => copy(1));
    }),
  );
}

/**
 * Gathers four strided columns into one vector column of a panel:
 * `(source, columnStride, kStride, target, targetStride, k, valid)`, strides in bytes. Columns from `valid` (1–4) on
 * repeat the last valid one. Contiguous k goes through 4×4 transposes.
 */
export function packColumns(module: ModuleBuilder): FunctionHandle {
  return sharedFunction(module, "packColumns", () =>
    module.function(i32Params(7), [], (fn) => {
      const kStride = fn.param("i32", 2);
      const target = fn.param("i32", 3);
      const targetStride = fn.param("i32", 4);
      const k = fn.param("i32", 5);
      const valid = fn.param("i32", 6);
      const first = fn.param("i32", 0);
      const second = fn.local("i32", first);
      const third = fn.local("i32");
      const fourth = fn.local("i32");
      fn.if(i32.gtU(valid, 1), () => fn.increment(second, fn.param("i32", 1)));
      fn.set(third, second);
      fn.if(i32.gtU(valid, 2), () => fn.increment(third, fn.param("i32", 1)));
      fn.set(fourth, third);
      fn.if(i32.gtU(valid, 3), () => fn.increment(fourth, fn.param("i32", 1)));
      const pointers = [first, second, third, fourth];
      const count = fn.local("i32");
      const rows = fn.locals("v128", 4);
      const pairs = fn.locals("v128", 4);
      const [r0, r1, r2, r3] = rows;
      const [p0, p1, p2, p3] = pairs;
      fn.if(i32.eq(kStride, 4), () => {
        fn.repeat(count, i32.shrU(k, 2), () => {
          rows.forEach((row, i) => fn.set(row, v128.load(pointers[i] ?? first)));
          fn.set(p0, shuffle32(r0, r1, [0, 4, 1, 5]));
          fn.set(p1, shuffle32(r2, r3, [0, 4, 1, 5]));
          fn.set(p2, shuffle32(r0, r1, [2, 6, 3, 7]));
          fn.set(p3, shuffle32(r2, r3, [2, 6, 3, 7]));
          const halves = [
            shuffle32(p0, p1, [0, 1, 4, 5]),
            shuffle32(p0, p1, [2, 3, 6, 7]),
            shuffle32(p2, p3, [0, 1, 4, 5]),
            shuffle32(p2, p3, [2, 3, 6, 7]),
          ];
          for (const column of halves) {
            fn.store(target, column);
            fn.increment(target, targetStride);
          }
          for (const pointer of pointers) fn.increment(pointer, 16);
        });
        fn.set(k, i32.and(k, 3));
      });
      fn.repeat(count, k, () => {
        fn.set(r0, v128.load32Zero(first));
        for (const lane of [1, 2, 3]) fn.set(r0, v128.load32Lane(pointers[lane] ?? first, r0, lane));
        fn.store(target, r0);
        fn.increment(target, targetStride);
        for (const pointer of pointers) fn.increment(pointer, kStride);
      });
    }),
  );
}
