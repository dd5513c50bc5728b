import type {
  Access,
  Item,
  KernelNode,
  LoopKernel,
  Schedule,
  Store,
  StructuredKernel,
} from "../../../compiler/kernel-ir/kernel-ir.ts";
import { bytesOf } from "../../../ir/dtypes.ts";
import { DeviceError, invariant } from "../../../util/errors.ts";
import { i32, type Expr, type FunctionBuilder, type FunctionHandle, type Local } from "../assembler/index.ts";
import { loopFunction } from "../loops/loop-function.ts";
import type { ModuleScope } from "../math/scope.ts";
import { structuredEmitter } from "../structured/index.ts";
import type { Profiler } from "../runtime/profile.ts";
import { controlEmitter, type ControlParts } from "./control-items.ts";
import { tableSlots, type Layout } from "./layout.ts";
import { mayOverlap } from "./overlap.ts";
import type { Preparations } from "./preparations.ts";

type Int = Expr<"i32">;

/** Writes the `step` function: all items in order, with barriers between them where threads share work. */
export class StepEmitter {
  readonly #schedule: Schedule;
  readonly #layout: Layout;
  readonly #scope: ModuleScope;
  readonly #barrier: FunctionHandle;
  readonly #preparations: Preparations;
  readonly #fn: FunctionBuilder;
  readonly #tid: Local<"i32">;
  readonly #threads: Local<"i32">;
  readonly #table: Local<"i32">;
  readonly #arena: Local<"i32">;
  /** Counters of the enclosing loops, outermost first. */
  readonly #loops: Local<"i32">[] = [];
  readonly #scratch: ((nthreads: number) => number)[] = [];
  readonly #scratchBytes = new Map<number, number>();
  /** Who may still be at work since the last barrier: nobody else, the first thread, or all. */
  #busy: "none" | "first" | "all" = "none";
  /** Work that threads share, and how often the present place is run. */
  #sharedWork = 0;
  #turns = 1;

  readonly #profile: { readonly profiler: Profiler; readonly mark: FunctionHandle } | null;

  constructor(
    schedule: Schedule,
    layout: Layout,
    scope: ModuleScope,
    barrier: FunctionHandle,
    preparations: Preparations,
    profile: { readonly profiler: Profiler; readonly mark: FunctionHandle } | null,
  ) {
    this.#profile = profile;
    this.#schedule = schedule;
    this.#layout = layout;
    this.#scope = scope;
    this.#barrier = barrier;
    this.#preparations = preparations;
    this.#fn = scope.module.declare(["i32", "i32", "i32"]);
    this.#tid = this.#fn.param("i32", 0);
    this.#threads = this.#fn.param("i32", 1);
    this.#table = this.#fn.param("i32", 2);
    this.#arena = this.#fn.local("i32");
  }

  /** Rough amount of work that threads can share, in additions. */
  get sharedWork(): number {
    return this.#sharedWork;
  }

  scratchBytes(nthreads: number): number {
    const known =
      this.#scratchBytes.get(nthreads) ?? Math.max(0, ...this.#scratch.map((bytes) => bytes(nthreads)));
    this.#scratchBytes.set(nthreads, known);
    return known;
  }

  emit(): void {
    this.#fn.set(this.#arena, this.#pointer(tableSlots.arena));
    this.#mark(-1);
    this.#items(this.#schedule.items);
    this.#meet();
    const prepare = this.#preparations.emit(this.#scope.module, this.#barrier);
    if (prepare !== null) {
      this.#fn.prologue(() => {
        this.#fn.if(this.#pointer(tableSlots.isStale), () =>
          this.#fn.call(prepare, this.#tid, this.#threads, this.#table),
        );
      });
    }
    this.#scope.module.exportFunction("step", this.#fn);
  }

  #pointer(slot: number): Int {
    return i32.load(this.#table, slot * 4);
  }

  /** The byte address of an access at index 0, with the present loop counters. */
  #address({ buffer, offset, loopStrides = [] }: Access): Int {
    const spec = this.#schedule.buffers[buffer];
    invariant(spec !== undefined, "an access to no buffer");
    const { home } = spec;
    const bytes = bytesOf(spec.dtype);
    let start = offset * bytes;
    let base: Int = this.#arena;
    if (home.kind === "arena") {
      start += home.byteOffset;
    } else if (home.kind === "constant") {
      base = this.#pointer(tableSlots.constants);
      start += this.#layout.constantOffsets.get(buffer) ?? 0;
    } else {
      base = this.#pointer(this.#layout.slots.get(buffer) ?? 0);
    }
    let address = start === 0 ? base : i32.add(base, start);
    loopStrides.forEach((stride, level) => {
      const counter = this.#loops[level];
      if (stride !== 0 && counter !== undefined) address = i32.add(address, i32.mul(counter, stride * bytes));
    });
    return address;
  }

  #items(items: readonly Item[]): void {
    for (const item of items) this.#item(item);
  }

  #item(item: Item): void {
    switch (item.kind) {
      case "loop":
        return this.#loop(item);
      case "structured":
        return this.#structured(item);
      default:
        return controlEmitter()(item, this.#parts);
    }
  }

  /** What loops and branches are made of. */
  get #parts(): ControlParts {
    return {
      fn: this.#fn,
      items: (items) => this.#items(items),
      address: (access) => this.#address(access),
      meet: () => this.#meet(),
      keepTogether: () => void (this.#busy = "all"),
      inLoop: (counter, turns, body) => {
        this.#loops.push(counter);
        this.#turns *= Math.max(1, turns);
        body();
        this.#loops.pop();
        this.#turns /= Math.max(1, turns);
      },
    };
  }

  /** A barrier, where any thread may be at work still. */
  #meet(): void {
    if (this.#busy === "none") return;
    this.#busy = "none";
    this.#fn.if(i32.gtS(this.#threads, 1), () => {
      this.#fn.call(this.#barrier, this.#pointer(tableSlots.barrier), this.#threads);
    });
  }

  /** Calls a kernel on all threads, or on the first thread alone. */
  #call(handle: FunctionHandle, isParallel: boolean, args: (tid: Int, threads: Int) => readonly Int[]): void {
    if (isParallel) {
      this.#meet();
      this.#fn.call(handle, ...args(this.#tid, this.#threads));
      this.#busy = "all";
      return;
    }
    // Work of the first thread may follow other work of its own without a barrier.
    if (this.#busy === "all") this.#meet();
    this.#fn.if(i32.eqz(this.#tid), () => this.#fn.call(handle, ...args(i32.const(0), i32.const(1))));
    this.#busy = "first";
  }

  /** Lets the first thread tell the profiler that a kernel has ended. */
  #mark(kernel: number): void {
    const { mark } = this.#profile ?? {};
    if (mark !== undefined) this.#fn.if(i32.eqz(this.#tid), () => this.#fn.call(mark, kernel));
  }

  /** The same for a kernel of the schedule, when all threads are done with it. */
  #markKernel(kernel: LoopKernel | StructuredKernel, flops: number | null): void {
    if (this.#profile === null) return;
    this.#meet();
    this.#mark(this.#profile.profiler.add(this.#schedule, kernel, flops));
  }

  #loop(kernel: LoopKernel): void {
    if (kernel.outer.includes(0)) return;
    const overlaps = (store: Store, load: KernelNode): boolean =>
      load.kind === "load" && mayOverlap(this.#schedule, store.access, load.access);
    const { handle, bases, isParallel, work } = loopFunction(this.#scope, kernel, overlaps);
    if (isParallel) this.#sharedWork += work * this.#turns;
    const addresses = bases.map((access) => this.#address(access));
    this.#call(handle, isParallel, (tid, threads) => [...addresses, tid, threads]);
    this.#markKernel(kernel, null);
  }

  #structured(kernel: StructuredKernel): void {
    const emit = structuredEmitter(kernel.primitive);
    if (emit === undefined) {
      throw new DeviceError(
        `wasm backend: expected a primitive with a kernel, received "${kernel.primitive}".`,
      );
    }
    if (kernel.outputs.every((output) => output.shape.includes(0))) return;
    const result = emit(this.#scope, kernel);
    if ("items" in result) return this.#items(result.items);
    const { phases, isParallel } = result;
    if (isParallel) this.#sharedWork += result.work * this.#turns;
    const { preparation } = result;
    const operands = result.operands.map((access, i) =>
      i === preparation?.operand
        ? i32.add(this.#pointer(tableSlots.prepared), this.#preparations.add(access, preparation))
        : this.#address(access),
    );
    const extra = result.extra.map((access) => this.#address(access));
    this.#scratch.push((nthreads) => result.scratchBytes(isParallel ? nthreads : 1));
    for (const phase of phases) {
      this.#call(phase, isParallel, (tid, threads) => [
        ...operands,
        this.#pointer(tableSlots.scratch),
        tid,
        threads,
        ...extra,
      ]);
    }
    this.#markKernel(kernel, result.flops ?? null);
  }
}
