import { describe, expect, it } from "vitest";
import type { Schedule } from "../../../compiler/kernel-ir/kernel-ir.ts";
import type { DType, TypedArray } from "../../../ir/dtypes.ts";
import { allocate } from "../../../ir/dtypes.ts";
import { scalarOps, type ScalarOp } from "../../../ir/scalar.ts";
import { erf } from "../../../ir/special.ts";
import { needTrigonometry } from "../../kernels/trigonometry.ts";
import { WasmBackend } from "../backend.ts";
import { scalarEmitters } from "./scalar-ops.ts";

needTrigonometry();

const backends = [new WasmBackend(), new WasmBackend({ relaxedSimd: false })];

/** Applies one scalar operation to arrays. */
function apply(
  backend: WasmBackend,
  op: ScalarOp,
  inputs: readonly TypedArray[],
  dtypes: readonly DType[],
  result: DType,
): TypedArray {
  const size = inputs[0]?.length ?? 0;
  const schedule: Schedule = {
    buffers: [
      ...dtypes.map((dtype, index) => ({ dtype, size, home: { kind: "input", index } as const })),
      { dtype: result, size, home: { kind: "arena", byteOffset: 0 } },
    ],
    items: [
      {
        kind: "loop",
        label: op,
        outer: [size],
        inner: [],
        nodes: [
          ...dtypes.map(
            (dtype, buffer) =>
              ({ kind: "load", access: { buffer, offset: 0, strides: [1] }, dtype }) as const,
          ),
          { kind: "op", op, args: dtypes.map((_, i) => i), dtype: result },
        ],
        stores: [{ access: { buffer: dtypes.length, offset: 0, strides: [1] }, value: dtypes.length }],
      },
    ],
    outputs: [dtypes.length],
    arenaBytes: size * 8,
  };
  return backend.compileSchedule(schedule, dtypes.length, 0).run(inputs, [])[0] ?? new Float32Array(0);
}

/** Distance of a result from the exact value, in units of the last place of single precision. */
function ulps(actual: number, exact: number): number {
  const rounded = Math.fround(exact);
  if (Object.is(actual, rounded) || (Number.isNaN(actual) && Number.isNaN(rounded))) return 0;
  if (!Number.isFinite(rounded) || !Number.isFinite(actual)) {
    // The last finite number is half a unit from where rounding gives infinity.
    return Math.abs(exact) > 3.4028e38 && Math.abs(actual) > 3.4028e38 ? 1 : Infinity;
  }
  const unit = 2 ** Math.max(Math.floor(Math.log2(Math.abs(exact) || 1e-45)) - 23, -149);
  return Math.abs(actual - exact) / unit;
}

/** Numbers of all magnitudes and both signs, and a dense stretch. */
function sweep(low: number, high: number, count = 40_000): Float32Array {
  const bits = new Uint32Array(count);
  for (let i = 0; i < count; i++) bits[i] = Math.imul(i + 1, 2654435761);
  const wild = new Float32Array(bits.buffer).filter((x) => x >= low && x <= high);
  const dense = Float32Array.from(
    { length: count },
    (_, i) => low + ((Math.min(high, 1e4) - low) * i) / count,
  );
  const around = Float32Array.from({ length: count }, (_, i) =>
    Math.max(low, Math.min(high, -4 + (8 * i) / count)),
  );
  return Float32Array.from([...wild, ...dense, ...around]);
}

const special = Float32Array.of(
  0,
  -0,
  1,
  -1,
  Infinity,
  -Infinity,
  NaN,
  1e-45,
  -1e-45,
  1e-40,
  2 ** -126,
  3.4e38,
  -3.4e38,
  0.5,
  -0.5,
  2,
  88.7,
  -103.9,
  1e10,
  -1e10,
);

const functions: readonly (readonly [
  ScalarOp,
  (x: number) => number,
  low: number,
  high: number,
  ulp: number,
])[] = [
  ["exp", Math.exp, -104, 88.8, 1.5],
  ["expm1", Math.expm1, -104, 88.8, 2.5],
  ["log", Math.log, 0, 3.4e38, 1.5],
  ["log1p", Math.log1p, -0.99999994, 3.4e38, 2.5],
  ["tanh", Math.tanh, -20, 20, 3],
  ["erf", erf, -5, 5, 2],
  ["atan", Math.atan, -3e38, 3e38, 3],
  ["tan", Math.tan, -1e6, 1e6, 4],
  ["sqrt", Math.sqrt, 0, 3.4e38, 0.51],
];

describe.each(backends.map((backend, i) => [i === 0 ? "relaxed" : "strict", backend] as const))(
  "%s SIMD",
  (_, backend) => {
    it.each(functions)("%s stays within its bound", (op, f, low, high, bound) => {
      const x = sweep(low, high);
      const y = apply(backend, op, [x], ["float32"], "float32");
      let worst = { ulp: 0, x: 0, actual: 0, exact: 0 };
      x.forEach((value, i) => {
        const [actual, exact] = [Number(y[i]), f(value)];
        const ulp = ulps(actual, exact);
        if (ulp > worst.ulp) worst = { ulp, x: value, actual, exact };
      });
      expect(worst.ulp, JSON.stringify(worst)).toBeLessThanOrEqual(bound);
    });

    it.each([
      ["sin", Math.sin],
      ["cos", Math.cos],
    ] as const)("%s stays within 2 ulp, or 2^-25 near its zeros", (op, f) => {
      const x = sweep(-1e30, 1e30);
      const y = apply(backend, op, [x], ["float32"], "float32");
      x.forEach((value, i) => {
        const exact = f(value);
        const isClose = ulps(Number(y[i]), exact) <= 2 || Math.abs(Number(y[i]) - exact) < 2 ** -24;
        expect(isClose, `${op}(${value}) = ${exact}, received ${y[i]}`).toBe(true);
      });
    });

    it.each([
      "exp",
      "expm1",
      "log",
      "log1p",
      "tanh",
      "erf",
      "sin",
      "cos",
      "tan",
      "atan",
      "sqrt",
      "floor",
      "ceil",
      "trunc",
      "sign",
      "abs",
    ] as const)("%s keeps to IEEE 754 at the ends", (op) => {
      const exact = (x: number): number =>
        op === "erf" ? (x === 0 ? x : Number.isFinite(x) ? erf(x) : Math.sign(x)) : Math[op](x);
      const y = apply(backend, op, [special], ["float32"], "float32");
      special.forEach((x, i) => {
        const [actual, wanted] = [Number(y[i]), Math.fround(exact(x))];
        const isSame = Object.is(actual, wanted) || (Number.isNaN(actual) && Number.isNaN(wanted));
        expect(
          isSame || ulps(actual, exact(x)) <= 3,
          `${op}(${x}): expected ${wanted}, received ${actual}`,
        ).toBe(true);
        if (wanted === 0 || !Number.isFinite(wanted)) expect(actual, `${op}(${x})`).toBe(wanted);
      });
    });

    it.each([
      [
        "pow",
        (x: number, y: number) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y),
        0.6,
      ],
      ["atan2", Math.atan2, 4],
      ["rem", (x: number, y: number) => x % y, 0.5],
      ["min", Math.min, 0],
      ["max", Math.max, 0],
    ] as const)("%s, at all pairs of special numbers and many others", (op, f, bound) => {
      const some = [...special, 1.5, -1.5, 3, -3, 7, 0.1, 1 + 2 ** -20, 1e5, -2.5];
      const pairs = some.flatMap((a) => some.map((b) => [a, b] as const));
      for (let i = 0; i < 20_000; i++)
        pairs.push([Math.exp(((i * 7919) % 997) / 40 - 12), (((i * 104729) % 1009) - 500) / 37]);
      const [x, y] = [Float32Array.from(pairs, ([a]) => a), Float32Array.from(pairs, ([, b]) => b)];
      const z = apply(backend, op, [x, y], ["float32", "float32"], "float32");
      x.forEach((a, i) => {
        const exact = f(a, y[i] ?? 0);
        const ulp = ulps(Number(z[i]), exact);
        expect(ulp <= bound, `${op}(${a}, ${y[i]}): expected ${exact}, received ${z[i]}, ${ulp} ulp`).toBe(
          true,
        );
      });
    });
  },
);

const [backend] = backends;

describe("other dtypes", () => {
  it.each(["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"] as const)(
    "%s arithmetic wraps",
    (dtype) => {
      if (backend === undefined) throw new Error("no backend");
      const bits = Number(dtype.replace(/\D/g, ""));
      const unsigned = dtype.startsWith("u");
      const wrap = (x: bigint): bigint => (unsigned ? BigInt.asUintN(bits, x) : BigInt.asIntN(bits, x));
      const values = Array.from({ length: 203 }, (_, i) =>
        wrap(BigInt(i - 100) * 0x9e3779b97f4a7c15n + BigInt(i)),
      );
      const others = values.map((_, i) =>
        i % 7 === 0 ? wrap(BigInt(i % 3) - 1n) : (values[(i * 37) % 203] ?? 0n),
      );
      const pack = (list: readonly bigint[]): TypedArray => {
        const out = allocate<DType>(dtype, list.length);
        list.forEach((x, i) => (out[i] = (bits === 64 ? x : Number(x)) as never)); // SAFETY: what the dtype's array holds
        return out;
      };
      const operations: Partial<Record<ScalarOp, (a: bigint, b: bigint) => bigint>> = {
        add: (a, b) => a + b,
        sub: (a, b) => a - b,
        mul: (a, b) => a * b,
        div: (a, b) => (b === 0n ? 0n : a / b),
        rem: (a, b) => (b === 0n ? 0n : a % b),
        min: (a, b) => (a < b ? a : b),
        max: (a, b) => (a > b ? a : b),
        and: (a, b) => a & b,
        or: (a, b) => a | b,
        xor: (a, b) => a ^ b,
      };
      for (const [op, f] of Object.entries(operations)) {
        // SAFETY: the keys above are scalar operations.
        const result = apply(backend, op as ScalarOp, [pack(values), pack(others)], [dtype, dtype], dtype);
        values.forEach((a, i) => {
          const b = others[i] ?? 0n;
          expect(BigInt(result[i] ?? 0), `${a} ${op} ${b}`).toBe(wrap(f(a, b)));
        });
      }
      for (const [op, f] of [
        ["lt", (a: bigint, b: bigint) => a < b],
        ["le", (a: bigint, b: bigint) => a <= b],
        ["eq", (a: bigint, b: bigint) => a === b],
      ] as const) {
        const result = apply(backend, op, [pack(values), pack(others)], [dtype, dtype], "bool");
        values.forEach((a, i) =>
          expect(result[i], `${a} ${op} ${others[i]}`).toBe(f(a, others[i] ?? 0n) ? 1 : 0),
        );
      }
    },
  );

  it("converts every float16 and bfloat16 number to float32 and back", () => {
    if (backend === undefined) throw new Error("no backend");
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i);
    for (const dtype of ["float16", "bfloat16"] as const) {
      const wide = apply(backend, "cast", [all], [dtype], "float32");
      const back = apply(backend, "cast", [wide], ["float32"], dtype);
      all.forEach((bits, i) => {
        if (Number.isNaN(Number(wide[i])))
          expect((Number(back[i]) & 0x7fff) > (dtype === "float16" ? 0x7c00 : 0x7f80)).toBe(true);
        else expect(back[i]).toBe(bits);
      });
    }
    const halves = apply(
      backend,
      "cast",
      [
        Float32Array.of(
          65519,
          65520,
          2 ** -25,
          2 ** -25 * 1.001,
          1 + 2 ** -11,
          1 + 3 * 2 ** -11,
          5.9604645e-8,
        ),
      ],
      ["float32"],
      "float16",
    );
    expect([...halves]).toEqual([0x7bff, 0x7c00, 0, 1, 0x3c00, 0x3c02, 1]);
  });

  it("has code for every scalar operation", () => {
    expect(Object.keys(scalarEmitters).toSorted()).toEqual([...scalarOps].toSorted());
  });
});
