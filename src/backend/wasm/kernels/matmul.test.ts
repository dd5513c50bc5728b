import { describe, expect, it } from "vitest";
import type { MatmulDescriptor } from "../../../compiler/kernel-ir/structured.ts";
import { f32x4, i32, i32x4, ModuleBuilder, v128 } from "../assembler/index.ts";
import type { Epilogue } from "./kernel.ts";
import { emitMatmul, packMatmulB, packedBytes } from "./matmul.ts";
import { defaultOptions, harness, noise, worstError } from "../../../../test/support/kernel-harness.ts";

type Layout = "plain" | "transposed" | "strided";

function strides(
  rows: number,
  columns: number,
  layout: Layout,
): { row: number; column: number; size: number } {
  if (layout === "plain") return { row: columns, column: 1, size: rows * columns };
  if (layout === "transposed") return { row: 1, column: rows, size: rows * columns };
  return { row: columns * 3, column: 2, size: rows * columns * 3 };
}

interface Case {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a?: Layout;
  readonly b?: Layout;
  readonly batch?: readonly number[];
  readonly broadcast?: "a" | "b";
  readonly accumulate?: boolean;
  /** Without a gap between the result's rows. */
  readonly tight?: boolean;
  readonly dtype?: MatmulDescriptor["dtype"];
}

function descriptorOf(c: Case): { d: MatmulDescriptor; sizes: [number, number, number] } {
  const a = strides(c.m, c.k, c.a ?? "plain");
  const b = strides(c.k, c.n, c.b ?? "plain");
  const rowC = c.n + (c.tight === true ? 0 : 1);
  const sizes: [number, number, number] = [a.size, b.size, c.m * rowC];
  const batch = (c.batch ?? []).toReversed().map((size) => {
    const axis = {
      size,
      a: c.broadcast === "a" ? 0 : sizes[0],
      b: c.broadcast === "b" ? 0 : sizes[1],
      c: sizes[2],
    };
    if (axis.a > 0) sizes[0] *= size;
    if (axis.b > 0) sizes[1] *= size;
    sizes[2] *= size;
    return axis;
  });
  const d: MatmulDescriptor = {
    kind: "matmul",
    dtype: c.dtype ?? "float32",
    batch: batch.toReversed(),
    m: c.m,
    n: c.n,
    k: c.k,
    a: { row: a.row, column: a.column },
    b: { row: b.row, column: b.column },
    c: { row: rowC },
    accumulate: c.accumulate ?? false,
  };
  return { d, sizes };
}

const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array };

function check(
  c: Case,
  epilogue?: { emit: Epilogue; apply: (value: number, row: number, column: number) => number },
): void {
  const { d, sizes } = descriptorOf(c);
  const TypedArray = arrays[d.dtype];
  const bytes = TypedArray.BYTES_PER_ELEMENT;
  const random = noise(c.m * 31 + c.n * 7 + c.k);
  const kernel = harness(
    (module) => emitMatmul(module, d, defaultOptions(), epilogue?.emit),
    sizes.map((s) => s * bytes),
    [4096],
  );
  const operands = sizes.map(
    (size, i) => new TypedArray(kernel.memory.buffer, kernel.addresses[i] ?? 0, size),
  );
  const [a, b, out] = [operands[0] ?? [], operands[1] ?? [], operands[2] ?? new TypedArray(0)];
  const bias = new Float32Array(kernel.memory.buffer, kernel.addresses[3] ?? 0, 1024);
  const next = (): number => (d.dtype === "int32" ? Math.round(random() * 1000) : random());
  bias.forEach((_, i) => (bias[i] = i * 0.01));
  for (const operand of operands) operand.forEach((_, i) => (operand[i] = next()));
  const initial = out.slice();
  const expected = new Float64Array(initial);
  const indices = d.batch.reduce<number[][]>(
    (all, { size }) => all.flatMap((i) => Array.from({ length: size }, (_, j) => [...i, j])),
    [[]],
  );
  for (const index of indices) {
    const offset = (key: "a" | "b" | "c"): number =>
      index.reduce((sum, i, axis) => sum + i * (d.batch[axis]?.[key] ?? 0), 0);
    for (let i = 0; i < d.m; i++) {
      for (let j = 0; j < d.n; j++) {
        let sum = 0;
        for (let k = 0; k < d.k; k++) {
          const x = a[offset("a") + i * d.a.row + k * d.a.column] ?? 0;
          sum += x * (b[offset("b") + k * d.b.row + j * d.b.column] ?? 0);
        }
        const at = offset("c") + i * d.c.row + j;
        const value = (d.accumulate ? (initial[at] ?? 0) : 0) + sum;
        expected[at] = epilogue === undefined ? value : epilogue.apply(value, i, j);
      }
    }
  }
  kernel.run(1);
  const single = out.slice();
  expect(worstError(single, expected)).toBeLessThan(
    d.dtype === "float64" ? 1e-14 : d.dtype === "int32" ? 1e-15 : 3e-6,
  );
  out.set(initial);
  kernel.run(3);
  expect(out).toEqual(single);
}

const sizes = [
  [1, 1, 1],
  [1, 10, 7],
  [1, 64, 33],
  [2, 40, 16],
  [3, 13, 5],
  [4, 8, 4],
  [5, 8, 1],
  [6, 16, 3],
  [7, 9, 11],
  [11, 17, 30],
  [13, 5, 6],
  [23, 31, 29],
  [32, 33, 64],
  [40, 10, 50],
  [64, 2, 20],
  [50, 1, 27],
  [61, 67, 300],
  [30, 40, 700],
] as const;
const layouts: readonly Layout[] = ["plain", "transposed", "strided"];

describe("float32 products", () => {
  it.each(sizes)("%d×%d×%d, all layouts", (m, n, k) => {
    for (const a of layouts) for (const b of layouts) check({ m, n, k, a, b });
    check({ m, n, k, accumulate: true });
    check({ m, n, k, accumulate: true, b: "transposed" });
  });

  it("takes batches, broadcast operands and several batch axes", () => {
    for (const b of layouts) {
      check({ m: 9, n: 12, k: 10, batch: [2, 3], b });
      check({ m: 30, n: 12, k: 10, batch: [9], b });
      check({ m: 30, n: 12, k: 10, batch: [3], b, broadcast: "b" });
      check({ m: 30, n: 17, k: 10, batch: [2, 3], b, broadcast: "a" });
      check({ m: 1, n: 6, k: 5, batch: [3, 1, 2], b });
    }
  });

  it("computes columns as rows", () => {
    check({ m: 50, n: 1, k: 30, a: "transposed", tight: true });
    check({ m: 50, n: 1, k: 30, a: "transposed", b: "strided", tight: true, accumulate: true, batch: [3] });
  });

  it("sums over nothing to zero", () => {
    check({ m: 3, n: 4, k: 0 });
  });

  it("works on column blocks and k-chunks larger than the cache", () => {
    check({ m: 9, n: 1100, k: 600 });
    check({ m: 30, n: 1031, k: 517, b: "transposed", a: "transposed" });
    check({ m: 8, n: 515, k: 300, b: "transposed", accumulate: true });
    check({ m: 7, n: 300, k: 600, b: "strided" });
  });

  it("adds up few rows by a large B where it lies, and packs one whose rows collide in the cache", () => {
    check({ m: 5, n: 299, k: 450, b: "transposed" });
    check({ m: 6, n: 300, k: 450, a: "transposed", b: "transposed", accumulate: true });
    check({ m: 16, n: 1024, k: 1030 });
  });

  it("takes little memory for packing a large B", () => {
    const { d } = descriptorOf({ m: 8, n: 4096, k: 4096, b: "transposed" });
    const module = new ModuleBuilder();
    expect(emitMatmul(module, d, defaultOptions()).scratchBytes(2)).toBeLessThan(2 ** 21);
  });

  it("takes a packed B", () => {
    const {
      d,
      sizes: [a, b, c],
    } = descriptorOf({ m: 13, n: 21, k: 400, b: "transposed" });
    const direct = harness((module) => emitMatmul(module, d, defaultOptions()), [a * 4, b * 4, c * 4]);
    const packed = harness(
      (module) => emitMatmul(module, { ...d, bPacked: true }, defaultOptions()),
      [a * 4, packedBytes(d), c * 4],
    );
    const packer = harness(
      (module) => ({ phases: [wrapPacker(module, d)], scratchBytes: () => 0 }),
      [b * 4, packedBytes(d)],
    );
    const view = (h: typeof direct, i: number, size: number): Float32Array =>
      new Float32Array(h.memory.buffer, h.addresses[i] ?? 0, size);
    const random = noise(5);
    view(direct, 0, a).forEach((_, i, all) => (all[i] = random()));
    view(direct, 1, b).forEach((_, i, all) => (all[i] = random()));
    view(packed, 0, a).set(view(direct, 0, a));
    view(packer, 0, b).set(view(direct, 1, b));
    packer.run(3);
    view(packed, 1, packedBytes(d) / 4).set(view(packer, 1, packedBytes(d) / 4));
    direct.run();
    packed.run(2);
    expect(view(packed, 2, c)).toEqual(view(direct, 2, c));
  });
});

/** The packer takes no scratch address; the harness gives one. */
function wrapPacker(module: ModuleBuilder, d: MatmulDescriptor): ReturnType<typeof packMatmulB> {
  const pack = packMatmulB(module, d);
  return module.function(["i32", "i32", "i32", "i32", "i32"], [], (fn) => {
    const p = [0, 1, 3, 4].map((i) => fn.param("i32", i));
    fn.call(pack, ...p);
  });
}

describe("epilogues", () => {
  const emit: Epilogue = {
    paramCount: 1,
    key: "bias relu row",
    storesResult: true,
    emitRow:
      (_, { row, column, params: [bias] }) =>
      (value) => {
        const address = i32.add(bias ?? 0, i32.shl(column, 2));
        const shifted = f32x4.add(
          f32x4.add(value, v128.load(address)),
          f32x4.convertI32x4S(i32x4.splat(row)),
        );
        return f32x4.pmax(f32x4.const(0), shifted);
      },
  };
  const apply = (value: number, row: number, column: number): number =>
    Math.max(0, value + column * 0.01 + row);

  it.each(sizes)("%d×%d×%d: bias, row and relu", (m, n, k) => {
    check({ m, n, k }, { emit, apply });
    check({ m, n, k, b: "transposed", accumulate: true }, { emit, apply });
  });

  it("applies once where k and n are cut", () => {
    check({ m: 30, n: 700, k: 1100 }, { emit, apply });
    check({ m: 9, n: 700, k: 1100, b: "transposed" }, { emit, apply });
    check({ m: 4, n: 700, k: 300, b: "transposed" }, { emit, apply });
    check({ m: 3, n: 5, k: 0 }, { emit, apply });
  });
});

describe("other dtypes", () => {
  it.each(["float64", "int32"] as const)("%s", (dtype) => {
    check({ m: 7, n: 9, k: 11, dtype });
    check({ m: 7, n: 9, k: 11, dtype, accumulate: true, a: "transposed", b: "strided", batch: [2, 3] });
    check({ m: 1, n: 1, k: 0, dtype });
  });
});
