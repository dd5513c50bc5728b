import type { Schedule } from "../../../compiler/kernel-ir/kernel-ir.ts";
import { ModuleBuilder } from "../assembler/index.ts";
import { importHost } from "../math/host.ts";
import type { ModuleScope } from "../math/scope.ts";
import type { WasmChoices } from "../options.ts";
import type { Profiler } from "../runtime/profile.ts";
import { emitBarrier } from "./barrier.ts";
import type { Layout } from "./layout.ts";
import { Preparations, type PreparedNeeds } from "./preparations.ts";
import { StepEmitter } from "./step-emitter.ts";

/** Choices of code generation, the same for a whole engine. */
export interface ModuleOptions extends WasmChoices {
  /** The memory's type must be that of the memory the module is instantiated with. */
  readonly memory: { readonly shared: boolean; readonly maximumPages: number };
  /** Whether what kernels make of unchanging weights is kept. */
  readonly keepsPrepared: boolean;
  /** Where kernels are described that the first thread is to mark the end of; null: no marks. */
  readonly profiler: Profiler | null;
}

/** A program as a WebAssembly module that exports `step(tid, nthreads, table)`. */
export interface CompiledModule {
  readonly bytes: Uint8Array<ArrayBuffer>;
  scratchBytes(nthreads: number): number;
  /** Rough amount of work that threads can share, in additions. */
  readonly sharedWork: number;
  /** What is made of weights and kept: its size, and the state (by index) that it is made of. */
  readonly prepared: PreparedNeeds;
}

/** Compiles a schedule. */
export function compileModule(schedule: Schedule, layout: Layout, options: ModuleOptions): CompiledModule {
  const module = new ModuleBuilder();
  const { shared, maximumPages } = options.memory;
  module.importMemory({ module: "env", name: "memory", initial: 1, maximum: maximumPages, shared });
  const preparations = new Preparations(schedule, layout);
  const scope: ModuleScope = {
    module,
    host: importHost(module),
    relaxedSimd: options.relaxedSimd,
    winograd: options.winograd,
    shareAll: options.shareAll,
    isKept: (operand) => options.keepsPrepared && preparations.keeps(operand),
  };
  const { profiler } = options;
  const profile =
    profiler === null ? null : { profiler, mark: module.importFunction("profile", "mark", ["i32"]) };
  const step = new StepEmitter(schedule, layout, scope, emitBarrier(module), preparations, profile);
  step.emit();
  return {
    bytes: module.toBytes(),
    scratchBytes: (n) => step.scratchBytes(n),
    sharedWork: step.sharedWork,
    prepared: preparations.needs,
  };
}
