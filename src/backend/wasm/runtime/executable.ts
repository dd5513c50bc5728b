import type { Schedule } from "../../../compiler/kernel-ir/kernel-ir.ts";
import type { DType, TypedArray } from "../../../ir/dtypes.ts";
import { DeviceError, invariant } from "../../../util/errors.ts";
import { canBlock } from "../../../util/platform/index.ts";
import type { DeviceBuffer, Executable, ProgramInput } from "../../contract.ts";
import { hostImports } from "../math/host.ts";
import { compileModule } from "../module/compile-module.ts";
import { align, controlAddress, layoutOf, tableSlots, type Layout } from "../module/layout.ts";
import type { WasmChoices } from "../options.ts";
import { loadPool } from "../threads/loading.ts";
import type { Step, ThreadPool } from "../threads/pool.ts";
import { threadCount } from "../threads/settings.ts";
import { writtenBuffers } from "../module/preparations.ts";
import { WasmBuffer } from "./buffer.ts";
import { ProgramInputs } from "./inputs.ts";
import { needsOf, tooLarge, totalOf } from "./memory-needs.ts";
import { PreparedWeights } from "./prepared-weights.ts";
import type { Profiler } from "./profile.ts";
import type { Engine } from "./engine.ts";

/** Work, in additions, for which it is worth waking threads: some 200 microseconds on one of them. */
const threadedWork = 2_000_000;

/** Code for one memory: modules for shared and for private memory are not the same. */
interface Code {
  readonly memory: WebAssembly.Memory;
  readonly profiler: Profiler | null;
  readonly module: WebAssembly.Module;
  readonly step: Step;
  readonly sharedWork: number;
  readonly prepared: PreparedWeights | null;
  /** The state that is prepared, by index. */
  readonly preparedFrom: readonly number[];
  scratchBytes(nthreads: number): number;
}

/** Where an array is. */
interface Place {
  readonly dtype: DType;
  readonly size: number;
  readonly address: number;
}

/** A compiled program in the engine's memory. */
export class WasmExecutable implements Executable {
  readonly #engine: Engine;
  readonly #schedule: Schedule;
  readonly #layout: Layout;
  readonly #options: WasmChoices;
  #code: Code;
  /** The program's number among threads, and the message that brings it to them. */
  readonly #program: number;
  #announced: { readonly pool: ThreadPool; readonly message: number } | null = null;
  readonly #inputCount: number;
  /** Address of the pointer table, followed by the constants. */
  readonly #table: number;
  readonly #constants: number;
  readonly #inputs: ProgramInputs;
  /** Indices of the state that a run changes. */
  readonly #changes: readonly number[];
  /** Whether there is room for weights in a second form. */
  readonly #keepsPrepared: boolean;

  constructor(
    engine: Engine,
    schedule: Schedule,
    counts: { readonly inputs: number; readonly state: number },
    options: WasmChoices,
  ) {
    const layout = layoutOf(schedule, counts.inputs);
    this.#engine = engine;
    this.#schedule = schedule;
    this.#layout = layout;
    this.#options = options;
    const needs = needsOf(schedule);
    if (totalOf(needs) > engine.heap.limitBytes) throw tooLarge(needs, engine.heap.limitBytes);
    this.#keepsPrepared = totalOf(needs) < engine.heap.limitBytes / 4;
    const written = writtenBuffers(schedule.items);
    this.#changes = schedule.buffers.flatMap(({ home }, id) =>
      home.kind === "state" && written.has(id) ? [home.index] : [],
    );
    this.#code = this.#generate();
    this.#program = engine.nextProgram();
    this.#inputCount = counts.inputs;
    const { heap } = engine;
    const tableBytes = align((tableSlots.first + counts.inputs + counts.state) * 4);
    this.#table = heap.allocateFixed(tableBytes + layout.constants.byteLength);
    heap.freeWith(this, this.#table);
    this.#constants = this.#table + tableBytes;
    heap.write(this.#constants, "uint8", layout.constants);
    this.#inputs = new ProgramInputs(heap, engine.lastingInputs, schedule.buffers, written);
  }

  #generate(): Code {
    const { heap, profiler } = this.#engine;
    const { bytes, sharedWork, scratchBytes, prepared } = compileModule(this.#schedule, this.#layout, {
      ...this.#options,
      keepsPrepared: this.#keepsPrepared,
      memory: { shared: heap.shared, maximumPages: heap.maximumPages },
      profiler,
    });
    const module = new WebAssembly.Module(bytes);
    const { exports } = new WebAssembly.Instance(module, {
      env: { memory: heap.memory },
      host: hostImports(),
      profile: { mark: (kernel: number) => profiler?.mark(kernel) },
    });
    // SAFETY: every generated module exports this function.
    const step = exports["step"] as Step;
    return {
      memory: heap.memory,
      profiler,
      module,
      step,
      sharedWork,
      scratchBytes,
      prepared: prepared.bytes === 0 ? null : new PreparedWeights(heap, prepared.bytes),
      preparedFrom: prepared.state,
    };
  }

  run(
    inputs: readonly ProgramInput[],
    state: readonly DeviceBuffer[],
    lasting: readonly boolean[] = [],
  ): TypedArray[] {
    this.#engine.settle();
    // The main thread of a page must not wait for others at a barrier.
    const pool = canBlock() ? this.#threads() : null;
    this.#followEngine();
    this.#inputs.take(inputs, lasting);
    const results = this.#prepare(state, pool?.threads ?? 1);
    if (pool === null) this.#code.step(0, 1, this.#table);
    else pool.run(this.#program, this.#code.step, this.#table);
    return this.#read(results);
  }

  runAsync(
    inputs: readonly ProgramInput[],
    state: readonly DeviceBuffer[],
    lasting: readonly boolean[] = [],
  ): TypedArray[] | Promise<TypedArray[]> {
    // Only the calling thread has a clock for profiles; and small programs need no other.
    const isForThreads = this.#isLarge && threadCount() > 1;
    const isHere = canBlock() || this.#engine.profiler !== null || (this.#engine.isIdle && !isForThreads);
    if (isHere) return this.run(inputs, state, lasting);
    return this.#engine.inTurn(async () => {
      // A page is not to wait for a step, the first of a program neither.
      if (isForThreads) await loadPool();
      const shared = this.#sharedPool();
      if (shared !== null && !this.#isKnownTo(shared)) await shared.receipt(this.#announced?.message ?? 0);
      const pool = this.#threads();
      if (pool === null) return this.run(inputs, state, lasting);
      this.#inputs.take(inputs, lasting);
      const results = this.#prepare(state, pool.threads);
      return this.#engine.afterStep(pool.runApart(this.#program, this.#table), () => this.#read(results));
    });
  }

  /** The threads to run on, or null: a small program, or one that has not reached them yet. */
  #threads(): ThreadPool | null {
    const pool = this.#sharedPool();
    if (pool === null || !this.#isKnownTo(pool)) return null;
    this.#engine.threadedRuns++;
    return pool;
  }

  /** Whether there is work enough for several threads. */
  get #isLarge(): boolean {
    return this.#code.sharedWork >= (this.#options.shareAll ? 1 : threadedWork);
  }

  /** The threads that the program is for; null where it is too small for several. */
  #sharedPool(): ThreadPool | null {
    const pool = this.#isLarge ? this.#engine.pool : null;
    this.#followEngine();
    return pool;
  }

  /** Generates the code anew when everything has moved to another memory, or a profile begins or ends. */
  #followEngine(): void {
    const { heap, profiler } = this.#engine;
    if (this.#code.memory === heap.memory && this.#code.profiler === profiler) return;
    this.#code = this.#generate();
    this.#announced = null;
  }

  /** Whether all threads have the program; if not, it is sent to them, and runs on one thread meanwhile. */
  #isKnownTo(pool: ThreadPool): boolean {
    if (this.#announced?.pool !== pool) {
      this.#announced = { pool, message: pool.register(this.#program, this.#code.module, this) };
    }
    if (this.#options.shareAll && canBlock() && pool.isStarted) pool.awaitReceipt(this.#announced.message);
    return pool.hasReceived(this.#announced.message);
  }

  /** Fills the pointer table and copies the inputs in; gives the places of the results. */
  #prepare(state: readonly DeviceBuffer[], threads: number): Place[] {
    const { heap } = this.#engine;
    const arenaBytes = align(this.#schedule.arenaBytes);
    const scratchBytes = align(this.#code.scratchBytes(threads));
    const workspace = this.#settleIn(arenaBytes + scratchBytes + this.#inputs.bytes, state);
    const table = new Uint32Array(
      heap.memory.buffer,
      this.#table,
      tableSlots.first + this.#inputCount + state.length,
    );
    table[tableSlots.arena] = workspace;
    table[tableSlots.constants] = this.#constants;
    table[tableSlots.scratch] = workspace + arenaBytes;
    table[tableSlots.barrier] = controlAddress;
    const { prepared, preparedFrom } = this.#code;
    if (prepared !== null) {
      const weights = preparedFrom.flatMap((i) => state[i] ?? []);
      table[tableSlots.prepared] = prepared.address;
      table[tableSlots.isStale] = prepared.isStaleFor(weights) ? 1 : 0;
    }
    this.#inputs.write(table, workspace + arenaBytes + scratchBytes);
    state.forEach((buffer, i) => {
      invariant(buffer instanceof WasmBuffer, "state buffers belong to the backend that runs the program");
      table[tableSlots.first + this.#inputCount + i] = buffer.address;
    });
    for (const i of this.#changes) {
      const buffer = state[i];
      if (buffer instanceof WasmBuffer) buffer.change();
    }
    return this.#schedule.outputs.map((id) => {
      const buffer = this.#schedule.buffers[id];
      invariant(buffer !== undefined, "an output without a buffer");
      const { home, dtype, size } = buffer;
      const address =
        home.kind === "arena"
          ? workspace + home.byteOffset
          : home.kind === "constant"
            ? this.#constants + (this.#layout.constantOffsets.get(id) ?? 0)
            : (table[this.#layout.slots.get(id) ?? 0] ?? 0);
      return { dtype, size, address };
    });
  }

  /** Brings the state into the memory, and gives the address of the workspace beside it. */
  #settleIn(bytes: number, state: readonly DeviceBuffer[]): number {
    const { heap } = this.#engine;
    const { prepared } = this.#code;
    const held = [...state, ...(prepared === null ? [] : [prepared]), ...this.#inputs.residents];
    const bringIn = (): void => {
      for (const buffer of state) if (buffer instanceof WasmBuffer) buffer.enter();
      prepared?.enter();
      this.#inputs.enter();
    };
    heap.hold(held);
    this.#engine.leaveWorkspace(bytes);
    try {
      bringIn();
      return this.#engine.workspace(bytes);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
    }
    // What is free lies in too many pieces, or a larger workspace than is needed is kept: everything makes room once.
    this.#engine.clear();
    heap.hold(held);
    try {
      const workspace = this.#engine.workspace(bytes);
      bringIn();
      return workspace;
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      const needs = needsOf(this.#schedule);
      throw tooLarge({ ...needs, workspace: bytes - this.#inputs.bytes }, heap.limitBytes);
    }
  }

  #read(results: readonly Place[]): TypedArray[] {
    this.#code.prepared?.settle();
    return results.map(({ dtype, address, size }) => this.#engine.heap.read(dtype, address, size));
  }
}
