import { remembered } from "../../../util/remembered.ts";
import type {
  Expr,
  FunctionBuilder,
  FunctionHandle,
  Local,
  ModuleBuilder,
  Several,
  ValueType,
} from "../assembler/index.ts";

/**
 * A generated structured kernel.
 *
 * Every phase is a function of signature `(…operands, scratch, tid, nthreads, …epilogue)`, all i32: byte addresses of
 * the operands (16-byte aligned is fastest), address of `scratchBytes(nthreads)` of scratch memory, this thread's
 * number and the number of threads, then the epilogue's own addresses. All threads call all phases in order and meet
 * at a barrier between them. Results are bit-equal for any `nthreads`.
 *
 * Kernels may read, and ignore, up to 128 bytes beyond the end of an operand: the arena must extend that far.
 */
export interface StructuredKernel {
  readonly phases: readonly FunctionHandle[];
  /**
   * Of a descriptor with `isPrepared`: phases that make of operand b what the others take in its place. In the place of
   * scratch memory they get the address of `bytes` bytes; the other operands are not read.
   */
  readonly preparation?: { readonly phases: readonly FunctionHandle[]; readonly bytes: number };
  /** Bytes of scratch memory, shared by all threads. */
  scratchBytes(nthreads: number): number;
}

/** Where in the result an epilogue works. */
export interface EpiloguePosition {
  /** Row of the result: `m` of a product, linear output pixel (batch included) of a convolution. */
  readonly row: Local<"i32">;
  /** First of the four columns: `n` of a product, output channel of a convolution. */
  readonly column: Local<"i32">;
  /** Linear index over the product's batch axes; constant 0 for convolutions. */
  readonly batch: Expr<"i32">;
  /** The epilogue's own parameters, in the order of the kernel signature. */
  readonly params: readonly Local<"i32">[];
}

/**
 * Code fused behind a product or convolution: bias, activation, anything element-wise. Applied once to each finished
 * value, to four neighbouring columns at a time; lanes past the last column hold garbage that is not stored, so
 * reads at `(row, column)` may run up to 12 bytes past a row.
 */
export interface Epilogue {
  /** Extra i32 parameters (addresses of the other operands) appended to each phase's signature. */
  readonly paramCount: number;
  /** Tells apart kernels of one descriptor with different epilogues. */
  readonly key: string;
  /** Whether the transformed value takes the place of the kernel's own; if not, that one is needed by nobody else. */
  readonly storesResult: boolean;
  /**
   * Emits what is the same along a row; gives the emitter of the transformed value of four columns, of which only the
   * first `lanes` exist. `value` is a local and may be used repeatedly. Statements may be emitted before the value.
   */
  emitRow(fn: FunctionBuilder, at: EpiloguePosition): (value: Local<"v128">, lanes: number) => Expr<"v128">;
}

/** Options of code generation, the same for a whole module. */
export interface KernelOptions {
  /** Use relaxed-SIMD fused multiply-add. */
  readonly relaxedSimd: boolean;
}

const sharedFunctions = new WeakMap<ModuleBuilder, Map<string, FunctionHandle>>();

/** The function known by `key` in this module, built the first time it is asked for. */
export function sharedFunction(
  module: ModuleBuilder,
  key: string,
  build: () => FunctionHandle,
): FunctionHandle {
  return remembered(
    remembered(sharedFunctions, module, () => new Map<string, FunctionHandle>()),
    key,
    build,
  );
}

/** `count` i32 parameter types. */
export function i32Params(count: number): ValueType[] {
  return Array.from({ length: count }, () => "i32" as const);
}

/** The first `count` parameters of a function, all i32, starting at `from`. */
export function i32ParamLocals<const N extends number>(
  fn: FunctionBuilder,
  from: number,
  count: N,
): Several<Local<"i32">, N> {
  const params = Array.from({ length: count }, (_, i) => fn.param("i32", from + i));
  return params as readonly Local<"i32">[] as Several<Local<"i32">, N>; // SAFETY: so many
}
