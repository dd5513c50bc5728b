import {
  type Epilogue,
  type Access,
  type BufferSpec,
  type Item,
  type LoopItem,
  type LoopKernel,
  type Operand,
  type Schedule,
  type StructuredKernel,
  turnsOf,
} from "../../src/compiler/kernel-ir/kernel-ir.ts";
import { bytesOf, type DType, kindOf } from "../../src/ir/dtypes.ts";
import { wrapTo } from "../../src/ir/elementwise.ts";
import { encodeNumber, fromNumbers, roundHalfEven, toNumbers } from "../../src/ir/numbers.ts";
import { viewOf, type TypedArray } from "../../src/ir/dtypes.ts";
import type { RefArray } from "../../src/ir/primitive.ts";
import { allPrimitives } from "../../src/ir/primitives/all.ts";
import { meaningOf } from "../../src/ir/primitives/meanings.ts";
import type { ScalarOp } from "../../src/ir/scalar.ts";
import { indicesOf } from "../../src/ir/shape.ts";
import { erf } from "../../src/ir/special.ts";

type Node = Epilogue["nodes"][number];

const logical = (dtype: DType): boolean => kindOf(dtype) === "bool";

/** The meaning of each scalar op on doubles. */
const meanings: Record<
  Exclude<ScalarOp, "cast">,
  (a: number, b: number, c: number, dtype: DType) => number
> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b, _, dtype) => (kindOf(dtype) === "float" ? a / b : Math.trunc(a / b)),
  rem: (a, b) => a % b,
  neg: (a) => -a,
  abs: (a) => Math.abs(a),
  sign: (a) => Math.sign(a),
  min: (a, b) => Math.min(a, b),
  max: (a, b) => Math.max(a, b),
  pow: (a, b) => (a === 1 || b === 0 ? 1 : a ** b),
  atan2: (a, b) => Math.atan2(a, b),
  floor: (a) => Math.floor(a),
  ceil: (a) => Math.ceil(a),
  trunc: (a) => Math.trunc(a),
  round: (a) => (Number.isFinite(a) ? roundHalfEven(a) : a),
  sqrt: (a) => Math.sqrt(a),
  exp: (a) => Math.exp(a),
  expm1: (a) => Math.expm1(a),
  log: (a) => Math.log(a),
  log1p: (a) => Math.log1p(a),
  sin: (a) => Math.sin(a),
  cos: (a) => Math.cos(a),
  tan: (a) => Math.tan(a),
  atan: (a) => Math.atan(a),
  tanh: (a) => Math.tanh(a),
  erf: (a) => erf(a),
  eq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  lt: (a, b) => Number(a < b),
  le: (a, b) => Number(a <= b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  not: (a, _b, _c, dtype) => (logical(dtype) ? Number(a === 0) : ~a),
  shl: (a, b) => a << b,
  shr: (a, b, _, dtype) => (kindOf(dtype) === "uint" ? a >>> b : a >> b),
  select: (a, b, c) => (a !== 0 ? b : c),
};

const identities = { add: 0, mul: 1, max: -Infinity, min: Infinity } as const;

function rounded(dtype: DType, value: number): number {
  if (dtype === "float32") return Math.fround(value);
  return kindOf(dtype) === "float" ? value : wrapTo(dtype, value);
}

/** Runs schedules one element at a time, in an order that shows what depends on order. */
class Machine {
  readonly #schedule: Schedule;
  readonly #arrays: TypedArray[];
  readonly #primitives = new Map(allPrimitives.map((primitive) => [primitive.name, primitive]));
  #turns: number[] = [];

  constructor(schedule: Schedule, inputs: readonly TypedArray[], state: readonly TypedArray[]) {
    this.#schedule = schedule;
    // What was there before shows as NaN or nonsense.
    const arena = new Uint8Array(schedule.arenaBytes + 8).fill(0xff);
    this.#arrays = schedule.buffers.map(({ dtype, size, home }: BufferSpec) => {
      switch (home.kind) {
        case "arena":
          if (home.byteOffset + size * bytesOf(dtype) > schedule.arenaBytes)
            throw new Error("a buffer lies outside of the arena");
          return viewOf<DType>(dtype, arena.buffer, home.byteOffset, size);
        case "constant":
          return viewOf<DType>(dtype, home.bytes.slice().buffer, 0, size);
        case "input":
          return inputs[home.index] ?? new Float32Array(0);
        case "state":
          return state[home.index] ?? new Float32Array(0);
      }
    });
  }

  run(): TypedArray[] {
    this.#items(this.#schedule.items);
    return this.#schedule.outputs.map((id) => this.#arrays[id]?.slice() ?? new Float32Array(0));
  }

  #items(items: readonly Item[]): void {
    for (const item of items) {
      if (item.kind === "loop") this.#loop(item);
      else if (item.kind === "structured") this.#structured(item);
      else if (item.kind === "repeat") {
        const [from, to] = this.#turnsOf(item);
        for (let i = from; i < to; i++) {
          this.#turns.push(i);
          this.#items(item.body);
          this.#turns.pop();
        }
      } else if (item.kind === "while") {
        // A loop level of its own, at which nothing moves.
        this.#items(item.condition);
        while (this.#read(item.flag, []) !== 0) {
          this.#items(item.body);
          this.#items(item.condition);
        }
      } else {
        const chosen = Math.max(0, Math.min(item.branches.length - 1, this.#read(item.selector, [])));
        this.#items(item.branches[chosen] ?? []);
      }
    }
  }

  #turnsOf({ count, range }: LoopItem): readonly [from: number, to: number] {
    if (range === undefined) return [0, count];
    const { bounds } = range;
    return turnsOf(range, count, [
      this.#read(bounds, []),
      this.#read({ ...bounds, offset: bounds.offset + 1 }, []),
    ]);
  }

  #at({ offset, strides, loopStrides = [] }: Access, index: readonly number[]): number {
    let at = offset;
    strides.forEach((stride, d) => (at += stride * (index[d] ?? 0)));
    loopStrides.forEach((stride, l) => (at += stride * (this.#turns[l] ?? 0)));
    return at;
  }

  #read(access: Access, index: readonly number[]): number {
    const array = this.#arrays[access.buffer];
    const dtype = this.#schedule.buffers[access.buffer]?.dtype ?? "float32";
    const at = this.#at(access, index);
    if (array === undefined || at < 0 || at >= array.length)
      throw new Error(`load from ${at} of b${access.buffer}`);
    return Number(toNumbers(array.subarray(at, at + 1), dtype)[0]);
  }

  #write(access: Access, index: readonly number[], value: number): void {
    const array = this.#arrays[access.buffer];
    const dtype = this.#schedule.buffers[access.buffer]?.dtype ?? "float32";
    const at = this.#at(access, index);
    if (array === undefined || at < 0 || at >= array.length)
      throw new Error(`store to ${at} of b${access.buffer}`);
    array[at] = encodeNumber(rounded(dtype, value), dtype);
  }

  /** Values of nodes at one index; `known` holds reductions and the product. */
  #evaluate(
    nodes: readonly Node[],
    id: number,
    index: readonly number[],
    known: ReadonlyMap<number, number>,
    memo: Map<number, number>,
  ): number {
    const done = known.get(id) ?? memo.get(id);
    if (done !== undefined) return done;
    const node = nodes[id];
    if (node === undefined) throw new Error(`no node ${id}`);
    const value = rounded(node.dtype, this.#node(nodes, node, index, known, memo));
    memo.set(id, value);
    return value;
  }

  #node(
    nodes: readonly Node[],
    node: Node,
    index: readonly number[],
    known: ReadonlyMap<number, number>,
    memo: Map<number, number>,
  ): number {
    switch (node.kind) {
      case "const":
        return node.value;
      case "index":
        return node.strides.reduce((sum, stride, d) => sum + stride * (index[d] ?? 0), node.offset);
      case "load": {
        const inside = (node.guards ?? []).every(({ offset, strides, limit }) => {
          const at = strides.reduce((sum, stride, d) => sum + stride * (index[d] ?? 0), offset);
          return at >= 0 && at < limit;
        });
        return inside ? this.#read(node.access, index) : (node.otherwise ?? 0);
      }
      case "op": {
        const args = node.args.map((arg) => this.#evaluate(nodes, arg, index, known, memo));
        const [a = 0, b = 0, c = 0] = args;
        return node.op === "cast" ? a : meanings[node.op](a, b, c, node.dtype);
      }
      case "reduce":
      case "product":
        throw new Error(`${node.kind} is read before it is computed`);
    }
  }

  #loop({ outer, inner, nodes, stores }: LoopKernel): void {
    const depths = depthsOf(nodes);
    const varies = dependsOnInner(nodes, outer.length);
    const isInner = stores.map(
      ({ access, value }) =>
        varies[value] === true || access.strides.slice(outer.length).some((stride) => stride !== 0),
    );
    const stages = Math.max(0, ...depths);
    const steps = Array.from(indicesOf(outer), (index) => [...index]).toReversed();
    for (const step of steps) {
      const known = new Map<number, number>();
      for (let stage = 0; stage <= stages; stage++) {
        const reductions = nodes.flatMap((node, id) =>
          node.kind === "reduce" && depths[id] === stage + 1 ? [{ id, node }] : [],
        );
        for (const { id, node } of reductions) known.set(id, identities[node.combine]);
        const sums = new Map(known);
        if (inner.length > 0) {
          for (const within of indicesOf(inner)) {
            const index = [...step, ...within];
            const memo = new Map<number, number>();
            for (const { id, node } of reductions) {
              const value = this.#evaluate(nodes, node.value, index, known, memo);
              sums.set(id, combined(node.combine, sums.get(id) ?? 0, value));
            }
            const mine = stores.filter((store, i) => isInner[i] && depths[store.value] === stage);
            const values = mine.map((store) => this.#evaluate(nodes, store.value, index, known, memo));
            mine.forEach((store, i) => this.#write(store.access, index, values[i] ?? 0));
          }
        }
        for (const { id, node } of reductions) known.set(id, rounded(node.dtype, sums.get(id) ?? 0));
      }
      const rest = stores.filter((_, i) => inner.length === 0 || !isInner[i]);
      const memo = new Map<number, number>();
      const index = [...step, ...inner.map(() => 0)];
      const values = rest.map((store) => this.#evaluate(nodes, store.value, index, known, memo));
      rest.forEach((store, i) => this.#write(store.access, index, values[i] ?? 0));
    }
  }

  #gather({ access, shape, dtype }: Operand): RefArray {
    const data = Float64Array.from(Array.from(indicesOf(shape), (index) => this.#read(access, index)));
    return { shape, dtype, data };
  }

  #structured({ primitive, params, inputs, outputs, epilogue }: StructuredKernel): void {
    const known = this.#primitives.get(primitive);
    if (known === undefined) throw new Error(`no primitive ${primitive}`);
    const results = meaningOf(known)(
      inputs.map((operand) => this.#gather(operand)),
      params,
      () => {
        throw new Error("structured kernels hold no programs");
      },
    );
    outputs.forEach(({ access, shape }, k) => {
      let n = 0;
      for (const index of indicesOf(shape)) this.#write(access, index, results[k]?.data[n++] ?? 0);
    });
    if (epilogue === undefined) return;
    const [product] = outputs;
    if (product === undefined) return;
    for (const index of indicesOf(product.shape)) {
      const memo = new Map([
        [epilogue.nodes.findIndex((node) => node.kind === "product"), this.#read(product.access, index)],
      ]);
      const values = epilogue.stores.map((store) =>
        this.#evaluate(epilogue.nodes, store.value, index, new Map(), memo),
      );
      epilogue.stores.forEach((store, i) => this.#write(store.access, index, values[i] ?? 0));
    }
  }
}

function combined(how: keyof typeof identities, a: number, b: number): number {
  return meanings[how](a, b, 0, "float32");
}

/** How many reductions lie one behind the other up to each node. */
function depthsOf(nodes: readonly Node[]): number[] {
  const depths: number[] = [];
  for (const node of nodes) {
    const args = node.kind === "op" ? node.args : node.kind === "reduce" ? [node.value] : [];
    const most = Math.max(0, ...args.map((arg) => depths[arg] ?? 0));
    depths.push(node.kind === "reduce" ? most + 1 : most);
  }
  return depths;
}

/** Which nodes have another value at each inner index. */
function dependsOnInner(nodes: readonly Node[], outerRank: number): boolean[] {
  const moves = (strides: readonly number[]): boolean =>
    strides.slice(outerRank).some((stride) => stride !== 0);
  const found: boolean[] = [];
  for (const node of nodes) {
    if (node.kind === "op") found.push(node.args.some((arg) => found[arg]));
    else if (node.kind === "load")
      found.push(moves(node.access.strides) || (node.guards ?? []).some((guard) => moves(guard.strides)));
    else found.push(node.kind === "index" && moves(node.strides));
  }
  return found;
}

/** Runs a schedule in plain JavaScript; `state` is updated in place. */
export function interpret(
  schedule: Schedule,
  inputs: readonly RefArray[],
  state: TypedArray[] = [],
): RefArray[] {
  const given = inputs.map(({ data, dtype }) => fromNumbers(data, dtype));
  const results = new Machine(schedule, given, state).run();
  return schedule.outputs.map((id, i) => {
    const dtype = schedule.buffers[id]?.dtype ?? "float32";
    const data = Float64Array.from(toNumbers(results[i] ?? new Float32Array(0), dtype));
    return { shape: [data.length], dtype, data };
  });
}
