import { getBackend, useBackend } from "../../src/backend/index.ts";
import type { Backend, DeviceBuffer, Executable } from "../../src/backend/contract.ts";
import { schedule } from "../../src/compiler/compile.ts";
import type { Schedule } from "../../src/compiler/kernel-ir/kernel-ir.ts";
import { peakLiveBytes } from "../../src/compiler/schedule/memory-plan.ts";
import { allocate, bytesOf, type DType, type TypedArray } from "../../src/ir/dtypes.ts";
import type { Aval, Program } from "../../src/ir/program.ts";
import { sizeOf } from "../../src/ir/shape.ts";

/** A backend that computes nothing: all values are zeros. It shows what programs models become, however large. */
export class DryBackend implements Backend {
  readonly name = "dry";
  readonly programs: Program[] = [];

  supports(): boolean {
    return true;
  }

  allocate({ shape, dtype }: Aval): DeviceBuffer {
    const size = sizeOf(shape);
    const read = (): TypedArray => allocate<DType>(dtype, size);
    return { shape, dtype, byteLength: size * bytesOf(dtype), read, write: () => undefined };
  }

  compile(program: Program): Executable {
    this.programs.push(program);
    const run = (): TypedArray[] =>
      program.outputs.map(({ shape, dtype }) => allocate<DType>(dtype, sizeOf(shape)));
    return { run, runAsync: () => Promise.resolve(run()) };
  }
}

/** The largest program that `action` has compiled, without running any of them. */
export async function largestProgram(action: () => unknown): Promise<Program> {
  const before = getBackend();
  const dry = new DryBackend();
  useBackend(dry);
  try {
    await action();
  } finally {
    useBackend(before);
  }
  const [largest] = dry.programs.toSorted((a, b) => b.equations.length - a.equations.length);
  if (largest === undefined) throw new Error("nothing was compiled");
  return largest;
}

/** How much memory a schedule plans, and how much of it is in use at once at least. */
export interface PlannedMemory {
  readonly arenaBytes: number;
  readonly liveBytes: number;
  /** Weights, slots, counters. */
  readonly stateBytes: number;
}

export function plannedMemory(program: Program, planned: Schedule = schedule(program)): PlannedMemory {
  return {
    arenaBytes: planned.arenaBytes,
    liveBytes: peakLiveBytes(planned.buffers, planned.items, new Set(planned.outputs)),
    stateBytes: program.state.reduce((sum, { shape, dtype }) => sum + sizeOf(shape) * bytesOf(dtype), 0),
  };
}
