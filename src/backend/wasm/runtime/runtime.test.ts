import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cases } from "../../../../test/support/cases.ts";
import { ProgramBuilder, withBuilder } from "../../../ir/program.ts";
import * as p from "../../../ops/core/primitives/index.ts";
import { DataError, DeviceError } from "../../../util/errors.ts";
import { WasmBackend } from "../backend.ts";
import { FreeList } from "./free-list.ts";
import { Heap } from "./heap.ts";
import { profile } from "./profile.ts";

describe("the free list", () => {
  it("never hands out memory twice, and joins what comes back", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.boolean()), { maxLength: 80 }),
        (actions) => {
          const list = new FreeList();
          list.add(100, 60_060);
          list.add(60_160, 40_000);
          const taken = new Map<number, number>();
          for (const [bytes, isRelease] of actions) {
            const [oldest] = taken.keys();
            if (isRelease && oldest !== undefined) {
              list.give(oldest);
              taken.delete(oldest);
              continue;
            }
            const address = list.take(bytes);
            if (address === null) continue;
            expect(address % 64).toBe(0);
            for (const [other, size] of taken)
              expect(address + bytes <= other || other + size <= address).toBe(true);
            expect(list.sizeOf(address)).toBeGreaterThanOrEqual(bytes);
            taken.set(address, bytes);
          }
          for (const address of taken.keys()) list.give(address);
          // All in one piece again.
          expect(list.take(99_000)).not.toBeNull();
        },
      ),
      cases(100),
    );
  });
});

describe("the heap", () => {
  it("keeps its content when it grows, and when threads come", () => {
    const heap = new Heap(false);
    const address = heap.allocate(16);
    heap.write(address, "float32", Float32Array.of(1, 2, 3, 4));
    const far = heap.allocate(5 << 20);
    heap.write(far, "int32", Int32Array.of(7));
    expect([...heap.read("float32", address, 4)]).toEqual([1, 2, 3, 4]);
    heap.makeShared();
    expect(heap.shared).toBe(true);
    expect([...heap.read("float32", address, 4)]).toEqual([1, 2, 3, 4]);
    expect([...heap.read("int32", far, 1)]).toEqual([7]);
    heap.free(far);
    expect(heap.allocate(5 << 20)).toBe(far);
  });

  it("grows by what is missing at its end", () => {
    const heap = new Heap(false);
    const large = heap.allocate(300 << 20);
    heap.free(large);
    expect(heap.allocate(310 << 20)).toBe(large);
    expect(heap.totalBytes).toBeLessThan(400 * 2 ** 20);
  });

  it("says how much is in use when it is exhausted", () => {
    const heap = new Heap(false);
    expect(() => heap.allocate(5 * 2 ** 30)).toThrow(DeviceError);
    expect(() => heap.allocate(5 * 2 ** 30)).toThrow(/5120\.0 MiB more memory/);
    // It can still be used.
    expect(heap.allocate(1024)).toBeGreaterThan(0);
  });
});

describe("programs", () => {
  function program(size: number): { readonly backend: WasmBackend; readonly run: () => unknown } {
    const builder = new ProgramBuilder();
    const x = builder.input({ shape: [size], dtype: "float32" });
    const w = builder.stateInput({ shape: [size], dtype: "float32" });
    const sum = withBuilder(builder, () => p.add(p.exp(x), w));
    const backend = new WasmBackend();
    const executable = backend.compile(builder.finish([sum], [sum]));
    const state = [backend.allocate({ shape: [size], dtype: "float32" })];
    const data = [new Float32Array(size)];
    return { backend, run: () => executable.run(data, state) };
  }

  it("do not grow memory when they are repeated", () => {
    const { backend, run } = program(100_000);
    run();
    const { usedBytes, totalBytes } = backend.engine.heap;
    for (let i = 0; i < 200; i++) run();
    expect(backend.engine.heap.usedBytes).toBe(usedBytes);
    expect(backend.engine.heap.totalBytes).toBe(totalBytes);
  });

  it("share one workspace", () => {
    const backend = new WasmBackend();
    const compileOne = (size: number): void => {
      const builder = new ProgramBuilder();
      const x = builder.input({ shape: [size], dtype: "float32" });
      backend
        .compile(builder.finish([withBuilder(builder, () => p.exp(x))]))
        .run([new Float32Array(size)], []);
    };
    compileOne(1_000_000);
    const { totalBytes } = backend.engine.heap;
    for (let i = 0; i < 20; i++) compileOne(1_000_000 - i);
    expect(backend.engine.heap.totalBytes).toBe(totalBytes);
  });

  it("refuse arrays of another size", () => {
    const builder = new ProgramBuilder();
    const x = builder.input({ shape: [4], dtype: "float32" });
    const backend = new WasmBackend();
    const executable = backend.compile(builder.finish([withBuilder(builder, () => p.exp(x))]));
    expect(() => executable.run([new Float32Array(3)], [])).toThrow(DataError);
    expect(() => executable.run([], [])).toThrow(DataError);
    expect(() => backend.allocate({ shape: [4], dtype: "float32" }, new Float32Array(5))).toThrow(DataError);
  });
});

describe("profiles", () => {
  it("tell the time and work of each kernel", async () => {
    const builder = new ProgramBuilder();
    const x = builder.input({ shape: [128, 64], dtype: "float32" });
    const w = builder.stateInput({ shape: [64, 32], dtype: "float32" });
    const y = withBuilder(builder, () => p.reduceSum(p.exp(p.matmul(x, w)), [0, 1]));
    const backend = new WasmBackend();
    const executable = backend.compile(builder.finish([y]));
    const state = [backend.allocate({ shape: [64, 32], dtype: "float32" })];
    const inputs = [new Float32Array(128 * 64)];
    const [plain] = executable.run(inputs, state);
    const kernels = await profile(
      backend.engine,
      () => {
        for (let i = 0; i < 5; i++) expect(executable.run(inputs, state)).toEqual([plain]);
      },
      { warmUp: () => executable.run(inputs, state) },
    );
    expect(kernels.length).toBeGreaterThanOrEqual(2);
    const product = kernels.find(({ label }) => label.includes("matmul"));
    expect(product).toMatchObject({ calls: 5, flops: 2 * 128 * 64 * 32, shape: [128, 32] });
    expect(product?.bytes).toBeGreaterThanOrEqual(4 * (128 * 64 + 64 * 32 + 128 * 32));
    expect(kernels.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    // Without a profile the code is that of before.
    expect(executable.run(inputs, state)).toEqual([plain]);
  });
});
