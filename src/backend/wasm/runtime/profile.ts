import type {
  Access,
  LoopKernel,
  Schedule,
  StructuredKernel,
} from "../../../compiler/kernel-ir/kernel-ir.ts";
import { bytesOf } from "../../../ir/dtypes.ts";
import { nowMs } from "../../../util/platform/index.ts";
import type { Engine } from "./engine.ts";

/** What a kernel of a program is, for a profile. */
export interface KernelInfo {
  readonly label: string;
  /** Sizes that the kernel goes over: of its result, or of its loops with the reduced ones last. */
  readonly shape: readonly number[];
  /** Floating-point operations of a product or convolution in one call; null for other work. */
  readonly flops: number | null;
  /** Bytes read and written in one call, each array counted once. */
  readonly bytes: number;
}

/** Time spent in one kernel. */
export interface KernelProfile extends KernelInfo {
  readonly calls: number;
  readonly ms: number;
  /** Part of the time in all kernels, 0–1. */
  readonly share: number;
  /** Billions of floating-point operations a second; null where they are not counted. */
  readonly gflops: number | null;
  /** Gigabytes read and written a second. */
  readonly gigabytesPerSecond: number;
}

/** How a profile is made. */
export interface ProfileOptions {
  /**
   * Runs first, and is not counted: programs are compiled anew for a profile, and engines optimise code only after it
   * has run for a while.
   */
  readonly warmUp?: () => unknown;
}

/** Collects the time between marks that generated code makes after each kernel. */
export class Profiler {
  readonly #kernels: { readonly info: KernelInfo; calls: number; ms: number }[] = [];
  #last = 0;

  /** Adds a kernel of a schedule; gives the number it is marked by. */
  add(schedule: Schedule, kernel: LoopKernel | StructuredKernel, flops: number | null): number {
    return this.#kernels.push({ info: kernelInfo(schedule, kernel, flops), calls: 0, ms: 0 }) - 1;
  }

  /** The kernel of this number has just ended; −1: a step begins. */
  mark(kernel: number): void {
    const now = nowMs();
    const entry = this.#kernels[kernel];
    if (entry !== undefined) {
      entry.calls++;
      entry.ms += now - this.#last;
    }
    this.#last = nowMs();
  }

  /** Forgets the times so far. */
  clear(): void {
    for (const kernel of this.#kernels) [kernel.calls, kernel.ms] = [0, 0];
  }

  /** All kernels that have run, those that took most time first; equal ones of several programs as one. */
  report(): KernelProfile[] {
    const merged = new Map<string, { readonly info: KernelInfo; calls: number; ms: number }>();
    for (const { info, calls, ms } of this.#kernels) {
      if (calls === 0) continue;
      const key = JSON.stringify(info);
      const known = merged.get(key) ?? { info, calls: 0, ms: 0 };
      known.calls += calls;
      known.ms += ms;
      merged.set(key, known);
    }
    const entries = [...merged.values()];
    const total = entries.reduce((sum, { ms }) => sum + ms, 0);
    return entries
      .map(({ info, calls, ms }) => ({
        ...info,
        calls,
        ms,
        share: total === 0 ? 0 : ms / total,
        gflops: info.flops === null ? null : (info.flops * calls) / Math.max(ms, 1e-9) / 1e6,
        gigabytesPerSecond: (info.bytes * calls) / Math.max(ms, 1e-9) / 1e6,
      }))
      .toSorted((a, b) => b.ms - a.ms);
  }
}

/**
 * Times each kernel while `action` runs. Programs are compiled anew for it, so what runs for the first time costs
 * more than it will: `warmUp` takes that away.
 */
export async function profile(
  engine: Engine,
  action: () => unknown,
  { warmUp }: ProfileOptions = {},
): Promise<KernelProfile[]> {
  const profiler = new Profiler();
  engine.profiler = profiler;
  try {
    await warmUp?.();
    profiler.clear();
    await action();
  } finally {
    engine.profiler = null;
  }
  return profiler.report();
}

function bytesTouched(
  schedule: Schedule,
  accesses: readonly (readonly [Access, readonly number[]])[],
): number {
  const counted = new Map<string, number>();
  for (const [{ buffer, offset, strides }, dims] of accesses) {
    const spec = schedule.buffers[buffer];
    if (spec === undefined) continue;
    const elements = dims.reduce((product, size, d) => (strides[d] === 0 ? product : product * size), 1);
    counted.set(`${buffer}+${offset}`, Math.min(elements, spec.size) * bytesOf(spec.dtype));
  }
  return [...counted.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** Describes a kernel of a schedule. */
function kernelInfo(
  schedule: Schedule,
  kernel: LoopKernel | StructuredKernel,
  flops: number | null,
): KernelInfo {
  if (kernel.kind === "loop") {
    const dims = [...kernel.outer, ...kernel.inner];
    const loads = kernel.nodes.flatMap((node) =>
      node.kind === "load" ? [[node.access, dims] as const] : [],
    );
    const stores = kernel.stores.map(({ access }) => [access, dims] as const);
    return { label: kernel.label, shape: dims, flops, bytes: bytesTouched(schedule, [...loads, ...stores]) };
  }
  const shape = kernel.outputs[0]?.shape ?? [];
  const operands = [...kernel.inputs, ...kernel.outputs].map(
    (operand) => [operand.access, operand.shape] as const,
  );
  const loads = (kernel.epilogue?.nodes ?? []).flatMap((node) =>
    node.kind === "load" ? [[node.access, shape] as const] : [],
  );
  const stores = (kernel.epilogue?.stores ?? []).map(({ access }) => [access, shape] as const);
  return {
    label: kernel.label,
    shape,
    flops,
    bytes: bytesTouched(schedule, [...operands, ...loads, ...stores]),
  };
}
