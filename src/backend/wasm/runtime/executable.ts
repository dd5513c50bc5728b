import type { Schedule } from "../../../compiler/kernel-ir/kernel-ir.ts";
import { bytesOf, type TypedArray } from "../../../ir/dtypes.ts";
import { DataError, invariant } from "../../../util/errors.ts";
import type { DeviceBuffer, Executable } from "../../contract.ts";
import { hostImports } from "../math/host.ts";
import type { CompiledModule } from "../module/compile-module.ts";
import { align, tableSlots, type Layout } from "../module/layout.ts";
import { WasmBuffer } from "./buffer.ts";
import type { Engine } from "./engine.ts";

type Step = (tid: number, threads: number, table: number) => void;

/** A compiled program in the engine's memory. */
export class WasmExecutable implements Executable {
  readonly #engine: Engine;
  readonly #schedule: Schedule;
  readonly #layout: Layout;
  readonly #code: CompiledModule;
  readonly #step: Step;
  readonly #inputCount: number;
  /** Address of the pointer table, followed by the constants. */
  readonly #table: number;
  readonly #constants: number;
  /** Byte offset of each input behind arena and scratch memory. */
  readonly #inputOffsets = new Map<number, number>();
  readonly #inputBytes: number;

  constructor(engine: Engine, schedule: Schedule, layout: Layout, code: CompiledModule, counts: { inputs: number; state: number }) {
    this.#engine = engine;
    this.#schedule = schedule;
    this.#layout = layout;
    this.#code = code;
    this.#inputCount = counts.inputs;
    const { heap } = engine;
    const tableBytes = align((tableSlots.first + counts.inputs + counts.state) * 4);
    this.#table = heap.allocate(tableBytes + layout.constants.byteLength);
    heap.freeWith(this, this.#table);
    this.#constants = this.#table + tableBytes;
    heap.write(this.#constants, "uint8", layout.constants);
    let inputBytes = 0;
    schedule.buffers.forEach(({ home, size, dtype }) => {
      if (home.kind !== "input") return;
      this.#inputOffsets.set(home.index, inputBytes);
      inputBytes = align(inputBytes + size * bytesOf(dtype));
    });
    this.#inputBytes = inputBytes;
    const instance = new WebAssembly.Instance(new WebAssembly.Module(code.bytes), {
      env: { memory: heap.memory },
      host: hostImports(),
    });
    // SAFETY: every generated module exports this function.
    this.#step = instance.exports["step"] as Step;
  }

  run(inputs: readonly TypedArray[], state: readonly DeviceBuffer[]): TypedArray[] {
    const workspace = this.#prepare(inputs, state);
    this.#step(0, 1, this.#table);
    return this.#results(workspace, state);
  }

  async runAsync(inputs: readonly TypedArray[], state: readonly DeviceBuffer[]): Promise<TypedArray[]> {
    return this.run(inputs, state);
  }

  /** Fills the pointer table and copies the inputs in; gives the address of the arena. */
  #prepare(inputs: readonly TypedArray[], state: readonly DeviceBuffer[]): number {
    const { heap } = this.#engine;
    const arenaBytes = align(this.#schedule.arenaBytes);
    const scratchBytes = align(this.#code.scratchBytes(1));
    const workspace = this.#engine.workspace(arenaBytes + scratchBytes + this.#inputBytes);
    const firstInput = workspace + arenaBytes + scratchBytes;
    const table = new Uint32Array(heap.memory.buffer, this.#table, tableSlots.first + this.#inputCount + state.length);
    table[tableSlots.arena] = workspace;
    table[tableSlots.constants] = this.#constants;
    table[tableSlots.scratch] = workspace + arenaBytes;
    table[tableSlots.barrier] = 0;
    this.#schedule.buffers.forEach(({ home, dtype, size }) => {
      if (home.kind !== "input") return;
      const data = inputs[home.index];
      if (data === undefined || data.length !== size) {
        throw new DataError(
          `wasm backend: expected ${size} elements for input ${home.index} of the program, received ${data?.length ?? "none"}.`,
        );
      }
      const address = firstInput + (this.#inputOffsets.get(home.index) ?? 0);
      table[tableSlots.first + home.index] = address;
      heap.write(address, dtype, data);
    });
    state.forEach((buffer, i) => {
      invariant(buffer instanceof WasmBuffer, "state buffers belong to the backend that runs the program");
      table[tableSlots.first + this.#inputCount + i] = buffer.address;
    });
    return workspace;
  }

  #results(workspace: number, state: readonly DeviceBuffer[]): TypedArray[] {
    const { heap } = this.#engine;
    const table = new Uint32Array(heap.memory.buffer, this.#table, tableSlots.first + this.#inputCount + state.length);
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
      return heap.read(dtype, address, size);
    });
  }
}
