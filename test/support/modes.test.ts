import { afterEach, describe, expect, it } from "vitest";
import { needAllKernels } from "../../src/backend/kernels/all.ts";
import { WasmBackend } from "../../src/backend/wasm/backend.ts";
import { setDefaultOptions } from "../../src/backend/wasm/options.ts";
import { setThreadCount, threadCount } from "../../src/backend/wasm/threads/settings.ts";
import type { TypedArray } from "../../src/ir/dtypes.ts";
import { conv } from "../../src/ir/primitives/index.ts";
import { ProgramBuilder, withBuilder } from "../../src/ir/program.ts";
import { allModes, applyMode, fewModes } from "./modes.ts";

needAllKernels();

afterEach(() => {
  setThreadCount(null);
  setDefaultOptions({});
});

/** A 3×3 convolution, small enough to be computed directly on one thread where nothing is asked for. */
async function convolve(
  mode: string,
): Promise<{ readonly result: TypedArray; readonly isThreaded: boolean }> {
  applyMode(mode);
  const builder = new ProgramBuilder();
  const x = builder.input({ shape: [1, 8, 8, 8], dtype: "float32" });
  const kernel = builder.input({ shape: [3, 3, 8, 8], dtype: "float32" });
  const y = withBuilder(builder, () =>
    conv(x, kernel, {
      strides: [1, 1],
      padding: [
        [1, 1],
        [1, 1],
      ],
      dilation: [1, 1],
      groups: 1,
    }),
  );
  const backend = new WasmBackend();
  const fill = (size: number): Float32Array => Float32Array.from({ length: size }, (_, i) => Math.sin(i * i));
  const executable = backend.compile(builder.finish([y]));
  let [result] = executable.run([fill(512), fill(576)], []);
  // Threads need a moment to start.
  for (let i = 0; i < 200 && threadCount() > 1 && backend.engine.threadedRuns === 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    [result] = executable.run([fill(512), fill(576)], []);
  }
  const isThreaded = backend.engine.threadedRuns > 0;
  backend.engine.close();
  return { result: result ?? new Float32Array(0), isThreaded };
}

describe("modes", () => {
  it("change what they name", async () => {
    const plain = await convolve("1-thread,plain-simd,winograd-never");
    const two = await convolve("1-thread,plain-simd,winograd-2");
    const four = await convolve("1-thread,plain-simd,winograd-4");
    const fused = await convolve("1-thread,winograd-never");
    const all = [plain, two, four, fused].map(({ result }) => result);
    all.forEach((result, i) =>
      all.slice(i + 1).forEach((other) => expect(result, "rounded alike").not.toEqual(other)),
    );
    expect(plain.isThreaded).toBe(false);
    const threaded = await convolve("2-threads,plain-simd,winograd-4");
    expect(threaded.isThreaded).toBe(true);
    expect(threaded.result).toEqual(four.result);
  });

  it("meet every part in the few that are always tested", () => {
    const met = new Set(fewModes.flatMap((mode) => mode.split(",")));
    for (const mode of allModes) for (const part of mode.split(",")) expect(met).toContain(part);
    expect(allModes).toHaveLength(16);
  });

  it("have known parts", () => {
    expect(() => applyMode("2-threads,winograd-5")).toThrow(/winograd-5.*winograd-4/);
  });
});
