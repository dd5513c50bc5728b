import { i32, i64, v128, type FunctionBuilder, type Local } from "../assembler/index.ts";

/** Bytes copied without a loop. */
const straightBytes = 128;

/**
 * Copies a known number of bytes from one address to another, in vectors; both addresses are left as they were.
 * The stretches must not overlap.
 */
export function copyRun(
  fn: FunctionBuilder,
  target: Local<"i32">,
  source: Local<"i32">,
  bytes: number,
): void {
  const straight = (to: Local<"i32">, from: Local<"i32">, count: number): void => {
    let done = 0;
    for (; done + 16 <= count; done += 16) fn.store(to, v128.load(from, done), done);
    for (; done + 8 <= count; done += 8) fn.store(to, i64.load(from, done), done);
    for (; done + 4 <= count; done += 4) fn.store(to, i32.load(from, done), done);
    for (; done < count; done++) fn.store8(to, i32.load8U(from, done), done);
  };
  if (bytes <= straightBytes) return straight(target, source, bytes);
  fn.scratch("i32", (to) =>
    fn.scratch("i32", (from) => {
      fn.set(to, target);
      fn.set(from, source);
      fn.scratch("i32", (rounds) => {
        fn.repeat(rounds, Math.floor(bytes / 64), () => {
          straight(to, from, 64);
          fn.increment(to, 64);
          fn.increment(from, 64);
        });
      });
      straight(to, from, bytes % 64);
    }),
  );
}

/** Copies a whole array unless both addresses are the same. */
export function copyArray(
  fn: FunctionBuilder,
  target: Local<"i32">,
  source: Local<"i32">,
  bytes: number,
): void {
  fn.if(i32.ne(target, source), () => fn.memoryCopy(target, source, bytes));
}
