import { describe, expect, it } from "vitest";
import type { BufferSpec, LoopKernel, Schedule } from "../../../compiler/kernel-ir/kernel-ir.ts";
import type { TypedArray } from "../../../ir/dtypes.ts";
import { fromNumbers, toNumbers } from "../../../ir/numbers.ts";
import { WasmBackend } from "../backend.ts";
import { sizeOf, stridesOf } from "../../../ir/shape.ts";
import { planLoops } from "./plan.ts";
import { shareReductions } from "./share-reductions.ts";

const backend = new WasmBackend();

/** Runs one loop kernel; its buffers are the inputs, then one float32 result of `size` elements. */
function run(
  kernel: Omit<LoopKernel, "kind" | "label">,
  inputs: readonly TypedArray[],
  size: number,
): TypedArray {
  const given = inputs.map((data, index): BufferSpec => ({
    dtype: "float32",
    size: data.length,
    home: { kind: "input", index },
  }));
  const schedule: Schedule = {
    buffers: [...given, { dtype: "float32", size, home: { kind: "arena", byteOffset: 0 } }],
    items: [{ kind: "loop", label: "test", ...kernel }],
    outputs: [inputs.length],
    arenaBytes: size * 4,
  };
  return backend.compileSchedule(schedule, inputs.length, 0).run(inputs, [])[0] ?? new Float32Array(0);
}

const load = (buffer: number, strides: readonly number[]): LoopKernel["nodes"][number] => ({
  kind: "load",
  access: { buffer, offset: 0, strides },
  dtype: "float32",
});

describe("long sums", () => {
  it.each([1_000_000, 1_000_003, 70_001])("of %d equal numbers are precise", (n) => {
    const kernel = {
      outer: [],
      inner: [n],
      nodes: [load(0, [1]), { kind: "reduce", combine: "add", value: 0, dtype: "float32" } as const],
      stores: [{ access: { buffer: 1, offset: 0, strides: [0] }, value: 1 }],
    };
    const [sum] = run(kernel, [new Float32Array(n).fill(0.1)], 1);
    const exact = n * Math.fround(0.1);
    expect(Math.abs(Number(sum) - exact) / exact).toBeLessThan(1e-6);
  });

  it.each([
    [5000, 7],
    [2048, 64],
    [3001, 33],
  ])("down %d rows of %d columns are precise", (rows, columns) => {
    const kernel = {
      outer: [columns],
      inner: [rows],
      nodes: [load(0, [1, columns]), { kind: "reduce", combine: "add", value: 0, dtype: "float32" } as const],
      stores: [{ access: { buffer: 1, offset: 0, strides: [1, 0] }, value: 1 }],
    };
    const data = Float32Array.from({ length: rows * columns }, (_, i) => 0.1 + (i % columns));
    const sums = run(kernel, [data], columns);
    for (let c = 0; c < columns; c++) {
      const exact = rows * Math.fround(0.1 + c);
      expect(Math.abs(Number(sums[c]) - exact) / exact, `column ${c}`).toBeLessThan(1e-6);
    }
  });
});

describe("extremes with a constant", () => {
  it.each([
    ["max", 0],
    ["max", 1.5],
    ["min", 0],
    ["min", -2],
  ] as const)("%s(x, %d) keeps NaN", (op, value) => {
    const x = Float32Array.of(NaN, -1, 2, Infinity, -Infinity, 0, -3, 5, NaN);
    const constant = { kind: "const", value, dtype: "float32" } as const;
    const kernel = {
      outer: [x.length],
      inner: [],
      nodes: [load(0, [1]), constant, { kind: "op", op, args: [0, 1], dtype: "float32" } as const],
      stores: [{ access: { buffer: 1, offset: 0, strides: [1] }, value: 2 }],
    };
    expect([...run(kernel, [x], x.length)]).toEqual([...x].map((each) => Math[op](each, value)));
  });
});

describe("transposition", () => {
  it.each([
    [64, 48],
    [17, 96],
    [128, 5],
  ])("of [%d, %d]", (rows, columns) => {
    const kernel = {
      outer: [columns, rows],
      inner: [],
      nodes: [load(0, [1, columns])],
      stores: [{ access: { buffer: 1, offset: 0, strides: [rows, 1] }, value: 0 }],
    };
    const data = Float32Array.from({ length: rows * columns }, (_, i) => i);
    const result = run(kernel, [data], rows * columns);
    for (let c = 0; c < columns; c++) {
      for (let r = 0; r < rows; r++) expect(result[c * rows + r]).toBe(r * columns + c);
    }
  });
});

describe("planning", () => {
  const kernel = (
    outer: readonly number[],
    inner: readonly number[],
    strides: readonly number[],
  ): LoopKernel => ({
    kind: "loop",
    label: "test",
    outer,
    inner,
    nodes: [
      load(0, strides),
      ...(inner.length > 0 ? [{ kind: "reduce", combine: "add", value: 0, dtype: "float32" } as const] : []),
    ],
    stores: [
      {
        access: {
          buffer: 1,
          offset: 0,
          strides: [...outer.map((_, d) => (d === outer.length - 1 ? 1 : 0)), ...inner.map(() => 0)],
        },
        value: inner.length > 0 ? 1 : 0,
      },
    ],
  });
  const never = (): boolean => false;

  it("sums rows along the row, columns across the columns", () => {
    const rows = planLoops(kernel([512], [512], [512, 1]), never);
    expect(rows.loops[rows.vector]?.isInner).toBe(true);
    const columns = planLoops(kernel([512], [512], [1, 512]), never);
    expect(columns.loops[columns.vector]?.isInner).toBe(false);
  });

  it("joins contiguous dimensions", () => {
    const source = kernel([4, 6, 8], [], [48, 8, 1]);
    const dense = {
      ...source,
      stores: [{ access: { buffer: 1, offset: 0, strides: [48, 8, 1] }, value: 0 }],
    };
    expect(planLoops(dense, never).loops).toHaveLength(1);
  });

  it("shares out large work alone", () => {
    expect(planLoops(kernel([512], [512], [512, 1]), never).parallel).toBe(0);
    expect(planLoops(kernel([8], [16], [16, 1]), never).parallel).toBeNull();
  });

  it("keeps operations that call JavaScript on the first thread", () => {
    const source = kernel([1 << 20], [], [1]);
    const nodes = [...source.nodes, { kind: "op", op: "sin", args: [0], dtype: "float32" } as const];
    expect(planLoops({ ...source, nodes }, never).parallel).toBeNull();
  });
});

describe("reductions of many elements to few results", () => {
  it.each([
    { outer: [], inner: [1 << 18] },
    { outer: [3], inner: [640, 100] },
    { outer: [16], inner: [64, 26, 26] },
  ])("$outer from $inner are cut into parts and combined", ({ outer, inner }) => {
    const dims = [...outer, ...inner];
    const strides = stridesOf([...inner, ...outer]);
    const moving = [...strides.slice(inner.length), ...strides.slice(0, inner.length)];
    const nodes: LoopKernel["nodes"] = [
      load(0, moving),
      { kind: "op", op: "mul", args: [0, 0], dtype: "float32" },
      { kind: "reduce", combine: "add", value: 1, dtype: "float32" },
      { kind: "reduce", combine: "max", value: 0, dtype: "float32" },
      load(
        1,
        dims.map((_, d) => (d < outer.length ? 1 : 0)),
      ),
      { kind: "op", op: "add", args: [2, 4], dtype: "float32" },
      { kind: "op", op: "mul", args: [5, 3], dtype: "float32" },
    ];
    const size = sizeOf(outer);
    const x = Float32Array.from({ length: sizeOf(dims) }, (_, i) => Math.sin(i * 1.7));
    const bias = Float32Array.from({ length: size }, (_, i) => i + 1);
    const stores = [
      { access: { buffer: 2, offset: 0, strides: dims.map((_, d) => (d < outer.length ? 1 : 0)) }, value: 6 },
    ];
    const schedule: Schedule = {
      buffers: [
        { dtype: "float32", size: x.length, home: { kind: "input", index: 0 } },
        { dtype: "float32", size, home: { kind: "input", index: 1 } },
        { dtype: "float32", size, home: { kind: "arena", byteOffset: 0 } },
      ],
      items: [{ kind: "loop", label: "test", outer, inner, nodes, stores }],
      outputs: [2],
      arenaBytes: size * 4,
    };
    const shared = shareReductions(schedule);
    expect(shared.items).toHaveLength(2);
    const [first] = shared.items;
    expect(first?.kind === "loop" && planLoops(first, () => false).parallel).not.toBeNull();
    const [result] = backend.compileSchedule(schedule, 2, 0).run([x, bias], []);
    for (let c = 0; c < size; c++) {
      let [sum, largest] = [0, -Infinity];
      for (let i = c; i < x.length; i += size) {
        sum += (x[i] ?? 0) ** 2;
        largest = Math.max(largest, x[i] ?? 0);
      }
      const exact = (sum + c + 1) * largest;
      expect(Math.abs(Number(result?.[c]) - exact) / Math.abs(exact), `result ${c}`).toBeLessThan(2e-6);
    }
  });

  it.each(["float16", "bfloat16"] as const)("are stored as %s where nothing follows them", (dtype) => {
    const [rows, columns] = [2, 70_000];
    const size = rows * columns;
    const ones = fromNumbers(new Float64Array(size).fill(0.5), dtype);
    const nodes: LoopKernel["nodes"] = [
      { kind: "load", access: { buffer: 0, offset: 0, strides: [columns, 1] }, dtype },
      { kind: "reduce", combine: "add", value: 0, dtype },
      { kind: "reduce", combine: "max", value: 0, dtype },
    ];
    const stores = [1, 2].map((buffer) => ({
      access: { buffer, offset: 0, strides: [1, 0] },
      value: buffer,
    }));
    const schedule: Schedule = {
      buffers: [
        { dtype, size, home: { kind: "input", index: 0 } },
        { dtype, size: rows, home: { kind: "arena", byteOffset: 0 } },
        { dtype, size: rows, home: { kind: "arena", byteOffset: 64 } },
      ],
      items: [{ kind: "loop", label: "test", outer: [rows], inner: [columns], nodes, stores }],
      outputs: [1, 2],
      arenaBytes: 128,
    };
    expect(shareReductions(schedule).items).toHaveLength(2);
    const results = backend.compileSchedule(schedule, 1, 0).run([ones], []);
    const [sums, largest] = results.map((data) => Array.from(toNumbers(data, dtype)));
    // 35,000 rounded to the eleven or eight bits of the dtype.
    expect(sums).toEqual(dtype === "float16" ? [35_008, 35_008] : [35_072, 35_072]);
    expect(largest).toEqual([0.5, 0.5]);
  });

  it("leave other kernels alone", () => {
    const rows: LoopKernel = {
      kind: "loop",
      label: "rows",
      outer: [1024],
      inner: [1024],
      nodes: [load(0, [1024, 1]), { kind: "reduce", combine: "add", value: 0, dtype: "float32" }],
      stores: [{ access: { buffer: 1, offset: 0, strides: [1, 0] }, value: 1 }],
    };
    const schedule: Schedule = {
      buffers: [
        { dtype: "float32", size: 1 << 20, home: { kind: "input", index: 0 } },
        { dtype: "float32", size: 1024, home: { kind: "arena", byteOffset: 0 } },
      ],
      items: [rows],
      outputs: [1],
      arenaBytes: 4096,
    };
    expect(shareReductions(schedule)).toBe(schedule);
  });
});
