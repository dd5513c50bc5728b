import { controlWords as word } from "./control.ts";

/** How long a worker looks for the next step before it goes to sleep. */
const spinMs = 0.1;

/**
 * The program of a worker. The first message brings memory and the worker's number; later ones modules by program
 * number (null: forget it). Between messages the worker sleeps in `Atomics.wait`, and leaves it when it is told that
 * a message is on its way. `onMessage` is the platform's. Kernels that workers run call none of the host functions.
 */
export function workerScript(controlAddress: number, hostNames: readonly string[]): string {
  return `
let words, memory, tid, received = 0, command = 0, steps = 0;
const programs = new Map();
const host = Object.fromEntries(${JSON.stringify(hostNames)}.map((name) => [name, () => { throw new Error(name); }]));
const changed = () => Atomics.load(words, ${word.command}) !== command;
function work() {
  for (;;) {
    if (Atomics.load(words, ${word.posted}) > received) return;
    const until = performance.now() + ${spinMs};
    while (!changed() && performance.now() < until);
    while (!changed()) Atomics.wait(words, ${word.command}, command);
    command = Atomics.load(words, ${word.command});
    if (Atomics.load(words, ${word.steps}) === steps) continue;
    steps = Atomics.load(words, ${word.steps});
    try {
      const step = programs.get(Atomics.load(words, ${word.program}));
      step(tid, Atomics.load(words, ${word.threads}), Atomics.load(words, ${word.table}));
      if (tid === 0) {
        Atomics.store(words, ${word.done}, steps);
        Atomics.notify(words, ${word.done});
      }
    } catch (error) {
      Atomics.store(words, ${word.failed}, 1);
      Atomics.notify(words, ${word.barriersPassed});
      Atomics.notify(words, ${word.done});
      throw error;
    }
  }
}
onMessage((message) => {
  if (message.memory) {
    memory = message.memory;
    tid = message.tid;
    words = new Int32Array(memory.buffer, ${controlAddress}, 256);
  } else if (message.module) {
    programs.set(message.program, new WebAssembly.Instance(message.module, { env: { memory }, host, profile: { mark() {} } }).exports.step);
  } else {
    programs.delete(message.program);
  }
  received++;
  Atomics.store(words, ${word.received} + tid, received);
  Atomics.notify(words, ${word.received} + tid);
  work();
});
`;
}
