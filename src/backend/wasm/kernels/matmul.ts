import type { MatmulDescriptor } from "../../../compiler/kernel-ir/structured.ts";
import {
  i32,
  type Expr,
  type FunctionBuilder,
  type FunctionHandle,
  type Local,
  type ModuleBuilder,
} from "../assembler/index.ts";
import { batchAddress } from "./batch-address.ts";
import { emitEpilogueStrip } from "./epilogue.ts";
import {
  type Epilogue,
  i32ParamLocals,
  i32Params,
  type KernelOptions,
  type StructuredKernel,
} from "./kernel.ts";
import { dotMatmul, suitsDot } from "./matmul-dot.ts";
import { planOf, type MatmulPlan } from "./matmul-plan.ts";
import { plainMatmul } from "./matmul-plain.ts";
import { packColumns, packRows } from "./packing.ts";
import { ProductEmitter } from "./matmul-product.ts";
import { shareOf } from "./partition.ts";
import { blockOf, columnPanels, packedSize, stripCount, type ColumnPanels } from "./tiling.ts";

/** Bytes of a packed B of this product. */
export function packedBytes(d: MatmulDescriptor): number {
  return packedSize(d.k, columnPanels(d.n, 2)) * 4;
}

/** A function `(b, target, tid, nthreads)` that packs B for products with `bPacked`. */
export function packMatmulB(module: ModuleBuilder, d: MatmulDescriptor): FunctionHandle {
  return module.function(i32Params(4), [], (fn) => {
    const panels = columnPanels(d.n, 2);
    const [from, to] = shareOf(fn, panels.count, fn.param("i32", 2), fn.param("i32", 3));
    emitPackB(module, fn, d, panels, fn.param("i32", 0), fn.param("i32", 1), from, to);
  });
}

/**
 * Generates a product. Operands `(a, b, c)`; with `accumulate`, C is read too. Float32 goes through register tiles
 * (dot products where a side is 1 or 2 wide), other dtypes through plain loops.
 */
export function emitMatmul(
  module: ModuleBuilder,
  descriptor: MatmulDescriptor,
  options: KernelOptions,
  epilogue?: Epilogue,
): StructuredKernel {
  const d = withFreeStrides(descriptor);
  if (d.dtype !== "float32" || d.k === 0) return plainMatmul(module, d, epilogue);
  if (suitsTransposing(d) && epilogue === undefined) return emitTransposed(module, d, options);
  if (suitsDot(d)) return dotMatmul(module, d, options, epilogue);
  const plan = planOf(d);
  if (d.isPrepared === true && plan.packing === "phase") return preparedMatmul(module, d, options, epilogue);
  const perThread = scratchOf(d, plan, epilogue).perThread;
  const shared = plan.packing === "phase" ? packedFloats(d, plan) : 0;
  const multiply = emitMultiply(module, d, plan, options, epilogue);
  const phases: FunctionHandle[] = [multiply];
  if (plan.packing === "phase") {
    phases.unshift(
      module.function(multiply.params, [], (fn) => {
        const [from, to] = shareOf(fn, plan.panels.count, fn.param("i32", 4), fn.param("i32", 5));
        emitPackB(module, fn, d, plan.panels, fn.param("i32", 1), fn.param("i32", 3), from, to);
      }),
    );
  }
  return { phases, scratchBytes: (nthreads) => 4 * (shared + perThread * nthreads) };
}

/** A product by a B that is packed beforehand. */
function preparedMatmul(
  module: ModuleBuilder,
  d: MatmulDescriptor,
  options: KernelOptions,
  epilogue: Epilogue | undefined,
): StructuredKernel {
  const pack = packMatmulB(module, d);
  const prepare = module.function(i32Params(6), [], (fn) => {
    fn.call(pack, ...[1, 3, 4, 5].map((i) => fn.param("i32", i)));
  });
  const { isPrepared: _, ...unprepared } = d;
  const kernel = emitMatmul(module, { ...unprepared, bPacked: true }, options, epilogue);
  return { ...kernel, preparation: { phases: [prepare], bytes: packedBytes(d) } };
}

/** Floats of what B is packed into. */
function packedFloats(d: MatmulDescriptor, { packing, panels }: MatmulPlan): number {
  if (packing === null) return 0;
  if (packing !== "block") return packedSize(d.k, panels);
  const block = blockOf(d.k, panels);
  return block.panels * block.steps * panels.vectors * 4;
}

/** Floats of scratch memory that each thread has for itself, and those of them for a strip of the result. */
function scratchOf(
  d: MatmulDescriptor,
  plan: MatmulPlan,
  epilogue: Epilogue | undefined,
): { readonly perThread: number; readonly strip: number } {
  // A result that nobody reads but the epilogue need not leave the cache, where k is not cut into chunks.
  const passes = epilogue?.storesResult === false && !d.accumulate && blockOf(d.k, plan.panels).steps === d.k;
  const strip = passes ? 5 * d.c.row + 32 : 0;
  const packed = plan.packing === "phase" ? 0 : packedFloats(d, plan);
  return { perThread: strip + (plan.packA ? d.k * 8 : 0) + packed, strip };
}

/** Strides along axes of size 1 mean nothing: they become whatever is fastest. */
function withFreeStrides(d: MatmulDescriptor): MatmulDescriptor {
  const row = d.m === 1 ? 1 : d.a.row;
  const a = d.k === 1 ? { row: d.a.row, column: 1 } : { row, column: d.a.column };
  return { ...d, a, b: { row: d.k === 1 ? 1 : d.b.row, column: d.n === 1 ? 1 : d.b.column } };
}

/** Whether a product is a column that is faster computed as a row: a transposed matrix by a vector. */
function suitsTransposing(d: MatmulDescriptor): boolean {
  return d.n === 1 && d.m > 1 && d.c.row === 1 && d.a.row === 1 && d.a.column !== 1 && d.bPacked !== true;
}

/** The transposed product `CT = BT · AT`, of a result that is contiguous either way. */
function emitTransposed(
  module: ModuleBuilder,
  d: MatmulDescriptor,
  options: KernelOptions,
): StructuredKernel {
  const product: MatmulDescriptor = {
    ...d,
    batch: d.batch.map(({ size, a, b, c }) => ({ size, a: b, b: a, c })),
    m: 1,
    n: d.m,
    a: { row: 1, column: d.b.row },
    b: { row: d.a.column, column: 1 },
    c: { row: d.m },
  };
  const kernel = emitMatmul(module, product, options);
  const phases = kernel.phases.map((phase) =>
    module.function(phase.params, [], (fn) => {
      const [a, b, ...rest] = phase.params.map((_, i) => fn.param("i32", i));
      if (a !== undefined && b !== undefined) fn.call(phase, b, a, ...rest);
    }),
  );
  return { ...kernel, phases };
}

/** Packs panels `[from, to)` of B from `source` to `target`: all of k, or a chunk in panels of `size` steps. */
function emitPackB(
  module: ModuleBuilder,
  fn: FunctionBuilder,
  d: MatmulDescriptor,
  panels: ColumnPanels,
  source: Expr<"i32">,
  target: Expr<"i32">,
  from: Local<"i32"> | number,
  to: Local<"i32"> | number,
  chunk?: { readonly start: Local<"i32">; readonly steps: Local<"i32">; readonly size: number },
): void {
  const panelBytes = (chunk?.size ?? d.k) * panels.vectors * 16;
  const steps = chunk?.steps ?? d.k;
  const panel = fn.local("i32");
  const pack = (vectors: number, lastLanes: number): void => {
    const first = i32.add(source, i32.mul(panel, panels.vectors * 16 * d.b.column));
    const start = chunk === undefined ? first : i32.add(first, i32.mul(chunk.start, d.b.row * 4));
    const into = i32.add(target, i32.mul(panel, panelBytes));
    if (d.b.column === 1) {
      fn.call(packRows(module, vectors), start, d.b.row * 4, into, steps);
      return;
    }
    for (let v = 0; v < vectors; v++) {
      const lanes = v === vectors - 1 ? lastLanes : 4;
      const column = i32.add(start, v * 16 * d.b.column);
      const strides = [d.b.column * 4, d.b.row * 4];
      fn.call(packColumns(module), column, ...strides, i32.add(into, v * 16), vectors * 16, steps, lanes);
    }
  };
  const fullEnd = fn.local("i32", to);
  if (panels.rest !== undefined)
    fn.if(i32.gtS(to instanceof Object ? to : i32.const(to), panels.full), () =>
      fn.set(fullEnd, panels.full),
    );
  fn.forRange(panel, from, fullEnd, 1, () => pack(panels.vectors, 4));
  const { rest } = panels;
  if (rest !== undefined) {
    const last = typeof to === "number" ? i32.const(to) : to;
    fn.if(i32.eq(last, panels.count), () => {
      fn.if(i32.ltS(typeof from === "number" ? i32.const(from) : from, last), () => {
        fn.set(panel, panels.full);
        pack(rest.vectors, rest.lastLanes);
      });
    });
  }
}

function emitMultiply(
  module: ModuleBuilder,
  d: MatmulDescriptor,
  plan: MatmulPlan,
  options: KernelOptions,
  epilogue: Epilogue | undefined,
): FunctionHandle {
  const paramCount = 6 + (epilogue?.paramCount ?? 0);
  const strip = epilogue === undefined ? undefined : emitEpilogueStrip(module, d.n, d.c.row, epilogue);
  return module.function(i32Params(paramCount), [], (fn) => {
    const [a, b, c, scratch, tid, nthreads] = i32ParamLocals(fn, 0, 6);
    const stripTotal = stripCount(plan.strips);
    const units = { batch: plan.batchCount, rows: stripTotal, columns: plan.panels.count }[plan.split];
    const [from, to] = shareOf(fn, units, tid, nthreads);
    const isPhase = plan.packing === "phase";
    const packedBytes = packedFloats(d, plan) * 4;
    const own = fn.local("i32", scratch);
    if (isPhase) fn.increment(own, packedBytes);
    const { perThread, strip: stripFloats } = scratchOf(d, plan, epilogue);
    fn.increment(own, i32.mul(tid, perThread * 4));
    const ownStrip = stripFloats === 0 ? undefined : fn.local("i32", own);
    if (ownStrip !== undefined) fn.increment(own, stripFloats * 4);
    const packedA = plan.packA ? fn.local("i32", i32.add(own, isPhase ? 0 : packedBytes)) : undefined;

    const index = fn.local("i32");
    const [aBase, bBase, cBase] = fn.locals("i32", 3);
    const product = new ProductEmitter(module, fn, d, plan, options, {
      a: aBase,
      b: bBase,
      c: cBase,
      packedA,
      ...(plan.packing === "block" && {
        block: {
          target: own,
          pack: (first, end, start, steps, target) => {
            const size = blockOf(d.k, plan.panels).steps;
            emitPackB(module, fn, d, plan.panels, bBase, target, first, end, { start, steps, size });
          },
        },
      }),
      strip: ownStrip,
      epilogue: (row, rows, column, columnEnd, address) => {
        if (strip === undefined) return;
        const params = Array.from({ length: paramCount - 6 }, (_, i) => fn.param("i32", 6 + i));
        fn.call(strip, address, rows, row, column, columnEnd, index, ...params);
      },
    });
    const element = (): void => {
      const b0 = isPhase ? scratch : b;
      fn.set(aBase, batchAddress(d, a, index, "a", 4));
      fn.set(bBase, isPhase || d.bPacked === true ? b0 : batchAddress(d, b, index, "b", 4));
      fn.set(cBase, batchAddress(d, c, index, "c", 4));
      if (plan.packing === "element") {
        emitPackB(module, fn, d, plan.panels, bBase, own, 0, plan.panels.count);
        fn.set(bBase, own);
      }
      if (plan.split === "rows") product.emit(from, to, 0, plan.panels.count);
      else if (plan.split === "columns") product.emit(0, stripTotal, from, to);
      else product.emit(0, stripTotal, 0, plan.panels.count);
    };
    if (plan.split === "batch") fn.forRange(index, from, to, 1, element);
    else if (plan.batchCount === 1) element();
    else fn.if(i32.ltS(from, to), () => fn.forRange(index, 0, plan.batchCount, 1, element));
  });
}
