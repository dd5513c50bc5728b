import { atomicI32, atomicNotify, i32, type FunctionHandle, type ModuleBuilder } from "../assembler/index.ts";

/** Rounds of looking before a waiting thread goes to sleep: some ten microseconds. */
const spinRounds = 4096;

/**
 * The barrier: a function `(control, nthreads)` that returns when all threads have called it.
 *
 * `control` is the address of two words: how many have arrived, and the number of barriers passed.
 */
export function emitBarrier(module: ModuleBuilder): FunctionHandle {
  return module.function(["i32", "i32"], [], (fn) => {
    const [control, threads] = [fn.param("i32", 0), fn.param("i32", 1)];
    const generation = fn.local("i32", atomicI32.load(control, 4));
    const rounds = fn.local("i32");
    const isLast = i32.eq(i32.add(atomicI32.add(control, 1), 1), threads);
    fn.if(
      isLast,
      () => {
        fn.atomicStore(control, i32.const(0));
        fn.atomicStore(control, i32.add(generation, 1), 4);
        fn.drop(atomicNotify(control, -1, 4));
      },
      () => {
        const waiting = i32.eq(atomicI32.load(control, 4), generation);
        fn.while(i32.and(waiting, i32.ltS(rounds, spinRounds)), () => fn.increment(rounds, 1));
        fn.while(waiting, () => fn.drop(atomicI32.wait(control, generation, -1n, 4)));
      },
    );
  });
}
