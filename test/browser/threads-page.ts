// Runs in a page: one program on one thread and on several, without blocking the page.
import { ProgramBuilder, withBuilder } from "../../src/ir/program.ts";
import * as p from "../../src/ops/core/primitives/index.ts";
import { WasmBackend } from "../../src/backend/wasm/backend.ts";
import { setThreadCount } from "../../src/backend/wasm/threads/settings.ts";

export interface ThreadsResult {
  readonly threadedRuns: number;
  readonly isEqual: boolean;
}

export async function run(): Promise<ThreadsResult> {
  const builder = new ProgramBuilder();
  const x = builder.input({ shape: [256, 512], dtype: "float32" });
  const w = builder.stateInput({ shape: [512, 512], dtype: "float32" });
  const [y, next] = withBuilder(builder, () => {
    const product = p.matmul(x, w);
    return [p.tanh(product), p.add(w, p.scale(p.matmul(p.transpose(x, [1, 0]), product), 1e-4))] as const;
  });
  const program = builder.finish([y], [next]);
  const inputs = [Float32Array.from({ length: 256 * 512 }, (_, i) => Math.sin(i))];
  const steps = 40;
  const compute = async (
    threads: number,
  ): Promise<{ y: ArrayLike<number>; w: ArrayLike<number>; runs: number }> => {
    setThreadCount(threads);
    const backend = new WasmBackend();
    const executable = backend.compile(program);
    const state = [
      backend.allocate(
        w,
        Float32Array.from({ length: 512 * 512 }, (_, i) => Math.cos(i) / 100),
      ),
    ];
    let result: ArrayLike<number> = [];
    for (let step = 0; step < steps; step++) {
      [result = []] = (await executable.runAsync(inputs, state)).map((array) => Array.from(array, Number));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const runs = backend.engine.threadedRuns;
    backend.engine.close();
    return { y: result, w: Array.from(state[0]?.read() ?? [], Number), runs };
  };
  const one = await compute(1);
  const two = await compute(2);
  const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
    a.length > 0 && a.length === b.length && Array.from(a).every((value, i) => Object.is(value, b[i]));
  return { threadedRuns: two.runs, isEqual: same(one.y, two.y) && same(one.w, two.w) };
}
