import { afterEach, describe, expect, it, vi } from "vitest";
import { randomNumbers, sampleInputs, sampleProgram } from "../../../../test/primitives/sample-data.ts";
import type { TypedArray } from "../../../ir/dtypes.ts";
import { ProgramBuilder, withBuilder, type Program, type Var } from "../../../ir/program.ts";
import { allPrimitives } from "../../../ir/primitives/all.ts";
import * as p from "../../../ir/primitives/index.ts";
import { sizeOf } from "../../../ir/shape.ts";
import { DeviceError, OptionError } from "../../../util/errors.ts";
import { needAllKernels } from "../../kernels/all.ts";
import { WasmBackend } from "../backend.ts";
import { setThreadCount, threadCount } from "./settings.ts";

/** A program with products, reductions of all kinds, a loop and work of one thread in between. */
function program(): Program {
  const builder = new ProgramBuilder();
  const x = builder.input({ shape: [192, 256], dtype: "float32" });
  const w = builder.stateInput({ shape: [256, 160], dtype: "float32" });
  const [results, next] = withBuilder(builder, (): [Var[], Var] => {
    const y = p.tanh(p.matmul(x, w));
    const rows = p.reduceMax(y, [1]);
    const soft = p.exp(p.sub(y, p.broadcast(rows, y.shape, [0])));
    const columns = p.reduceSum(soft, [0]);
    const total = p.reduceSum(soft, [0, 1]);
    const gradient = p.matmul(p.transpose(x, [1, 0]), soft);
    const scaled = p.mul(
      gradient,
      p.broadcast(p.div(columns, p.broadcast(total, columns.shape, [])), gradient.shape, [1]),
    );
    const picked = p.gather(soft, p.cast(p.abs(p.slice(p.reshape(x, [192 * 256]), [0], [500])), "int32"), 0);
    return [
      [y, rows, columns, total, p.reduceSum(picked, [0]), p.cumSum(columns, 0)],
      p.sub(w, p.mul(scaled, p.fullLike(w, 1e-3))),
    ];
  });
  return builder.finish(results, [next]);
}

async function runs(
  threads: number,
  count: number,
): Promise<{ readonly outputs: TypedArray[]; readonly state: TypedArray; readonly threaded: boolean }> {
  setThreadCount(threads);
  const backend = new WasmBackend();
  const compiled = program();
  const random = randomNumbers(7);
  const fill = (values: readonly Var[]): Float32Array[] =>
    values.map(({ shape }) => Float32Array.from({ length: sizeOf(shape) }, () => random() * 2 - 1));
  const [inputs, [weights]] = [fill(compiled.inputs), fill(compiled.state)];
  const executable = backend.compile(compiled);
  const state = compiled.state.map((value) => backend.allocate(value, weights));
  let outputs: TypedArray[] = [];
  // The first run is on one thread; the others receive the program while the main thread is idle.
  outputs = executable.run(inputs, state);
  if (threads > 1) {
    const other = compiled.state.map((value) => backend.allocate(value, weights));
    const isShared = (): boolean =>
      executable.run(inputs, other).length > 0 && backend.engine.threadedRuns > 0;
    await vi.waitUntil(isShared, { timeout: 200_000 });
  }
  for (let i = 1; i < count; i++) outputs = executable.run(inputs, state);
  const threaded = backend.engine.threadedRuns > 0;
  const [buffer] = state;
  backend.engine.close();
  return { outputs, state: buffer?.read() ?? new Float32Array(0), threaded };
}

needAllKernels();

afterEach(() => setThreadCount(null));

describe("threads", () => {
  it("give the same bits, whatever their number", async () => {
    const one = await runs(1, 12);
    expect(one.threaded).toBe(false);
    for (const threads of [2, 3, 5]) {
      const several = await runs(threads, 12);
      expect(several.threaded).toBe(true);
      several.outputs.forEach((output, i) =>
        expect(output, `output ${i} on ${threads} threads`).toEqual(one.outputs[i]),
      );
      expect(several.state).toEqual(one.state);
    }
  });

  it("share every kernel alike", async () => {
    const samples = allPrimitives.flatMap((primitive) =>
      primitive.samples().map((sample, seed) => ({
        name: primitive.name,
        program: sampleProgram(primitive, sample),
        inputs: sampleInputs(sample, seed),
      })),
    );
    setThreadCount(1);
    const single = new WasmBackend({ shareAll: true });
    const expected = samples.map(({ program: one, inputs }) => single.compile(one).run(inputs, []));
    setThreadCount(3);
    const several = new WasmBackend({ shareAll: true });
    const executables = samples.map(({ program: one }) => several.compile(one));
    // The first run sends a program to the threads, a later one uses them.
    executables.forEach((executable, i) => executable.run(samples[i]?.inputs ?? [], []));
    await vi.waitUntil(
      () => {
        const before = several.engine.threadedRuns;
        const last = executables.findLastIndex((executable, i) => {
          executable.run(samples[i]?.inputs ?? [], []);
          return several.engine.threadedRuns > before;
        });
        return last >= samples.length - 10;
      },
      { timeout: 200_000 },
    );
    const before = several.engine.threadedRuns;
    executables.forEach((executable, i) => {
      const { name = "", inputs = [] } = samples[i] ?? {};
      expect(executable.run(inputs, []), name).toEqual(expected[i]);
    });
    expect(several.engine.threadedRuns - before).toBeGreaterThan(samples.length / 2);
    several.engine.close();
  });

  it("move to shared memory when they are asked for later", async () => {
    setThreadCount(1);
    const backend = new WasmBackend();
    const compiled = program();
    const executable = backend.compile(compiled);
    const weights = backend.allocate(
      { shape: [256, 160], dtype: "float32" },
      new Float32Array(256 * 160).fill(0.01),
    );
    const inputs = [Float32Array.from({ length: 192 * 256 }, (_, i) => Math.sin(i))];
    const first = executable.run(inputs, [weights]);
    setThreadCount(2);
    weights.write(new Float32Array(256 * 160).fill(0.01));
    const second = executable.run(inputs, [weights]);
    expect(backend.engine.heap.shared).toBe(true);
    expect(second).toEqual(first);
    backend.engine.close();
  });

  it("end with an error, not a hang, when one of them is lost", async () => {
    setThreadCount(2);
    const backend = new WasmBackend();
    const compiled = program();
    const executable = backend.compile(compiled);
    const weights = backend.allocate({ shape: [256, 160], dtype: "float32" });
    const inputs = [new Float32Array(192 * 256)];
    while (backend.engine.threadedRuns === 0) {
      executable.run(inputs, [weights]);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    backend.engine.pool?.close();
    expect(() => executable.run(inputs, [weights])).toThrow(DeviceError);
    // Others take their place.
    const before = backend.engine.threadedRuns;
    await vi.waitUntil(
      () => executable.run(inputs, [weights]).length === 6 && backend.engine.threadedRuns > before,
    );
    backend.engine.close();
  });

  it("are a positive number", () => {
    setThreadCount(3);
    expect(threadCount()).toBe(3);
    expect(() => setThreadCount(0)).toThrow(OptionError);
    expect(() => setThreadCount(1.5)).toThrow(OptionError);
  });
});
