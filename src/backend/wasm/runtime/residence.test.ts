import { describe, expect, it } from "vitest";
import { provideRematerialise } from "../../../compiler/rematerialise/provided.ts";
import { rematerialise } from "../../../compiler/rematerialise/rematerialise.ts";
import { ProgramBuilder, withBuilder } from "../../../ir/program.ts";
import * as p from "../../../ops/core/primitives/index.ts";
import { DeviceError } from "../../../util/errors.ts";
import type { DeviceBuffer, Executable } from "../../contract.ts";
import { WasmBackend } from "../backend.ts";

provideRematerialise(rematerialise);

const MiB = 2 ** 20;

/** A program that adds its input to `count` arrays of `size` numbers in memory and returns the sum of each. */
function counter(backend: WasmBackend, size: number, count = 1): Executable {
  const builder = new ProgramBuilder();
  const x = builder.input({ shape: [], dtype: "float32" });
  const state = Array.from({ length: count }, () => builder.stateInput({ shape: [size], dtype: "float32" }));
  const { next, sums } = withBuilder(builder, () => {
    const next = state.map((value) => p.add(value, p.broadcast(x, [size], [])));
    return { next, sums: next.map((value) => p.reduceSum(value, [0])) };
  });
  return backend.compile(builder.finish(sums, next));
}

describe("arrays in a memory that is too small for all of them", () => {
  it("leave it and come back unchanged", () => {
    const backend = new WasmBackend({ memoryBytes: 32 * MiB });
    const size = MiB; // 4 MiB each, 80 MiB together
    const run = counter(backend, size);
    const buffers = Array.from({ length: 20 }, (_, i) =>
      backend.allocate({ shape: [size], dtype: "float32" }, new Float32Array(size).fill(i)),
    );
    for (let round = 1; round <= 3; round++) {
      buffers.forEach((buffer, i) => {
        const [sum] = run.run([Float32Array.of(1)], [buffer]);
        expect(sum?.[0]).toBe((i + round) * size);
      });
    }
    expect(backend.engine.heap.totalBytes).toBeLessThanOrEqual(32 * MiB);
    // Reading and writing work wherever an array is.
    buffers.forEach((buffer, i) => expect(buffer.read()[size - 1]).toBe(i + 3));
    buffers.forEach((buffer) => buffer.write(new Float32Array(size).fill(0.5)));
    expect(run.run([Float32Array.of(1)], [buffers[0] as DeviceBuffer])[0]?.[0]).toBe(1.5 * size); // SAFETY: one of 20
  });

  it("make room for a workspace that what is free, in pieces, could not hold", () => {
    const backend = new WasmBackend({ memoryBytes: 32 * MiB });
    const size = MiB;
    const run = counter(backend, size);
    const buffers = Array.from({ length: 7 }, () => backend.allocate({ shape: [size], dtype: "float32" }));
    for (const buffer of buffers) run.run([Float32Array.of(1)], [buffer]);
    const builder = new ProgramBuilder();
    const x = builder.input({ shape: [2 * size], dtype: "float32" });
    const y = withBuilder(builder, () => p.cumSum(p.cumSum(x, 0), 0));
    const [result] = backend.compile(builder.finish([y])).run([new Float32Array(2 * size).fill(1)], []);
    expect(result?.[3]).toBe(10);
    for (const buffer of buffers) expect(buffer.read()[7]).toBe(1);
  });

  it("a program that cannot fit is refused with what it needs, and nothing is lost", () => {
    const backend = new WasmBackend({ memoryBytes: 16 * MiB });
    const size = MiB;
    const [buffer, other] = [1, 2].map((n) =>
      backend.allocate({ shape: [size], dtype: "float32" }, new Float32Array(size).fill(n)),
    );
    const run = counter(backend, size);
    if (buffer === undefined || other === undefined) return;
    run.run([Float32Array.of(1)], [buffer]);
    expect(() => counter(backend, size, 5)).toThrow(DeviceError);
    expect(() => counter(backend, size, 5)).toThrow(
      /fits 16\.0 MiB, received one that needs 20\.\d MiB: .*20\.0 MiB for weights/,
    );
    // One that fits by itself, but not with what its kernels work in.
    const builder = new ProgramBuilder();
    const x = builder.input({ shape: [2 * size - 65536], dtype: "float32" });
    const sorted = withBuilder(builder, () => p.sort([x], 0));
    const large = backend.compile(builder.finish(sorted));
    expect(() => large.run([new Float32Array(2 * size - 65536)], [])).toThrow(/smaller batch/);
    expect(run.run([Float32Array.of(1)], [buffer])[0]?.[0]).toBe(3 * size);
    expect(other.read()[0]).toBe(2);
  });
});
