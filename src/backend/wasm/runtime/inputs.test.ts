import { describe, expect, it } from "vitest";
import { ProgramBuilder, withBuilder } from "../../../ir/program.ts";
import * as p from "../../../ops/core/primitives/index.ts";
import type { Executable } from "../../contract.ts";
import { WasmBackend } from "../backend.ts";

const MiB = 2 ** 20;
const size = MiB; // 4 MiB of float32

/** A program that sums an array of `size` numbers and one more. */
function summer(backend: WasmBackend): Executable {
  const builder = new ProgramBuilder();
  const x = builder.input({ shape: [size], dtype: "float32" });
  const y = builder.input({ shape: [], dtype: "float32" });
  const sum = withBuilder(builder, () => p.add(p.reduceSum(x, [0]), y));
  return backend.compile(builder.finish([sum]));
}

const one = Float32Array.of(1);
const lasting = [true, true];

describe("inputs that last", () => {
  it("are copied once when they come again, and others each time", () => {
    const backend = new WasmBackend();
    const program = summer(backend);
    const x = new Float32Array(size).fill(1);
    const sum = (isLasting: boolean): number | undefined =>
      Number(program.run([x, one], [], isLasting ? lasting : undefined)[0]?.[0]);
    expect(sum(false)).toBe(size + 1);
    expect(sum(true)).toBe(size + 1);
    const before = backend.engine.heap.usedBytes;
    expect(sum(true)).toBe(size + 1);
    expect(backend.engine.heap.usedBytes - before).toBe(4 * MiB);
    // That it is not copied again shows where the promise is broken.
    x[0] = 11;
    expect(sum(true)).toBe(size + 1);
    expect(sum(false)).toBe(size + 11);
    expect(backend.engine.heap.usedBytes - before).toBe(4 * MiB);
  });

  it("are shared by programs", () => {
    const backend = new WasmBackend();
    const programs = [summer(backend), summer(backend)];
    const x = new Float32Array(size).fill(2);
    for (const program of programs) program.run([x, one], [], lasting);
    const before = backend.engine.heap.usedBytes;
    for (let i = 0; i < 3; i++) {
      for (const program of programs) expect(program.run([x, one], [], lasting)[0]?.[0]).toBe(2 * size + 1);
    }
    expect(backend.engine.heap.usedBytes - before).toBe(4 * MiB);
  });

  it("leave where room is scarce, and are not kept where it always is", () => {
    const backend = new WasmBackend({ memoryBytes: 40 * MiB });
    const program = summer(backend);
    const arrays = Array.from({ length: 6 }, (_, i) => new Float32Array(size).fill(i));
    for (let round = 0; round < 3; round++) {
      arrays.forEach((x, i) => expect(program.run([x, one], [], lasting)[0]?.[0]).toBe(i * size + 1));
    }
    // A quarter of the memory is for them: the workspace and one or two arrays.
    expect(backend.engine.heap.usedBytes).toBeLessThan(16 * MiB);
    const builder = new ProgramBuilder();
    const wide = builder.input({ shape: [2 * size], dtype: "float32" });
    const y = withBuilder(builder, () => p.cumSum(p.cumSum(wide, 0), 0));
    const [result] = backend.compile(builder.finish([y])).run([new Float32Array(2 * size).fill(1)], []);
    expect(result?.[3]).toBe(10);
    arrays.forEach((x, i) => expect(program.run([x, one], [], lasting)[0]?.[0]).toBe(i * size + 1));
  });
});
