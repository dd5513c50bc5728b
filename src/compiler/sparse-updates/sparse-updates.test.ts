import { beforeAll, describe, expect, it } from "vitest";
import { randomNumbers } from "../../../test/primitives/sample-data.ts";
import { expectClose } from "../../../test/support/close.ts";
import { interpret } from "../../../test/support/interpret-schedule.ts";
import { needTableRows } from "../../backend/kernels/table-rows.ts";
import { evaluateProgram } from "../../backend/reference/evaluate.ts";
import { WasmBackend } from "../../backend/wasm/backend.ts";
import type { DType } from "../../ir/dtypes.ts";
import type { RefArray } from "../../ir/primitive.ts";
import { type Program, ProgramBuilder, type Var, withBuilder } from "../../ir/program.ts";
import { sizeOf } from "../../ir/shape.ts";
import { verify } from "../../ir/verify.ts";
import * as p from "../../ops/core/primitives/index.ts";
import { schedule } from "../compile.ts";
import type { Item, Schedule } from "../kernel-ir/kernel-ir.ts";
import { sparseUpdates } from "./sparse-updates.ts";

beforeAll(needTableRows);

const [size, width, count] = [600, 8, 24];
const close = { rtol: 1e-4, atol: 1e-5 };

interface Table {
  /** The gradient, as rows added to zeros. */
  readonly gradient: Var;
  /** The table, and one more array of its size. */
  readonly state: readonly [table: Var, slot: Var];
  /** A number of the step, as an array of the table's size. */
  readonly rate: Var;
  /** A number, as such an array. */
  readonly number: (value: number) => Var;
}

type Change = (
  table: Table,
) => readonly [table: Var | null, slot: Var | null] | readonly [Var | null, Var | null, output: Var];

/** A step that changes two tables by the gradient of `parts` lookups in the first one. */
function stepOf(
  change: Change,
  { parts = 1, rows: tableRows = size, dtype = "float32" as DType } = {},
): Program {
  const builder = new ProgramBuilder();
  const shape = [tableRows, width];
  const table = builder.stateInput({ shape, dtype });
  const slot = builder.stateInput({ shape, dtype });
  const rate = builder.stateInput({ shape: [], dtype });
  const lookups = Array.from({ length: parts }, (_, i) => {
    const dims = i === 0 ? [4, count / 4] : [count / 2];
    return [
      builder.input({ shape: dims, dtype: "int32" }),
      builder.input({ shape: [...dims, width], dtype }),
    ] as const;
  });
  return withBuilder(builder, () => {
    const seen = lookups.map(([indices]) => p.gather(table, indices, 0));
    const gradients = lookups.map(([indices, rows]) =>
      p.scatter(p.full(0, shape, dtype), indices, rows, 0, "add"),
    );
    const [first, ...others] = gradients;
    if (first === undefined) throw new Error("a lookup");
    const gradient = others.reduce((sum, next) => p.add(sum, next), first);
    const [next, nextSlot, ...more] = change({
      gradient,
      state: [table, slot],
      rate: p.broadcast(rate, shape, []),
      number: (value) => p.full(value, shape, dtype),
    });
    return builder.finish([...seen, ...more], [next, nextSlot, null]);
  });
}

/** Elements of the largest array that a kernel goes over. */
function largestLoop({ items }: Schedule): number {
  const of = (item: Item): number => {
    if (item.kind === "loop") return sizeOf([...item.outer, ...item.inner]);
    // A scatter into its own input touches what its indices point to.
    if (item.kind !== "structured") throw new Error(`no ${item.kind} expected`);
    const [x] = item.inputs;
    const [y] = item.outputs;
    const isInPlace = item.primitive === "scatter" && x?.access.buffer === y?.access.buffer;
    const touched = isInPlace || item.primitive === "gather" ? item.inputs.slice(1) : item.inputs;
    return Math.max(...[...touched, ...(isInPlace ? [] : item.outputs)].map(({ shape }) => sizeOf(shape)));
  };
  return Math.max(...items.map(of));
}

/** Inputs, indices among them twice and outside of the table, and state. */
function valuesFor(program: Program, seed: number): { inputs: RefArray[]; state: RefArray[] } {
  const random = randomNumbers(seed);
  const filled = ({ shape, dtype }: Var): RefArray => ({
    shape,
    dtype,
    data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
      if (dtype !== "int32") return Math.fround(0.25 + random());
      return i % 5 === 0 ? 7 : i === 1 ? -3 : i === 2 ? size + 4 : Math.floor(random() * size);
    }),
  });
  return { inputs: program.inputs.map(filled), state: program.state.map(filled) };
}

/** Runs a step as it is scheduled, on the interpreter and on the device, against what it means. */
function expectEqual(program: Program, seed = 1, tolerance = close): void {
  verify(sparseUpdates(program), "a program with updates of rows");
  const { inputs, state } = valuesFor(program, seed);
  const expected = evaluateProgram(program, inputs, state);
  const wanted = expected.updates.map((update, i) => (update ?? state[i])?.data ?? []);
  const memory = state.map(({ data }) => Float32Array.from(data));
  const outputs = interpret(schedule(program), inputs, memory);
  expected.outputs.forEach(({ data }, i) =>
    expectClose(outputs[i]?.data ?? [], data, tolerance, `output ${i}`),
  );
  wanted.forEach((data, i) => expectClose(memory[i] ?? [], data, tolerance, `state ${i}`));
  const backend = new WasmBackend();
  const buffers = program.state.map((value, i) =>
    backend.allocate(value, Float32Array.from(state[i]?.data ?? [])),
  );
  backend.compile(program).run(
    inputs.map(({ data, dtype }) => (dtype === "int32" ? Int32Array.from(data) : Float32Array.from(data))),
    buffers,
  );
  wanted.forEach((data, i) =>
    expectClose([...(buffers[i]?.read() ?? [])].map(Number), data, tolerance, `state ${i} on the device`),
  );
}

const sgd: Change = ({ gradient, state: [table], rate }) => [p.sub(table, p.mul(gradient, rate)), null];
const adagrad: Change = ({ gradient, state: [table, slot], rate, number }) => {
  const sums = p.add(slot, p.mul(gradient, gradient));
  const step = p.div(p.mul(rate, gradient), p.sqrt(p.add(sums, number(1e-7))));
  return [p.sub(table, step), sums];
};

/** Updates that leave rows without a gradient as they are. */
const sparse: Readonly<Record<string, Change>> = {
  "a step along the gradient": sgd,
  "a step along the gradient, scaled": ({ gradient, state: [table], rate, number }) => [
    p.add(p.neg(p.mul(p.div(gradient, number(4)), rate)), table),
    null,
  ],
  "sums of squares": adagrad,
  "a clipped gradient": ({ gradient, state: [table], rate, number }) => [
    p.sub(table, p.mul(p.max(p.min(gradient, number(0.5)), number(-0.5)), rate)),
    null,
  ],
  "the gradient's sign": ({ gradient, state: [table] }) => [p.sub(table, p.sign(gradient)), null],
  "a count of the rows' updates": ({ gradient, state: [table, slot], number, rate }) => {
    const isTouched = p.ne(gradient, number(0));
    const counts = p.select(isTouched, p.add(slot, number(1)), slot);
    return [p.select(isTouched, p.sub(table, p.div(p.mul(gradient, rate), counts)), table), counts];
  },
};

/** Updates that need all rows: these change without a gradient, or something reads the whole gradient. */
const dense: Readonly<Record<string, Change>> = {
  momentum: ({ gradient, state: [table, slot], rate, number }) => {
    const momentum = p.sub(p.mul(slot, number(0.9)), p.mul(gradient, rate));
    return [p.add(table, momentum), momentum];
  },
  "weight decay": ({ gradient, state: [table], rate, number }) => [
    p.sub(p.mul(table, number(0.99)), p.mul(gradient, rate)),
    null,
  ],
  "a running mean of the table": ({ gradient, state: [table, slot], rate, number }) => {
    const next = p.sub(table, p.mul(gradient, rate));
    return [next, p.add(p.mul(slot, number(0.9)), p.mul(next, number(0.1)))];
  },
  "a penalty of the table": ({ gradient, state: [table], rate, number }) => [
    p.sub(table, p.mul(p.add(gradient, p.mul(table, number(0.01))), rate)),
    null,
  ],
  "a gradient that is scaled by its norm": ({ gradient, state: [table] }) => {
    const norm = p.sqrt(p.reduceSum(p.mul(gradient, gradient), [0, 1]));
    return [p.sub(table, p.div(gradient, p.broadcast(norm, gradient.shape, []))), null];
  },
  "a gradient that is handed out": ({ gradient, state: [table], rate }) => [
    p.sub(table, p.mul(gradient, rate)),
    null,
    gradient,
  ],
  "another number for each row": ({ gradient, state: [table], rate }) => {
    const rows = p.broadcast(p.cast(p.iota([size], 0, "int32"), "float32"), gradient.shape, [0]);
    return [p.sub(table, p.mul(p.mul(gradient, rows), rate)), null];
  },
};

describe("updates of the rows that are touched", () => {
  it.each(Object.entries(sparse))("take the time of those rows: %s", (_, change) => {
    for (const parts of [1, 2]) {
      const program = stepOf(change, { parts });
      expectEqual(program);
      expect(largestLoop(schedule(program))).toBeLessThanOrEqual(2 * count * width);
    }
  });

  it("take the same time whatever the table's size", () => {
    const [small, large] = [600, 60_000].map((rows) => schedule(stepOf(adagrad, { rows })));
    if (small === undefined || large === undefined) throw new Error("two schedules");
    expect(large.items.length).toBe(small.items.length);
    expect(large.arenaBytes).toBe(small.arenaBytes);
    expect(largestLoop(large)).toBe(largestLoop(small));
  });

  it.each(Object.entries(dense))("are not made where all rows are needed: %s", (_, change) => {
    const program = stepOf(change);
    expect(sparseUpdates(program)).toBe(program);
    expectEqual(program);
  });

  it("are not made of gradients of other kinds, of small tables, or where most rows are touched", () => {
    const withProduct = stepOf(({ gradient, state: [table], rate }) => {
      const all = p.add(gradient, p.matmul(table, p.full(0.1, [width, width], "float32")));
      return [p.sub(table, p.mul(all, rate)), null];
    });
    expect(sparseUpdates(withProduct)).toBe(withProduct);
    expectEqual(withProduct);
    const builder = new ProgramBuilder();
    const [indices, rows] = [
      builder.input({ shape: [500], dtype: "int32" }),
      builder.input({ shape: [500, 32], dtype: "float32" }),
    ];
    for (const [length, isSparse] of [
      [400, false],
      [600, true],
    ] as const) {
      const table = builder.stateInput({ shape: [length, 32], dtype: "float32" });
      const [gradient, next] = withBuilder(builder, () => {
        const sum = p.scatter(p.full(0, [length, 32], "float32"), indices, rows, 0, "add");
        return [sum, p.sub(table, sum)] as const;
      });
      const program = { ...builder.finish([]), state: [table], updates: [next] };
      expect(sparseUpdates(program) !== program).toBe(isSparse);
      // What has to be summed first takes more work.
      const [signed] = withBuilder(builder, () => [p.sub(table, p.sign(gradient))]);
      const other = { ...builder.finish([]), state: [table], updates: [signed ?? null] };
      expect(sparseUpdates(other)).toBe(other);
    }
  });

  it("are made of half-precision tables by sums", () => {
    const names = sparseUpdates(stepOf(sgd, { dtype: "float16" })).equations.map(
      ({ primitive }) => primitive.name,
    );
    expect(names).toContain("lastOccurrence");
    const exact = sparseUpdates(stepOf(sgd)).equations.map(({ primitive }) => primitive.name);
    expect(exact).not.toContain("lastOccurrence");
  });

  it("keep the meaning of random updates", () => {
    let made = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const random = randomNumbers(seed * 7919);
      const choose = (bound: number): number => Math.floor(random() * bound);
      const program = stepOf((table) => randomChange(table, choose), { parts: 1 + choose(2) });
      if (sparseUpdates(program) === program) continue;
      made++;
      expectEqual(program, seed, { rtol: 1e-3, atol: 1e-3 });
    }
    expect(made).toBeGreaterThan(40);
  });
});

/** New values of a table and its slot, of a few random operations. */
function randomChange(
  { gradient, state: [table, slot], rate, number }: Table,
  choose: (bound: number) => number,
): readonly [Var | null, Var | null] {
  const values = [gradient, p.mul(gradient, rate), table, slot, rate, number(1 + choose(3)), number(0)];
  const pick = (): Var => values[choose(values.length)] ?? gradient;
  for (let i = 0; i < 2 + choose(4); i++) {
    const [a, b, c] = [pick(), pick(), pick()];
    const operations = [
      () => p.add(a, b),
      () => p.sub(a, b),
      () => p.mul(a, b),
      () => p.mul(gradient, b),
      () => p.div(a, p.add(p.mul(b, b), number(1))),
      () => p.neg(a),
      () => p.max(a, b),
      () => p.abs(a),
      () => p.select(p.gt(gradient, number(0)), a, c),
    ];
    values.push(operations[choose(operations.length)]?.() ?? a);
  }
  const change = (old: Var): Var => (choose(3) === 0 ? pick() : p.sub(old, pick()));
  return [change(table), choose(3) === 0 ? null : change(slot)];
}
