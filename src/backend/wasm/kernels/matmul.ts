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
import { i32Params, type Epilogue, type KernelOptions, type StructuredKernel } from "./kernel.ts";
import { dotMatmul, suitsDot } from "./matmul-dot.ts";
import { planOf, type MatmulPlan } from "./matmul-plan.ts";
import { plainMatmul } from "./matmul-plain.ts";
import { packColumns, packRows } from "./packing.ts";
import { emitPanelLoop } from "./panel-loop.ts";
import { shareOf } from "./partition.ts";
import {
  chunkSize,
  columnPanels,
  packedSize,
  stripCount,
  type ColumnPanels,
  type StripGroup,
} from "./tiling.ts";

/** k-steps worked on at once: a strip of A (5 × 256 floats) and a panel of B (8 × 256) stay in the 32 KiB L1 cache. */
const chunkSteps = 256;
/** Floats of B worked on at once: half of a 1 MiB L2 cache. */
const blockFloats = 131_072;

/** Whether several products by the same B gain from packing it once with {@link packMatmulB}. */
export function prefersPackedB(d: MatmulDescriptor): boolean {
  return d.dtype === "float32" && d.m >= 4 && d.n >= 8;
}

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
  const packedFloats = plan.packB ? packedSize(d.k, plan.panels) : 0;
  const perThread = (plan.packA ? d.k * 8 : 0) + (plan.packPhase ? 0 : packedFloats);
  const shared = plan.packPhase ? packedFloats : 0;
  const multiply = emitMultiply(module, d, plan, options, epilogue);
  const phases: FunctionHandle[] = [multiply];
  if (plan.packPhase) {
    phases.unshift(
      module.function(multiply.params, [], (fn) => {
        const [from, to] = shareOf(fn, plan.panels.count, fn.param("i32", 4), fn.param("i32", 5));
        emitPackB(module, fn, d, plan.panels, fn.param("i32", 1), fn.param("i32", 3), from, to);
      }),
    );
  }
  return { phases, scratchBytes: (nthreads) => 4 * (shared + perThread * nthreads) };
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

/** Packs panels `[from, to)` of B from `source` to `target`. */
function emitPackB(
  module: ModuleBuilder,
  fn: FunctionBuilder,
  d: MatmulDescriptor,
  panels: ColumnPanels,
  source: Expr<"i32">,
  target: Expr<"i32">,
  from: Local<"i32"> | number,
  to: Local<"i32"> | number,
): void {
  const panelBytes = d.k * panels.vectors * 16;
  const panel = fn.local("i32");
  const pack = (vectors: number, lastLanes: number): void => {
    const start = i32.add(source, i32.mul(panel, panels.vectors * 16 * d.b.column));
    const into = i32.add(target, i32.mul(panel, panelBytes));
    if (d.b.column === 1) {
      fn.call(packRows(module, vectors), start, d.b.row * 4, into, d.k);
      return;
    }
    for (let v = 0; v < vectors; v++) {
      const lanes = v === vectors - 1 ? lastLanes : 4;
      const column = i32.add(start, v * 16 * d.b.column);
      const strides = [d.b.column * 4, d.b.row * 4];
      fn.call(packColumns(module), column, ...strides, i32.add(into, v * 16), vectors * 16, d.k, lanes);
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
    const [a, b, c, scratch, tid, nthreads] = [0, 1, 2, 3, 4, 5].map((i) => fn.param("i32", i));
    if (a === undefined || b === undefined || c === undefined) return;
    if (scratch === undefined || tid === undefined || nthreads === undefined) return;
    const stripTotal = stripCount(plan.strips);
    const units = { batch: plan.batchCount, rows: stripTotal, columns: plan.panels.count }[plan.split];
    const [from, to] = shareOf(fn, units, tid, nthreads);
    const packedFloats = plan.packB ? packedSize(d.k, plan.panels) : 0;
    const own = fn.local("i32", scratch);
    if (plan.packPhase) fn.increment(own, packedFloats * 4);
    const perThread = (plan.packA ? d.k * 8 : 0) + (plan.packPhase ? 0 : packedFloats);
    fn.increment(own, i32.mul(tid, perThread * 4));
    const packedHere = plan.packB && !plan.packPhase ? own : undefined;
    const packedA = plan.packA
      ? fn.local("i32", i32.add(own, plan.packPhase ? 0 : packedFloats * 4))
      : undefined;

    const index = fn.local("i32");
    const [aBase, bBase, cBase] = [fn.local("i32"), fn.local("i32"), fn.local("i32")];
    const product = new ProductEmitter(module, fn, d, plan, options, {
      a: aBase,
      b: bBase,
      c: cBase,
      packedA,
      epilogue: (row, rows, column, columnEnd, address) => {
        if (strip === undefined) return;
        const params = Array.from({ length: paramCount - 6 }, (_, i) => fn.param("i32", 6 + i));
        fn.call(strip, address, rows, row, column, columnEnd, index, ...params);
      },
    });
    const element = (): void => {
      const b0 = plan.packPhase ? scratch : b;
      fn.set(aBase, batchAddress(d, a, index, "a", 4));
      fn.set(bBase, plan.packPhase || d.bPacked === true ? b0 : batchAddress(d, b, index, "b", 4));
      fn.set(cBase, batchAddress(d, c, index, "c", 4));
      if (packedHere !== undefined) {
        emitPackB(module, fn, d, plan.panels, bBase, packedHere, 0, plan.panels.count);
        fn.set(bBase, packedHere);
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

interface ProductOperands {
  readonly a: Local<"i32">;
  readonly b: Local<"i32">;
  readonly c: Local<"i32">;
  readonly packedA: Local<"i32"> | undefined;
  /** Emits the epilogue of finished values; column and columnEnd in elements. */
  readonly epilogue: (
    row: Local<"i32">,
    rows: number,
    column: Expr<"i32">,
    columnEnd: Expr<"i32">,
    address: Expr<"i32">,
  ) => void;
}

/** Emits the loop nest of one product: column blocks, k-chunks, strips of rows, panels of columns. */
class ProductEmitter {
  readonly #module: ModuleBuilder;
  readonly #fn: FunctionBuilder;
  readonly #d: MatmulDescriptor;
  readonly #plan: MatmulPlan;
  readonly #options: KernelOptions;
  readonly #at: ProductOperands;
  readonly #chunk: number;
  readonly #block: number;

  constructor(
    module: ModuleBuilder,
    fn: FunctionBuilder,
    d: MatmulDescriptor,
    plan: MatmulPlan,
    options: KernelOptions,
    at: ProductOperands,
  ) {
    this.#module = module;
    this.#fn = fn;
    this.#d = d;
    this.#plan = plan;
    this.#options = options;
    this.#at = at;
    this.#chunk = chunkSize(d.k, chunkSteps);
    this.#block = Math.max(1, Math.floor(blockFloats / this.#chunk / (plan.panels.vectors * 4)));
  }

  /** Strips `[stripFrom, stripTo)` by panels `[panelFrom, panelTo)`. */
  emit(
    stripFrom: Local<"i32"> | number,
    stripTo: Local<"i32"> | number,
    panelFrom: Local<"i32"> | number,
    panelTo: Local<"i32"> | number,
  ): void {
    const fn = this.#fn;
    const blockStart = fn.local("i32");
    const blockEnd = fn.local("i32");
    const chunkStart = fn.local("i32");
    const steps = fn.local("i32", this.#chunk);
    const init = fn.local("i32");
    const chunk = (): void => {
      for (const group of this.#plan.strips) {
        this.#emitStrips(group, stripFrom, stripTo, { blockStart, blockEnd, chunkStart, steps, init });
      }
    };
    fn.forRange(blockStart, panelFrom, panelTo, this.#block, () => {
      fn.set(blockEnd, i32.add(blockStart, this.#block));
      const limit = typeof panelTo === "number" ? i32.const(panelTo) : panelTo;
      fn.if(i32.gtS(blockEnd, limit), () => fn.set(blockEnd, limit));
      fn.set(init, this.#d.accumulate ? 1 : 0);
      if (this.#chunk === this.#d.k) {
        fn.set(chunkStart, 0);
        chunk();
        return;
      }
      fn.forRange(chunkStart, 0, this.#d.k, this.#chunk, () => {
        fn.set(steps, this.#chunk);
        const left = i32.sub(this.#d.k, chunkStart);
        fn.if(i32.gtS(steps, left), () => fn.set(steps, left));
        chunk();
        fn.set(init, 1);
      });
    });
  }

  #emitStrips(
    group: StripGroup,
    stripFrom: Local<"i32"> | number,
    stripTo: Local<"i32"> | number,
    at: ChunkLocals,
  ): void {
    const fn = this.#fn;
    const d = this.#d;
    const [first, end] = [group.first, group.first + group.count];
    const low = fn.local("i32", stripFrom);
    const high = fn.local("i32", stripTo);
    if (typeof stripFrom === "number") fn.set(low, Math.max(stripFrom, first));
    else fn.if(i32.ltS(low, first), () => fn.set(low, first));
    if (typeof stripTo === "number") fn.set(high, Math.min(stripTo, end));
    else fn.if(i32.gtS(high, end), () => fn.set(high, end));
    const strip = fn.local("i32");
    const row = fn.local("i32");
    const aStrip = fn.local("i32");
    const cStrip = fn.local("i32");
    const packedA = this.#at.packedA;
    fn.forRange(strip, low, high, 1, () => {
      fn.set(row, i32.add(i32.mul(i32.sub(strip, first), group.rows), group.start));
      fn.set(aStrip, i32.add(this.#at.a, i32.mul(row, d.a.row * 4)));
      fn.increment(aStrip, i32.mul(at.chunkStart, d.a.column * 4));
      if (packedA !== undefined) this.#emitPackA(aStrip, packedA, group.rows, at.steps);
      fn.set(cStrip, i32.add(this.#at.c, i32.mul(row, d.c.row * 4)));
      const columnsWalk = packedA !== undefined || d.a.column !== 1;
      emitPanelLoop(this.#module, fn, this.#options, {
        tile: { walk: columnsWalk ? "columns" : "rows", rows: group.rows, runs: false },
        panels: this.#plan.panels,
        packedK: this.#plan.packB || d.bPacked === true ? d.k : undefined,
        bRowBytes: d.b.row * 4,
        ...at,
        a: packedA ?? aStrip,
        aStride: packedA !== undefined ? 32 : (columnsWalk ? d.a.column : d.a.row) * 4,
        b: this.#at.b,
        c: cStrip,
        cStride: d.c.row * 4,
        runs: [],
      });
      const width = this.#plan.panels.vectors * 4;
      const finish = (): void => {
        const column = i32.mul(at.blockStart, width);
        fn.scratch("i32", (columnEnd) => {
          fn.set(columnEnd, i32.mul(at.blockEnd, width));
          fn.if(i32.gtS(columnEnd, d.n), () => fn.set(columnEnd, d.n));
          this.#at.epilogue(row, group.rows, column, columnEnd, i32.add(cStrip, i32.mul(column, 4)));
        });
      };
      if (this.#chunk === d.k) finish();
      else fn.if(i32.eq(i32.add(at.chunkStart, at.steps), d.k), finish);
    });
  }

  #emitPackA(source: Local<"i32">, target: Local<"i32">, rows: number, steps: Local<"i32">): void {
    const { row, column } = this.#d.a;
    if (row === 1) {
      this.#fn.call(packRows(this.#module, 2), source, column * 4, target, steps);
      return;
    }
    for (let i = 0; i < rows; i += 4) {
      const start = i32.add(source, i * row * 4);
      const valid = Math.min(4, rows - i);
      this.#fn.call(
        packColumns(this.#module),
        start,
        row * 4,
        column * 4,
        i32.add(target, i * 4),
        32,
        steps,
        valid,
      );
    }
  }
}

interface ChunkLocals {
  readonly blockStart: Local<"i32">;
  readonly blockEnd: Local<"i32">;
  readonly chunkStart: Local<"i32">;
  readonly steps: Local<"i32">;
  readonly init: Local<"i32">;
}
