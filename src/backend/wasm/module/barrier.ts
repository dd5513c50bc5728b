import { atomicI32, i32, type FunctionHandle, type ModuleBuilder } from "../assembler/index.ts";

/** Rounds of looking before a waiting thread goes to sleep: some forty microseconds. */
const spinRounds = 16_384;
/** A sleeping thread looks whether another one has failed this often. */
const sleepNs = 1_000_000_000n;
/** A thread that has waited so many sleeps gives the others up. */
const mostSleeps = 60;

/**
 * The barrier: a function `(control, nthreads)` that returns when all threads have called it, and traps when one of
 * them has failed.
 *
 * `control` is the address of four words: how many have arrived, the number of barriers passed, whether a thread has
 * failed, and how many sleep. Waking is a call out of the module, so the last to arrive does it only for sleepers: one
 * who is about to sleep counts himself first, and then finds that the barrier is passed.
 */
export function emitBarrier(module: ModuleBuilder): FunctionHandle {
  return module.function(["i32", "i32"], [], (fn) => {
    const [control, threads] = [fn.param("i32", 0), fn.param("i32", 1)];
    const passed = fn.local("i32", atomicI32.load(control, 4));
    const rounds = fn.local("i32");
    const isLast = i32.eq(i32.add(atomicI32.add(control, 1), 1), threads);
    fn.if(
      isLast,
      () => {
        fn.atomicStore(control, i32.const(0));
        fn.atomicStore(control, i32.add(passed, 1), 4);
        fn.if(atomicI32.load(control, 12), () => fn.drop(atomicI32.notify(control, -1, 4)));
      },
      () => {
        const waiting = i32.eq(atomicI32.load(control, 4), passed);
        fn.while(i32.and(waiting, i32.ltS(rounds, spinRounds)), () => fn.increment(rounds, 1));
        fn.set(rounds, 0);
        fn.while(waiting, () => {
          fn.if(i32.or(atomicI32.load(control, 8), i32.gtS(rounds, mostSleeps)), () => fn.unreachable());
          fn.drop(atomicI32.add(control, 1, 12));
          fn.drop(atomicI32.wait(control, passed, sleepNs, 4));
          fn.drop(atomicI32.add(control, -1, 12));
          fn.increment(rounds, 1);
        });
      },
    );
  });
}
