import { schedule as scheduleProgram } from "../../compiler/compile.ts";
import type { Schedule } from "../../compiler/kernel-ir/kernel-ir.ts";
import type { DType, TypedArray } from "../../ir/dtypes.ts";
import type { Aval, Program } from "../../ir/program.ts";
import { DeviceError } from "../../util/errors.ts";
import type { Backend, DeviceBuffer, Executable } from "../contract.ts";
import { simdSupported } from "./assembler/index.ts";
import { shareReductions } from "./loops/share-reductions.ts";
import { choicesOf, type WasmChoices, type WasmOptions } from "./options.ts";
import { WasmBuffer } from "./runtime/buffer.ts";
import { Engine } from "./runtime/engine.ts";
import { needsOf } from "./runtime/memory-needs.ts";
import { WasmExecutable } from "./runtime/executable.ts";

/** Share of the memory that may be planned; the rest is for what kernels work in. */
const fullest = 0.9;

/** Compiles programs to WebAssembly with 128-bit SIMD, one module for each program, over one memory. */
export class WasmBackend implements Backend {
  readonly name = "wasm";
  readonly #options: WasmChoices;
  #engine: Engine | null = null;

  constructor(options: WasmOptions = {}) {
    this.#options = choicesOf(options);
  }

  /** The heap is made when it is first needed. */
  get engine(): Engine {
    if (this.#engine === null) {
      if (!simdSupported()) {
        throw new DeviceError(
          "wasm backend: expected an engine with 128-bit WebAssembly SIMD, which this one lacks.",
        );
      }
      this.#engine = new Engine(this.#options.memoryBytes);
    }
    return this.#engine;
  }

  supports(_dtype: DType): boolean {
    return true;
  }

  allocate(aval: Aval, data?: TypedArray): DeviceBuffer {
    return new WasmBuffer(this.engine.heap, aval, data);
  }

  compile(program: Program): Executable {
    return this.compileSchedule(this.#schedule(program), program.inputs.length, program.state.length);
  }

  /** A program that does not fit computes some values twice instead of keeping them. */
  #schedule(program: Program): Schedule {
    const plain = scheduleProgram(program);
    const { workspace, persistent, inputs } = needsOf(plain);
    const arenaBytes = fullest * this.engine.heap.limitBytes - persistent - inputs;
    return workspace <= arenaBytes || arenaBytes <= 0 ? plain : scheduleProgram(program, { arenaBytes });
  }

  /** Compiles what the compiler has already scheduled. */
  compileSchedule(schedule: Schedule, inputs: number, state: number): Executable {
    return new WasmExecutable(this.engine, shareReductions(schedule), { inputs, state }, this.#options);
  }
}
