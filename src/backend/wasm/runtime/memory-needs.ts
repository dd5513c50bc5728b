import type { Schedule } from "../../../compiler/kernel-ir/kernel-ir.ts";
import { bytesOf } from "../../../ir/dtypes.ts";
import { DeviceError } from "../../../util/errors.ts";
import { megabytes } from "./heap.ts";

/** Bytes that a program takes up while it runs. */
export interface MemoryNeeds {
  /** Intermediate values, and what kernels work in. */
  readonly workspace: number;
  /** Weights, optimizer slots and the like; constants. */
  readonly persistent: number;
  readonly inputs: number;
}

/** What a program takes up on one thread, but for the memory that kernels work in. */
export function needsOf({ buffers, arenaBytes }: Schedule): MemoryNeeds {
  const sum = { state: 0, constant: 0, input: 0, arena: 0 };
  for (const { home, size, dtype } of buffers) sum[home.kind] += size * bytesOf(dtype);
  return { workspace: arenaBytes, persistent: sum.state + sum.constant, inputs: sum.input };
}

/** All of it. */
export function totalOf({ workspace, persistent, inputs }: MemoryNeeds): number {
  return workspace + persistent + inputs;
}

/** The error of a program that is too large for the memory there is. */
export function tooLarge(needs: MemoryNeeds, limitBytes: number): DeviceError {
  const { workspace, persistent, inputs } = needs;
  return new DeviceError(
    `wasm backend: expected a program that fits ${megabytes(limitBytes)}, received one that needs ` +
      `${megabytes(totalOf(needs))}: ${megabytes(workspace)} for intermediate values, ${megabytes(persistent)} for ` +
      `weights and optimizer slots, ${megabytes(inputs)} for a batch. Use a smaller batch or a smaller model; nothing ` +
      `that was there is lost.`,
  );
}
