import type { MatmulDescriptor } from "../../../compiler/kernel-ir/structured.ts";
import { i32, type Expr, type FunctionBuilder, type Local, type ModuleBuilder } from "../assembler/index.ts";
import type { KernelOptions } from "./kernel.ts";
import type { MatmulPlan } from "./matmul-plan.ts";
import { packColumns, packRows } from "./packing.ts";
import { emitPanelLoop } from "./panel-loop.ts";
import { blockOf, type StripGroup } from "./tiling.ts";

/** Where one product finds its operands. */
export interface ProductOperands {
  readonly a: Local<"i32">;
  readonly b: Local<"i32">;
  readonly c: Local<"i32">;
  readonly packedA: Local<"i32"> | undefined;
  /** Where B is packed block by block: the place, and what packs panels `[from, to)` of some k-steps there. */
  readonly block?: {
    readonly target: Local<"i32">;
    readonly pack: (
      from: Local<"i32">,
      to: Local<"i32">,
      chunkStart: Local<"i32">,
      steps: Local<"i32">,
      target: Local<"i32">,
    ) => void;
  };
  /** Where each strip of the result is computed, if not in its place. */
  readonly strip: Local<"i32"> | undefined;
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
export class ProductEmitter {
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
    const { steps, panels } = blockOf(d.k, plan.panels);
    this.#chunk = steps;
    this.#block = panels;
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
    const { block } = this.#at;
    const b = block === undefined ? this.#at.b : fn.local("i32");
    // A block holds its k-steps alone: they count from 0 there.
    const bStart = block === undefined ? chunkStart : fn.local("i32");
    const chunk = (): void => {
      if (block !== undefined) {
        const panelBytes = this.#chunk * this.#plan.panels.vectors * 16;
        fn.set(b, i32.sub(block.target, i32.mul(blockStart, panelBytes)));
        block.pack(blockStart, blockEnd, chunkStart, steps, b);
      }
      for (const group of this.#plan.strips) {
        this.#emitStrips(group, stripFrom, stripTo, {
          blockStart,
          blockEnd,
          chunkStart,
          steps,
          init,
          b,
          bStart,
        });
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
      fn.set(cStrip, this.#at.strip ?? i32.add(this.#at.c, i32.mul(row, d.c.row * 4)));
      const columnsWalk = packedA !== undefined || d.a.column !== 1;
      emitPanelLoop(this.#module, fn, this.#options, {
        tile: { walk: columnsWalk ? "columns" : "rows", rows: group.rows, runs: false },
        panels: this.#plan.panels,
        packedK: this.#packedSteps(),
        bRowBytes: d.b.row * 4,
        ...at,
        chunkStart: at.bStart,
        a: packedA ?? aStrip,
        aStride: packedA !== undefined ? 32 : (columnsWalk ? d.a.column : d.a.row) * 4,
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

  /** k-steps of a panel of the packed B; undefined where B is not packed. */
  #packedSteps(): number | undefined {
    if (this.#at.block !== undefined) return this.#chunk;
    return this.#plan.packing !== null || this.#d.bPacked === true ? this.#d.k : undefined;
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
  /** Start of B (or of its packed form), and the k-step there that the chunk begins with. */
  readonly b: Local<"i32">;
  readonly bStart: Local<"i32">;
}
