import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import type { TypedArray } from "../../../ir/dtypes.ts";
import { ProgramBuilder, withBuilder } from "../../../ir/program.ts";
import * as p from "../../../ops/core/primitives/index.ts";
import { DeviceError } from "../../../util/errors.ts";
import type { DeviceBuffer, Executable } from "../../contract.ts";
import { WasmBackend } from "../backend.ts";
import { setThreadCount } from "./settings.ts";

// As on the main thread of a page, which must not block: all threads are workers.
vi.mock(import("../../../util/platform/workers.ts"), async (original) => ({
  ...(await original()),
  canBlock: () => false,
}));

const MiB = 2 ** 20;
/** 1 MiB of weights: a step on them takes some milliseconds. */
const n = 512;

/** Adds its input to constant weights, by way of a product that takes its time; gives the largest of them, and all. */
function growing(backend: WasmBackend): Executable {
  const builder = new ProgramBuilder();
  const x = builder.input({ shape: [], dtype: "float32" });
  const w = builder.stateInput({ shape: [n, n], dtype: "float32" });
  const { next, most } = withBuilder(builder, () => {
    // Rows of a product of constant matrices are constant: n · w² / (n · w) = w.
    const product = p.matmul(w, w);
    const scaled = p.div(product, p.mul(w, p.fullLike(w, n)));
    const next = p.add(scaled, p.broadcast(x, [n, n], []));
    return { next, most: p.reduceMax(next, [0, 1]) };
  });
  return backend.compile(builder.finish([most, next], [next]));
}

function weights(backend: WasmBackend, value: number): DeviceBuffer {
  return backend.allocate({ shape: [n, n], dtype: "float32" }, new Float32Array(n * n).fill(value));
}

const one = Float32Array.of(1);

/** Starts the threads, and gives them the program. */
async function warm(backend: WasmBackend, executable: Executable, state: DeviceBuffer): Promise<void> {
  while (backend.engine.threadedRuns === 0) await executable.runAsync([Float32Array.of(0)], [state]);
}

/** Begins a run and comes back while the workers are at it. */
async function begin(
  backend: WasmBackend,
  executable: Executable,
  state: DeviceBuffer,
): Promise<{ readonly done: Promise<TypedArray[]> }> {
  const before = backend.engine.threadedRuns;
  const done = Promise.resolve(executable.runAsync([one], [state]));
  while (backend.engine.threadedRuns === before) await Promise.resolve();
  return { done };
}

function constant(data: TypedArray | undefined): number {
  const values = new Set(data as Float32Array);
  expect([...values]).toHaveLength(1);
  return Number(data?.[0]);
}

const backends: WasmBackend[] = [];
function backendOf(memoryBytes: number): WasmBackend {
  setThreadCount(2);
  const backend = new WasmBackend({ memoryBytes });
  backends.push(backend);
  return backend;
}

afterEach(() => {
  for (const backend of backends.splice(0)) backend.engine.close();
});
afterAll(() => setThreadCount(null));

describe("a step on threads apart from the calling one", () => {
  it("has changed its variables before they are read or written", async () => {
    const backend = backendOf(64 * MiB);
    const executable = growing(backend);
    const w = weights(backend, 1);
    await warm(backend, executable, w);
    const reading = await begin(backend, executable, w);
    expect(constant(w.read())).toBe(2);
    const [most] = await reading.done;
    expect(most?.[0]).toBe(2);
    const writing = await begin(backend, executable, w);
    w.write(new Float32Array(n * n).fill(7));
    expect((await writing.done)[0]?.[0]).toBe(3);
    expect(constant(w.read())).toBe(7);
  });

  it("keeps its results from a run on the calling thread that changes the same variables", async () => {
    const backend = backendOf(64 * MiB);
    const executable = growing(backend);
    const w = weights(backend, 1);
    await warm(backend, executable, w);
    const { done } = await begin(backend, executable, w);
    const [most, next] = executable.run([one], [w]);
    expect([most?.[0], constant(next)]).toEqual([3, 3]);
    const results = await done;
    expect([results[0]?.[0], constant(results[1])]).toEqual([2, 2]);
  });

  it("keeps its results when its variables leave the memory before they are read", async () => {
    const backend = backendOf(10 * MiB);
    const executable = growing(backend);
    const w = weights(backend, 1);
    await warm(backend, executable, w);
    const { done } = await begin(backend, executable, w);
    // Others need the room at once.
    const others = Array.from({ length: 8 }, (_, i) => weights(backend, 10 + i));
    others.forEach((other, i) => expect(executable.run([one], [other])[0]?.[0]).toBe(11 + i));
    const results = await done;
    expect([results[0]?.[0], constant(results[1])]).toEqual([2, 2]);
    expect(constant(w.read())).toBe(2);
  });

  it("finds its variables where they are: those that left come back, in any order", async () => {
    const backend = backendOf(10 * MiB);
    const executable = growing(backend);
    const all = Array.from({ length: 12 }, (_, i) => weights(backend, i + 1));
    await warm(backend, executable, all[0] as DeviceBuffer); // SAFETY: one of 12
    for (let round = 1; round <= 3; round++) {
      const results = await Promise.all(all.map(async (w) => executable.runAsync([one], [w])));
      results.forEach(([most], i) => expect(most?.[0]).toBe(i + 1 + round));
    }
    all.forEach((w, i) => expect(constant(w.read())).toBe(i + 4));
    expect(backend.engine.heap.totalBytes).toBeLessThanOrEqual(10 * MiB);
  });

  it("goes on while another program is compiled and its memory grows", async () => {
    const backend = backendOf(256 * MiB);
    const executable = growing(backend);
    const w = weights(backend, 1);
    await warm(backend, executable, w);
    const { done } = await begin(backend, executable, w);
    const other = growing(backend);
    const large = backend.allocate(
      { shape: [16 * MiB], dtype: "float32" },
      new Float32Array(16 * MiB).fill(3),
    );
    expect(large.read()[5]).toBe(3);
    const [most] = await done;
    expect(most?.[0]).toBe(2);
    expect((await other.runAsync([one], [w]))[0]?.[0]).toBe(3);
  });

  it("that failed gives an error to who waits for it, and those that follow run", async () => {
    const backend = backendOf(64 * MiB);
    const executable = growing(backend);
    const w = weights(backend, 1);
    await warm(backend, executable, w);
    const { done } = await begin(backend, executable, w);
    backend.engine.pool?.close();
    const outcome = done.then(
      () => null,
      (error: unknown) => error,
    );
    // Reading does not wait for threads that are no more.
    expect(w.read()).toHaveLength(n * n);
    expect(await outcome).toBeInstanceOf(DeviceError);
    w.write(new Float32Array(n * n).fill(5));
    expect((await executable.runAsync([one], [w]))[0]?.[0]).toBe(6);
  });
});
