import type { WindowAxis } from "../../src/compiler/kernel-ir/structured.ts";
import { ModuleBuilder, relaxedSimdSupported } from "../../src/backend/wasm/assembler/index.ts";
import type { KernelOptions, StructuredKernel } from "../../src/backend/wasm/kernels/kernel.ts";

/** A kernel instantiated over a memory of its own, for tests and benchmarks. */
export interface KernelHarness {
  readonly memory: WebAssembly.Memory;
  /** Byte address of each operand, in the order given. */
  readonly addresses: readonly number[];
  /** Runs all phases, the threads one after the other. */
  run(nthreads?: number): void;
  /** Size of the module. */
  readonly moduleBytes: number;
}

/** Options as the running engine allows. */
export function defaultOptions(): KernelOptions {
  return { relaxedSimd: relaxedSimdSupported() };
}

/**
 * Builds a module around one kernel. `operandBytes` are the sizes of the kernel's operands, `extraBytes` those of the
 * buffers whose addresses the epilogue takes.
 */
export function harness(
  emit: (module: ModuleBuilder) => StructuredKernel,
  operandBytes: readonly number[],
  extraBytes: readonly number[] = [],
): KernelHarness {
  const maxThreads = 4;
  const module = new ModuleBuilder();
  module.importMemory({ module: "env", name: "memory", initial: 1, maximum: 65_536 });
  const kernel = emit(module);
  kernel.phases.forEach((phase, i) => module.exportFunction(`phase${i}`, phase));
  let end = 64;
  const place = (bytes: number): number => {
    const address = end;
    end = Math.ceil((end + bytes + 192) / 64) * 64;
    return address;
  };
  const addresses = [...operandBytes, ...extraBytes].map(place);
  const scratch = place(kernel.scratchBytes(maxThreads));
  const memory = new WebAssembly.Memory({ initial: Math.ceil((end + 256) / 65_536), maximum: 65_536 });
  const bytes = module.toBytes();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const operands = addresses.slice(0, operandBytes.length);
  const extras = addresses.slice(operandBytes.length);
  const phases = kernel.phases.map((_, i) => {
    const phase = exports[`phase${i}`];
    if (typeof phase !== "function") throw new Error(`phase ${i} is not exported`);
    return phase;
  });
  return {
    memory,
    addresses,
    moduleBytes: bytes.length,
    run: (nthreads = 1) => {
      for (const phase of phases) {
        for (let tid = 0; tid < nthreads; tid++) phase(...operands, scratch, tid, nthreads, ...extras);
      }
    },
  };
}

/** An axis that windows slide along. */
export function axis(
  input: number,
  kernel: number,
  {
    stride = 1,
    dilation = 1,
    pad = 0,
  }: {
    readonly stride?: number;
    readonly dilation?: number;
    /** On both sides, or before and behind. */
    readonly pad?: number | readonly [number, number];
  } = {},
): WindowAxis {
  const [padLow, padHigh] = typeof pad === "number" ? [pad, pad] : pad;
  const output = Math.floor((input + padLow + padHigh - (kernel - 1) * dilation - 1) / stride) + 1;
  return { input, output, kernel, stride, dilation, padLow };
}

/** A small deterministic generator of numbers in (-1, 1). */
export function noise(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state / 2 ** 31;
  };
}

/** The largest difference of two arrays, as a share of the largest expected magnitude. */
export function worstError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let scale = 1e-30;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i] ?? 0));
    const difference = Math.abs((actual[i] ?? 0) - (expected[i] ?? 0));
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  }
  return worst / scale;
}
