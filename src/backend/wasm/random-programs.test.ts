import fc from "fast-check";
import { describe, it } from "vitest";
import { cases } from "../../../test/support/cases.ts";
import { randomNumbers } from "../../../test/primitives/sample-data.ts";
import { expectClose } from "../../../test/support/close.ts";
import { interpret } from "../../../test/support/interpret-schedule.ts";
import { randomProgram } from "../../../test/support/random-program.ts";
import { schedule } from "../../compiler/compile.ts";
import type { Access, Guard, KernelNode, LoopKernel, Schedule } from "../../compiler/kernel-ir/kernel-ir.ts";
import { formatSchedule } from "../../compiler/schedule/format.ts";
import type { RefArray } from "../../ir/primitive.ts";
import type { Program } from "../../ir/program.ts";
import { sizeOf } from "../../ir/shape.ts";
import { evaluateProgram } from "../reference/evaluate.ts";
import { WasmBackend } from "./backend.ts";

const drawn = cases(300);
const close = { rtol: 2e-3, atol: 2e-3 };
const backend = new WasmBackend();

function numbers(size: number, random: () => number): Float32Array {
  return Float32Array.from({ length: size }, () => random() * 2 - 1);
}

function checkProgram(program: Program, seed: number): void {
  const random = randomNumbers(seed);
  const inputs = program.inputs.map(({ shape }) => numbers(sizeOf(shape), random));
  const state = program.state.map(({ shape }) => numbers(sizeOf(shape), random));
  const asReference = (values: Program["inputs"], data: readonly Float32Array[]): RefArray[] =>
    values.map(({ shape, dtype }, i) => ({ shape, dtype, data: Float64Array.from(data[i] ?? []) }));
  const expected = evaluateProgram(
    program,
    asReference(program.inputs, inputs),
    asReference(program.state, state),
  );
  const buffers = program.state.map((value, i) => backend.allocate(value, state[i] ?? new Float32Array(0)));
  const actual = backend.compile(program).run(inputs, buffers);
  const what = (name: string): string => `${name} of\n${formatSchedule(schedule(program))}\n`;
  expected.outputs.forEach(({ data }, i) =>
    expectClose(Float64Array.from(actual[i] ?? [], Number), data, close, what(`output ${i}`)),
  );
  expected.updates.forEach((update, i) => {
    const wanted = update?.data ?? state[i] ?? [];
    expectClose(Float64Array.from(buffers[i]?.read() ?? [], Number), wanted, close, what(`state ${i}`));
  });
}

/** A loop kernel of random depth, strides, guards and reductions, over float32 inputs. */
function randomKernel(choose: (bound: number) => number): Schedule {
  const size = (): number => [1, 2, 3, 4, 5, 7, 8, 13, 16, 19, 33][choose(11)] ?? 1;
  const outer = Array.from({ length: choose(3) + (choose(8) === 0 ? 0 : 1) }, size);
  const inner = choose(2) === 0 ? [] : Array.from({ length: 1 + choose(2) }, size);
  // Few points in all: the interpreter is slow.
  for (const list of [outer, inner])
    list.forEach((_, i) => (list[i] = sizeOf([...outer, ...inner]) > 20_000 ? 2 : (list[i] ?? 1)));
  const dims = [...outer, ...inner];
  const buffers: Schedule["buffers"][number][] = [];
  const nodes: KernelNode[] = [];
  /** Strides of an array over some of the dimensions, in random order. */
  const layout = (among: readonly number[]): { strides: number[]; elements: number } => {
    const strides = dims.map(() => 0);
    let elements = 1;
    const order = among.filter(() => choose(4) > 0);
    if (choose(3) === 0) order.reverse();
    for (const d of order.toReversed()) {
      strides[d] = elements;
      elements *= dims[d] ?? 1;
    }
    return { strides, elements };
  };
  const all = dims.map((_, d) => d);
  for (let n = 1 + choose(3); n > 0; n--) {
    const { strides, elements } = layout(all);
    const access: Access = { buffer: buffers.length, offset: 0, strides };
    const guards: Guard[] = [];
    if (choose(4) === 0) {
      // The load sees a window of the array: what lies outside is a constant.
      const d = choose(dims.length);
      const low = choose(3);
      guards.push({
        offset: -low,
        strides: dims.map((_, i) => (i === d ? 1 : 0)),
        limit: Math.max(1, (dims[d] ?? 1) - low - choose(3)),
      });
    }
    buffers.push({ dtype: "float32", size: elements, home: { kind: "input", index: buffers.length } });
    const isGuarded = guards.length > 0;
    nodes.push({ kind: "load", access, dtype: "float32", ...(isGuarded ? { guards, otherwise: 0.5 } : {}) });
  }
  if (choose(4) === 0)
    nodes.push({ kind: "index", offset: choose(5), strides: dims.map(() => choose(3)), dtype: "float32" });
  const any = (): number => choose(nodes.length);
  for (let n = choose(5); n > 0; n--) {
    const op = (["add", "mul", "sub", "max", "tanh"] as const)[choose(5)] ?? "add";
    const args = op === "tanh" ? [any()] : [any(), any()];
    nodes.push({ kind: "op", op, args, dtype: "float32" });
    if (inner.length > 0 && choose(3) === 0) {
      const combine = (["add", "max", "min"] as const)[choose(3)] ?? "add";
      nodes.push({ kind: "reduce", combine, value: nodes.length - 1, dtype: "float32" });
      const scaled: KernelNode = { kind: "const", value: 0.125, dtype: "float32" };
      nodes.push(scaled, { kind: "op", op: "mul", args: [nodes.length - 1, nodes.length], dtype: "float32" });
    }
  }
  const dependsOnInner = innerDependence(nodes, outer.length);
  const stores: LoopKernel["stores"][number][] = [];
  const outputs: number[] = [];
  let arenaBytes = 0;
  for (let n = 1 + choose(2); n > 0; n--) {
    const value = n === 1 ? nodes.length - 1 : any();
    // Every index that the value varies over, and all outer ones, in order or reversed.
    const among = dependsOnInner[value] === true ? all : all.slice(0, outer.length);
    const order = choose(3) === 0 ? among.toReversed() : among;
    const strides = dims.map(() => 0);
    let elements = 1;
    for (const d of order.toReversed()) {
      strides[d] = elements;
      elements *= dims[d] ?? 1;
    }
    outputs.push(buffers.length);
    stores.push({ access: { buffer: buffers.length, offset: 0, strides }, value });
    buffers.push({ dtype: "float32", size: elements, home: { kind: "arena", byteOffset: arenaBytes } });
    arenaBytes += Math.ceil(elements / 16) * 64;
  }
  return {
    buffers,
    items: [{ kind: "loop", label: "random", outer, inner, nodes, stores }],
    outputs,
    arenaBytes,
  };
}

function innerDependence(nodes: readonly KernelNode[], outerRank: number): boolean[] {
  const result: boolean[] = [];
  const moves = (strides: readonly number[]): boolean =>
    strides.slice(outerRank).some((stride) => stride !== 0);
  for (const node of nodes) {
    if (node.kind === "load")
      result.push(moves(node.access.strides) || (node.guards ?? []).some((guard) => moves(guard.strides)));
    else if (node.kind === "index") result.push(moves(node.strides));
    else if (node.kind === "op") result.push(node.args.some((arg) => result[arg] === true));
    else result.push(false);
  }
  return result;
}

function checkKernel(compiled: Schedule, seed: number): void {
  const random = randomNumbers(seed);
  const inputs = compiled.buffers.flatMap(({ home, size }) =>
    home.kind === "input" ? [numbers(size, random)] : [],
  );
  const reference = inputs.map((data): RefArray => ({
    shape: [data.length],
    dtype: "float32",
    data: Float64Array.from(data),
  }));
  const expected = interpret(compiled, reference, []);
  const actual = backend.compileSchedule(compiled, inputs.length, 0).run(inputs, []);
  expected.forEach(({ data }, i) => {
    expectClose(
      Float64Array.from(actual[i] ?? [], Number),
      data,
      close,
      `output ${i} of\n${formatSchedule(compiled)}\n`,
    );
  });
}

describe("the wasm backend", () => {
  it("runs random programs as the reference does", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 1, max: 25 }), (seed, length) => {
        const random = randomNumbers(seed);
        checkProgram(
          randomProgram((bound) => Math.floor(random() * bound), length),
          seed,
        );
      }),
      drawn,
    );
  });

  it("runs random loop kernels as the interpreter does", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (seed) => {
        const random = randomNumbers(seed);
        checkKernel(
          randomKernel((bound) => Math.floor(random() * bound)),
          seed,
        );
      }),
      drawn,
    );
  });
});
