import { invariant } from "../../../util/errors.ts";
import type { MatmulDescriptor } from "../../../compiler/kernel-ir/structured.ts";
import { f32, f64, i32, type ModuleBuilder } from "../assembler/index.ts";
import { batchAddress, batchCountOf } from "./batch-address.ts";
import { emitEpilogueStrip } from "./epilogue.ts";
import { i32Params, type Epilogue, type StructuredKernel } from "./kernel.ts";
import { shareOf } from "./partition.ts";

/** A product by three plain loops, for the dtypes that have no register tiles, and for sums over nothing. */
export function plainMatmul(
  module: ModuleBuilder,
  d: MatmulDescriptor,
  epilogue?: Epilogue,
): StructuredKernel {
  invariant(epilogue === undefined || d.dtype === "float32", "epilogues are for float32 products");
  const bytes = d.dtype === "float64" ? 8 : 4;
  const strip = epilogue === undefined ? undefined : emitEpilogueStrip(module, d.n, d.c.row, epilogue);
  const phase = module.function(i32Params(6 + (epilogue?.paramCount ?? 0)), [], (fn) => {
    const [unit, to] = shareOf(fn, batchCountOf(d) * d.m, fn.param("i32", 4), fn.param("i32", 5));
    const [index, row, column, k] = fn.locals("i32", 4);
    const [aRow, bBase, cRow] = fn.locals("i32", 3);
    const [a, b, c] = fn.locals("i32", 3);
    fn.while(i32.ltS(unit, to), () => {
      fn.set(index, i32.divU(unit, d.m));
      fn.set(row, i32.remU(unit, d.m));
      fn.set(
        aRow,
        i32.add(batchAddress(d, fn.param("i32", 0), index, "a", bytes), i32.mul(row, d.a.row * bytes)),
      );
      fn.set(bBase, batchAddress(d, fn.param("i32", 1), index, "b", bytes));
      fn.set(
        cRow,
        i32.add(batchAddress(d, fn.param("i32", 2), index, "c", bytes), i32.mul(row, d.c.row * bytes)),
      );
      fn.set(c, cRow);
      fn.forRange(column, 0, d.n, 1, () => {
        fn.set(a, aRow);
        fn.set(b, i32.add(bBase, i32.mul(column, d.b.column * bytes)));
        const walk = (multiplyAdd: () => void): void =>
          fn.forRange(k, 0, d.k, 1, () => {
            multiplyAdd();
            fn.increment(a, d.a.column * bytes);
            fn.increment(b, d.b.row * bytes);
          });
        if (d.dtype === "int32") {
          const sum = fn.local("i32", d.accumulate ? i32.load(c) : 0);
          walk(() => fn.set(sum, i32.add(sum, i32.mul(i32.load(a), i32.load(b)))));
          fn.store(c, sum);
        } else if (d.dtype === "float64") {
          const sum = fn.local("f64", d.accumulate ? f64.load(c) : 0);
          walk(() => fn.set(sum, f64.add(sum, f64.mul(f64.load(a), f64.load(b)))));
          fn.store(c, sum);
        } else {
          const sum = fn.local("f32", d.accumulate ? f32.load(c) : 0);
          walk(() => fn.set(sum, f32.add(sum, f32.mul(f32.load(a), f32.load(b)))));
          fn.store(c, sum);
        }
        fn.increment(c, bytes);
      });
      if (strip !== undefined) {
        const params = strip.params.slice(6).map((_, i) => fn.param("i32", 6 + i));
        fn.call(strip, cRow, 1, row, 0, d.n, index, ...params);
      }
      fn.increment(unit, 1);
    });
  });
  return { phases: [phase], scratchBytes: () => 0 };
}
