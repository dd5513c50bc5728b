import { describe, expect, it } from "vitest";
import * as assembler from "./index.ts";
import {
  ByteWriter,
  ModuleBuilder,
  atomicI32,
  constant,
  f32,
  f32x4,
  f64,
  f64x2,
  i32,
  i32x4,
  i64,
  i64x2,
  i8x16,
  operand,
  relaxedSimdSupported,
  select,
  shuffle32,
  simdSupported,
  v128,
  type Expr,
  type FunctionBuilder,
  type ValueType,
} from "./index.ts";

type Callable = (...args: (number | bigint)[]) => number | bigint | undefined;

function instantiate(module: ModuleBuilder, imports: WebAssembly.Imports = {}): (name: string) => Callable {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes()), imports);
  return (name) => {
    const found = exports[name];
    if (typeof found !== "function") throw new Error(`no export ${name}`);
    // SAFETY: an exported wasm function takes and gives numbers and bigints.
    return found as Callable;
  };
}

/** Compiles and runs one function over 64 KiB of memory. */
function run(
  params: readonly ValueType[],
  results: readonly ValueType[],
  body: (fn: FunctionBuilder) => void,
  args: (number | bigint)[] = [],
  words: readonly number[] = [],
): { readonly result: number | bigint | undefined; readonly f32: Float32Array; readonly i32: Int32Array } {
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Float32Array(memory.buffer).set(words);
  const module = new ModuleBuilder();
  module.importMemory({ module: "env", name: "memory", initial: 1 });
  module.exportFunction("main", module.function(params, results, body));
  const result = instantiate(module, { env: { memory } })("main")(...args);
  return { result, f32: new Float32Array(memory.buffer), i32: new Int32Array(memory.buffer) };
}

/** Value of a constant expression. */
function evaluate(value: Expr<ValueType>): number | bigint | undefined {
  return run([], [value.type], (fn) => fn.result(value)).result;
}

/** Four lanes of a vector expression as 32-bit integers. */
function lanes(value: Expr<"v128">): number[] {
  return Array.from(run([], [], (fn) => fn.store(0, value)).i32.subarray(0, 4));
}

function floats(value: Expr<"v128">): number[] {
  return Array.from(run([], [], (fn) => fn.store(0, value)).f32.subarray(0, 4));
}

describe("constants", () => {
  it.each([0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, -8192, 2 ** 31 - 1, -(2 ** 31)])(
    "i32 %d",
    (value) => {
      expect(evaluate(i32.const(value))).toBe(value);
    },
  );

  it.each([0n, -1n, 64n, -65n, 2n ** 40n, -(2n ** 63n), 2n ** 63n - 1n])("i64 %d", (value) => {
    expect(evaluate(i64.const(value))).toBe(value);
  });

  it("wraps unsigned 32-bit values", () => {
    expect(evaluate(i32.const(0xffffffff))).toBe(-1);
  });

  it.each([0.1, -3.5, Infinity])("floats %d", (value) => {
    expect(evaluate(f64.const(value))).toBe(value);
    expect(evaluate(f32.const(value))).toBe(Math.fround(value));
  });

  it("writes names in UTF-8", () => {
    const writer = new ByteWriter();
    writer.name("aé→𝄞");
    expect(Array.from(writer.toBytes().subarray(1))).toEqual(Array.from(new TextEncoder().encode("aé→𝄞")));
  });
});

describe("instructions", () => {
  it("computes integer arithmetic and comparisons", () => {
    expect(evaluate(i32.sub(i32.mul(7, 6), 2))).toBe(40);
    expect(evaluate(i32.divS(-7, 2))).toBe(-3);
    expect(evaluate(i32.remU(-1, 10))).toBe(0xffffffff % 10);
    expect(evaluate(i32.shrS(-8, 1))).toBe(-4);
    expect(evaluate(i32.ltU(1, -1))).toBe(1);
    expect(evaluate(i32.ltS(1, -1))).toBe(0);
    expect(evaluate(i64.mul(2n ** 33n, 3n))).toBe(3n * 2n ** 33n);
    expect(evaluate(i32.wrapI64(i64.shrU(-1n, 40n)))).toBe(0xffffff);
  });

  it("computes float arithmetic and conversions", () => {
    expect(evaluate(f64.sqrt(f64.add(2, f64.div(1, 4))))).toBe(1.5);
    expect(evaluate(f32.nearest(2.5))).toBe(2);
    expect(evaluate(f64.promoteF32(f32.demoteF64(0.1)))).toBe(Math.fround(0.1));
    expect(evaluate(f64.convertI64U(i64.const(-1n)))).toBe(2 ** 64);
    expect(evaluate(select(i32.const(1), i32.const(2), i32.eqz(5)))).toBe(2);
  });

  it("computes on vectors", () => {
    const a = f32x4.const(1, 2, 3, 4);
    const b = f32x4.const(10, 20, 30, 40);
    expect(floats(f32x4.add(a, b))).toEqual([11, 22, 33, 44]);
    expect(floats(f32x4.pmax(a, f32x4.const(2.5)))).toEqual([2.5, 2.5, 3, 4]);
    expect(floats(shuffle32(a, b, [3, 4, 0, 7]))).toEqual([4, 10, 1, 40]);
    expect(floats(f32x4.replaceLane(a, 2, 9))).toEqual([1, 2, 9, 4]);
    expect(evaluate(f32x4.extractLane(b, 3))).toBe(40);
    expect(floats(v128.bitselect(a, b, f32x4.lt(a, f32x4.const(2.5))))).toEqual([1, 2, 30, 40]);
    expect(lanes(i32x4.truncSatF32x4S(f32x4.neg(b)))).toEqual([-10, -20, -30, -40]);
    expect(lanes(i32x4.shl(i32x4.const(1, 2, 3, 4), 4))).toEqual([16, 32, 48, 64]);
    expect(lanes(i64x2.add(i32x4.const(-1, -1, 5, 0), i32x4.const(1, 0, 1, 0)))).toEqual([0, 0, 6, 0]);
    expect(floats(f32x4.demoteF64x2Zero(f64x2.mul(f64x2.const(1.5, 2), f64x2.splat(2))))).toEqual([
      3, 4, 0, 0,
    ]);
    const bytes = Array.from({ length: 16 }, (_, i) => (i * 5) % 32);
    const [low, high] = [
      i32x4.const(0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c),
      i32x4.const(0, 0, 0, 0),
    ];
    const shuffled = new Uint8Array(Int32Array.from(lanes(i8x16.shuffle(low, high, bytes))).buffer);
    expect([...shuffled]).toEqual(bytes.map((from) => (from < 16 ? from : 0)));
  });

  it("reads and writes memory", () => {
    const { f32: memory } = run(
      [],
      [],
      (fn) => {
        const x = fn.local("v128", v128.load(4, 12));
        fn.storeLanes32(64, x, 3);
        fn.storeLanes32(96, x, 2, 8);
        fn.store(128, v128.load32Splat(0));
        fn.store(144, v128.load32Lane(0, x, 1, 4));
        fn.store(160, f32.load(8));
        fn.store8(164, 0x80);
        fn.store8(164, 0);
        fn.store8(166, 0x80);
        fn.store8(167, 0x3f);
      },
      [],
      [1, 2, 3, 4, 5, 6, 7, 8],
    );
    expect(Array.from(memory.subarray(16, 20))).toEqual([5, 6, 7, 0]);
    expect(Array.from(memory.subarray(24, 29))).toEqual([0, 0, 5, 6, 0]);
    expect(Array.from(memory.subarray(32, 36))).toEqual([1, 1, 1, 1]);
    expect(Array.from(memory.subarray(36, 40))).toEqual([5, 2, 7, 8]);
    expect(Array.from(memory.subarray(40, 42))).toEqual([3, 1]);
  });

  it("copies and fills memory", () => {
    const { i32: memory } = run([], [], (fn) => {
      fn.memoryFill(0, 1, 8);
      fn.memoryCopy(16, 4, 8);
    });
    expect(Array.from(memory.subarray(0, 7))).toEqual([0x01010101, 0x01010101, 0, 0, 0x01010101, 0, 0]);
  });

  it("validates every vector instruction", () => {
    const value = (): Expr<"v128"> => f32x4.const(1);
    let count = 0;
    for (const table of [assembler.i16x8, i32x4, i64x2, f32x4, f64x2, v128]) {
      for (const [name, make] of Object.entries(table)) {
        if (/load|const|Lane|splat|relaxed|^sh[lr]/.test(name)) continue;
        // SAFETY: what the filter leaves takes one to three vectors.
        const build = make as (a: Expr<"v128">, b: Expr<"v128">, c: Expr<"v128">) => Expr<ValueType>;
        const module = new ModuleBuilder();
        const expression = build(value(), value(), value());
        module.function([], [expression.type], (fn) => fn.result(expression));
        expect(WebAssembly.validate(module.toBytes()), name).toBe(true);
        count++;
      }
    }
    expect(count).toBeGreaterThan(90);
  });

  it.runIf(relaxedSimdSupported())("multiplies and adds with relaxed SIMD", () => {
    const [a, b, c] = [f32x4.const(2), f32x4.const(3), f32x4.const(10)];
    expect(floats(f32x4.relaxedMadd(a, b, c))).toEqual([16, 16, 16, 16]);
    expect(floats(f32x4.relaxedNmadd(a, b, c))).toEqual([4, 4, 4, 4]);
  });

  it("knows the engine's features", () => {
    expect(simdSupported()).toBe(true);
  });
});

describe("control flow", () => {
  const sumTo = (from: number, to: number, step: number): number => {
    let sum = 0;
    for (let i = from; i < to; i += step) sum += i;
    return sum;
  };

  it.each([
    [0, 10, 1],
    [3, 3, 1],
    [5, 2, 1],
    [-4, 9, 3],
  ])("counts from %d to %d by %d", (from, to, step) => {
    const variable = run(
      ["i32", "i32"],
      ["i32"],
      (fn) => {
        const [sum, i] = [fn.local("i32"), fn.local("i32")];
        fn.forRange(i, fn.param("i32", 0), fn.param("i32", 1), step, () => fn.set(sum, i32.add(sum, i)));
        fn.result(sum);
      },
      [from, to],
    );
    expect(variable.result).toBe(sumTo(from, to, step));
    const fixed = run([], ["i32"], (fn) => {
      const [sum, i] = [fn.local("i32"), fn.local("i32")];
      fn.forRange(i, from, to, step, () => fn.set(sum, i32.add(sum, i)));
      fn.result(sum);
    });
    expect(fixed.result).toBe(sumTo(from, to, step));
  });

  it.each([0, 1, 7])("repeats %d times", (times) => {
    for (const constantCount of [true, false]) {
      const { result } = run(
        ["i32"],
        ["i32"],
        (fn) => {
          const [sum, counter] = [fn.local("i32"), fn.local("i32")];
          fn.repeat(counter, constantCount ? times : fn.param("i32", 0), () => fn.increment(sum, 2));
          fn.result(sum);
        },
        [times],
      );
      expect(result).toBe(2 * times);
    }
  });

  it("branches out of nested blocks", () => {
    const { result } = run(
      ["i32"],
      ["i32"],
      (fn) => {
        const n = fn.param("i32", 0);
        const steps = fn.local("i32");
        fn.block((exit) => {
          fn.loop((again) => {
            fn.brIf(exit, i32.eq(n, 1));
            fn.if(
              i32.and(n, 1),
              () => fn.set(n, i32.add(i32.mul(n, 3), 1)),
              () => fn.set(n, i32.shrU(n, 1)),
            );
            fn.increment(steps, 1);
            fn.br(again);
          });
        });
        fn.result(steps);
      },
      [27],
    );
    expect(result).toBe(111);
  });

  it("reuses scratch locals", () => {
    const { result } = run([], ["i32"], (fn) => {
      const sum = fn.local("i32");
      const seen: number[] = [];
      for (let round = 0; round < 3; round++) {
        fn.scratch("i32", (local) => {
          seen.push(local.index);
          fn.set(local, round);
          fn.increment(sum, local);
        });
      }
      expect(new Set(seen).size).toBe(1);
      fn.result(sum);
    });
    expect(result).toBe(3);
  });
});

describe("modules", () => {
  it("calls imports, earlier functions and declared ones", () => {
    const module = new ModuleBuilder();
    const log = module.importFunction("env", "log", ["i32", "f64"]);
    const later = module.declare(["i32"], ["i32"]);
    const main = module.function(["i32"], ["i32"], (fn) => {
      const x = fn.param("i32", 0);
      fn.call(log, x, 2.5);
      fn.result(fn.callValue("i32", later, x));
    });
    later.result(i32.add(later.param("i32", 0), 1));
    module.exportFunction("main", main);
    const calls: number[][] = [];
    const call = instantiate(module, { env: { log: (a: number, b: number) => calls.push([a, b]) } })("main");
    expect(call(4)).toBe(5);
    expect(calls).toEqual([[4, 2.5]]);
  });

  it("rejects calls with wrong argument types", () => {
    const module = new ModuleBuilder();
    const callee = module.function(["f32"], [], () => {});
    expect(() => module.function([], [], (fn) => fn.call(callee, i32.const(1)))).toThrow(/argument 0 is i32/);
  });

  it("works on shared memory with atomics", () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared: true });
    const module = new ModuleBuilder();
    module.importMemory({ module: "env", name: "memory", initial: 1, maximum: 2, shared: true });
    const main = module.function([], ["i32"], (fn) => {
      fn.atomicStore(0, constant("i32", 5));
      fn.atomicStore(0, atomicI32.add(0, 3), 4);
      fn.store(0, atomicI32.load(0), 8);
      // The value differs from the expected one, so the wait gives 1 at once; nobody waits, so notify gives 0.
      fn.result(i32.add(atomicI32.wait(0, 1, operand("i64", -1n)), i32.mul(atomicI32.notify(0, 1), 100)));
    });
    module.exportFunction("main", main);
    expect(instantiate(module, { env: { memory } })("main")()).toBe(1);
    expect(Array.from(new Int32Array(memory.buffer).subarray(0, 3))).toEqual([8, 5, 8]);
  });
});
