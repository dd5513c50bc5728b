import type { Access, Item, StructuredKernel } from "../../../compiler/kernel-ir/kernel-ir.ts";
import type { FunctionHandle } from "../assembler/index.ts";
import type { ModuleScope } from "../math/scope.ts";

/**
 * The code of a structured kernel: functions `(…operands, scratch, tid, nthreads, …extra)`, all i32, that all threads
 * call one after the other, with a barrier between them.
 */
export interface StructuredCode {
  readonly phases: readonly FunctionHandle[];
  /** The leading parameters: byte addresses of these accesses at index 0. */
  readonly operands: readonly Access[];
  /**
   * Phases that make of one operand what the others take in its place: `(…operands, target, tid, nthreads)` with
   * `bytes` bytes at the target. Run only after that operand has changed.
   */
  readonly preparation?: {
    readonly operand: number;
    readonly phases: readonly FunctionHandle[];
    readonly bytes: number;
  };
  /** Further addresses, after `nthreads`. */
  readonly extra: readonly Access[];
  /** False: one thread does all of it; the others must not call. */
  readonly isParallel: boolean;
  /** Rough amount of work, in additions. */
  readonly work: number;
  /** Floating-point operations, for profiles of products and convolutions. */
  readonly flops?: number;
  scratchBytes(nthreads: number): number;
}

/** Either code, or other items that compute the same. */
export type StructuredResult = StructuredCode | { readonly items: readonly Item[] };

/** Generates the code of a structured primitive. */
export type EmitStructured = (shared: ModuleScope, kernel: StructuredKernel) => StructuredResult;
