import type { Access, Schedule } from "../../../compiler/kernel-ir/kernel-ir.ts";
import { bytesOf } from "../../../ir/dtypes.ts";

/** Whether two accesses may touch the same memory: one buffer, or overlapping stretches of the arena. */
export function mayOverlap(schedule: Schedule, a: Access, b: Access): boolean {
  if (a.buffer === b.buffer) return true;
  const [left, right] = [schedule.buffers[a.buffer], schedule.buffers[b.buffer]];
  if (left?.home.kind !== "arena" || right?.home.kind !== "arena") return false;
  const end = (buffer: typeof left, start: number): number => start + buffer.size * bytesOf(buffer.dtype);
  const [from, to] = [left.home.byteOffset, right.home.byteOffset];
  return from < end(right, to) && to < end(left, from);
}
