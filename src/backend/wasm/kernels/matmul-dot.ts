import type { MatmulDescriptor } from "../../../compiler/kernel-ir/structured.ts";
import {
  f32,
  f32x4,
  i32,
  i32x4,
  shuffle32,
  v128,
  type Expr,
  type FunctionHandle,
  type ModuleBuilder,
} from "../assembler/index.ts";
import { batchAddress, batchCountOf } from "./batch-address.ts";
import { emitEpilogueStrip } from "./epilogue.ts";
import {
  i32Params,
  sharedFunction,
  type Epilogue,
  type KernelOptions,
  type StructuredKernel,
} from "./kernel.ts";
import { multiplyAdd } from "./micro-kernel.ts";
import { shareOf } from "./partition.ts";
import { blockFloats } from "./tiling.ts";

/**
 * Whether a product is a few dot products of contiguous vectors: a side of 1 or 2, and k contiguous in A and B. For up to 6
 * rows, too, reading a B that is larger than the cache takes longer than adding up; measured with bench/kernels/matmul.ts.
 */
export function suitsDot(d: MatmulDescriptor): boolean {
  const mostRows = d.k * d.n > blockFloats ? 6 : 2;
  const contiguous = (d.a.column === 1 || d.k === 1) && (d.b.row === 1 || d.k === 1);
  return (
    contiguous &&
    d.bPacked !== true &&
    ((d.m <= mostRows && d.b.column !== 1) || d.n === 1 || (d.n === 2 && d.m > 4))
  );
}

/**
 * Four dot products of `vector` with four others `otherStride` bytes apart, as lanes:
 * `(vector, other, otherStride, k, valid) → v128`. Lanes from `valid` (1–4) on repeat the last valid one.
 */
function dotFour(module: ModuleBuilder, options: KernelOptions): FunctionHandle {
  return sharedFunction(module, "dotFour", () =>
    module.function(i32Params(5), ["v128"], (fn) => {
      const vector = fn.param("i32", 0);
      const k = fn.param("i32", 3);
      const valid = fn.param("i32", 4);
      const pointers = [fn.param("i32", 1)];
      for (let lane = 1; lane < 4; lane++) {
        const pointer = fn.local("i32", pointers[lane - 1] ?? vector);
        fn.if(i32.gtU(valid, lane), () => fn.increment(pointer, fn.param("i32", 2)));
        pointers.push(pointer);
      }
      const sums = fn.locals("v128", 4);
      const x = fn.local("v128");
      const mask = fn.local("v128");
      const count = fn.local("i32");
      fn.repeat(count, i32.shrU(k, 2), () => {
        fn.set(x, v128.load(vector));
        sums.forEach((sum, lane) =>
          fn.set(sum, multiplyAdd(options, x, v128.load(pointers[lane] ?? vector), sum)),
        );
        for (const pointer of [vector, ...pointers]) fn.increment(pointer, 16);
      });
      fn.if(i32.and(k, 3), () => {
        // What lies behind the vectors may be NaN: both sides are masked.
        fn.set(mask, i32x4.ltS(i32x4.const(0, 1, 2, 3), i32x4.splat(i32.and(k, 3))));
        fn.set(x, v128.and(v128.load(vector), mask));
        sums.forEach((sum, lane) => {
          fn.set(sum, multiplyAdd(options, x, v128.and(v128.load(pointers[lane] ?? vector), mask), sum));
        });
      });
      const pair = (a: Expr<"v128">, b: Expr<"v128">): Expr<"v128"> =>
        f32x4.add(shuffle32(a, b, [0, 4, 1, 5]), shuffle32(a, b, [2, 6, 3, 7]));
      const [s0, s1, s2, s3] = [sums[0] ?? x, sums[1] ?? x, sums[2] ?? x, sums[3] ?? x];
      fn.set(s0, pair(s0, s1));
      fn.set(s2, pair(s2, s3));
      fn.result(f32x4.add(shuffle32(s0, s2, [0, 1, 4, 5]), shuffle32(s0, s2, [2, 3, 6, 7])));
    }),
  );
}

/** A product by dot products: the longer side of the result in groups of four, the shorter one by one. */
export function dotMatmul(
  module: ModuleBuilder,
  d: MatmulDescriptor,
  options: KernelOptions,
  epilogue?: Epilogue,
): StructuredKernel {
  const alongColumns = d.n > 2;
  const [long, short] = alongColumns ? [d.n, d.m] : [d.m, d.n];
  const longStride = (alongColumns ? d.b.column : d.a.row) * 4;
  const shortStride = (alongColumns ? d.a.row : d.b.column) * 4;
  const groups = Math.ceil(long / 4);
  const dot = dotFour(module, options);
  const strip = epilogue === undefined ? undefined : emitEpilogueStrip(module, d.n, d.c.row, epilogue);
  const phase = module.function(i32Params(6 + (epilogue?.paramCount ?? 0)), [], (fn) => {
    const [unit, to] = shareOf(fn, batchCountOf(d) * groups, fn.param("i32", 4), fn.param("i32", 5));
    const [index, first, valid] = fn.locals("i32", 3);
    const [a, b, c, row, column] = [0, 1, 2, 3, 4].map(() => fn.local("i32"));
    if (a === undefined || b === undefined || c === undefined || row === undefined || column === undefined)
      return;
    const value = fn.local("v128");
    fn.while(i32.ltS(unit, to), () => {
      fn.set(index, i32.divU(unit, groups));
      fn.set(first, i32.mul(i32.remU(unit, groups), 4));
      fn.set(valid, i32.sub(long, first));
      fn.if(i32.gtS(valid, 4), () => fn.set(valid, 4));
      fn.set(a, batchAddress(d, fn.param("i32", 0), index, "a", 4));
      fn.set(b, batchAddress(d, fn.param("i32", 1), index, "b", 4));
      fn.set(c, batchAddress(d, fn.param("i32", 2), index, "c", 4));
      const longSide = alongColumns ? b : a;
      const shortSide = alongColumns ? a : b;
      fn.increment(longSide, i32.mul(first, longStride));
      fn.increment(c, i32.mul(first, alongColumns ? 4 : d.c.row * 4));
      for (let s = 0; s < short; s++) {
        const shortAddress = i32.add(shortSide, s * shortStride);
        fn.set(value, fn.callValue("v128", dot, shortAddress, longSide, longStride, d.k, valid));
        for (let lane = 0; lane < 4; lane++) {
          const offset = alongColumns ? (s * d.c.row + lane) * 4 : (lane * d.c.row + s) * 4;
          const store = (): void => {
            const lanes = d.accumulate ? f32x4.extractLane(value, lane) : undefined;
            if (lanes === undefined) fn.storeLane(c, value, 2, lane, offset);
            else fn.store(c, addScalar(lanes, c, offset), offset);
          };
          if (lane === 0) store();
          else fn.if(i32.gtS(valid, lane), store);
        }
      }
      if (strip !== undefined) {
        const params = strip.params.slice(6).map((_, i) => fn.param("i32", 6 + i));
        fn.set(row, alongColumns ? 0 : first);
        fn.set(column, alongColumns ? first : 0);
        const end = alongColumns ? i32.add(first, valid) : i32.const(d.n);
        fn.call(strip, c, alongColumns ? d.m : valid, row, column, end, index, ...params);
      }
      fn.increment(unit, 1);
    });
  });
  return { phases: [phase], scratchBytes: () => 0 };
}

function addScalar(value: Expr<"f32">, address: Expr<"i32">, offset: number): Expr<"f32"> {
  return f32.add(value, f32.load(address, offset));
}
