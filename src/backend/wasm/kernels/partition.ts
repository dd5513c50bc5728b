import { i32, type FunctionBuilder, type Local } from "../assembler/index.ts";

/** This thread's share `[from, to)` of `units` units of work: contiguous, as even as can be, the same on every run. */
export function shareOf(
  fn: FunctionBuilder,
  units: number,
  tid: Local<"i32">,
  nthreads: Local<"i32">,
): readonly [from: Local<"i32">, to: Local<"i32">] {
  const from = fn.local("i32", i32.divU(i32.mul(tid, units), nthreads));
  const to = fn.local("i32", i32.divU(i32.mul(i32.add(tid, 1), units), nthreads));
  return [from, to];
}
