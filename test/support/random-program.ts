import type { DType } from "../../src/ir/dtypes.ts";
import * as p from "../../src/ops/core/primitives/index.ts";
import { type Program, ProgramBuilder, type Var, withBuilder } from "../../src/ir/program.ts";
import { type Dims, sizeOf } from "../../src/ir/shape.ts";

/** A source of decisions, each below the given bound. */
export type Choose = (bound: number) => number;

function pick<T>(choose: Choose, from: readonly [T, ...T[]]): T {
  return from[choose(from.length)] ?? from[0];
}

const shapes: readonly [Dims, ...Dims[]] = [[], [6], [4, 6], [6, 4], [2, 3, 4], [1, 6], [3, 1, 2], [24]];

/** Programs keep to values of moderate size, so that float32 and double precision stay close. */
class Writer {
  readonly builder: ProgramBuilder = new ProgramBuilder();
  readonly #choose: Choose;
  readonly #values: Var[] = [];
  #depth = 0;

  constructor(choose: Choose) {
    this.#choose = choose;
  }

  #any(): Var {
    // Recent values are more likely, so that chains get long.
    const back = Math.min(this.#choose(this.#values.length), this.#choose(this.#values.length));
    return this.#values[this.#values.length - 1 - back] ?? this.#input();
  }

  #input(): Var {
    const value = this.builder.input({ shape: pick(this.#choose, shapes), dtype: "float32" });
    this.#values.push(value);
    return value;
  }

  /** A value of a shape: an existing one, or one that is made to fit. */
  #like(shape: Dims): Var {
    const equal = this.#values.filter((value) => value.shape.join() === shape.join());
    if (equal.length > 0 && this.#choose(4) > 0) return equal[this.#choose(equal.length)] ?? this.#fit(shape);
    return this.#fit(shape);
  }

  #fit(shape: Dims): Var {
    const same = this.#values.filter((value) => sizeOf(value.shape) === sizeOf(shape));
    const value = same[this.#choose(Math.max(1, same.length))];
    if (value !== undefined && this.#choose(3) > 0) return p.reshape(value, shape);
    const axis = this.#choose(Math.max(1, shape.length));
    const narrow = this.#values.filter((x) => x.shape.length === 1 && x.shape[0] === shape[axis]);
    const [row] = narrow;
    if (row !== undefined && shape.length > 0) return p.broadcast(row, shape, [axis]);
    const dtype: DType = "float32";
    return shape.length > 0 && this.#choose(2) === 0
      ? p.mul(p.iota(shape, axis, dtype), p.full(0.25, shape, dtype))
      : p.full(this.#choose(5) - 2, shape, dtype);
  }

  step(): void {
    const x = this.#any();
    const value = this.#apply(x);
    this.#values.push(value);
  }

  #apply(x: Var): Var {
    const choose = this.#choose;
    switch (choose(this.#depth > 1 ? 20 : 22)) {
      case 0:
        return p.add(x, this.#like(x.shape));
      case 1:
        return p.mul(p.tanh(x), this.#like(x.shape));
      case 2:
        return p.sub(this.#like(x.shape), x);
      case 3:
        // Values gather at 0, where rounding would decide; hardly any lie at this one.
        return p.select(p.gt(x, p.full(0.3177, x.shape, x.dtype)), x, this.#like(x.shape));
      case 4:
        return p.exp(p.neg(p.abs(x)));
      case 5:
        return p.max(x, this.#like(x.shape));
      case 6:
      case 7:
        return this.#reduce(x);
      case 8: {
        if (x.shape.length === 0) return p.broadcast(x, [4, 6], []);
        const perm = x.shape.map((_, i) => i);
        return p.transpose(x, choose(2) === 0 ? perm.toReversed() : [...perm.slice(1), 0]);
      }
      case 9: {
        const all = shapes.filter((shape) => sizeOf(shape) === sizeOf(x.shape));
        return p.reshape(x, all[choose(Math.max(1, all.length))] ?? [sizeOf(x.shape)]);
      }
      case 10:
        return p.slice(
          x,
          x.shape.map((dim) => choose(Math.min(2, dim))),
          x.shape,
          x.shape.map(() => 1 + choose(2)),
        );
      case 11:
        return p.pad(
          x,
          0.5,
          x.shape.map(() => choose(2)),
          x.shape.map((dim) => choose(3) - (dim > 1 ? 1 : 0)),
          x.shape.map(() => choose(2) * choose(2)),
        );
      case 12:
        return x.shape.length === 0 ? x : p.reverse(x, [choose(x.shape.length)]);
      case 13:
        return x.shape.length === 0
          ? p.reshape(x, [1])
          : p.concat([x, this.#like(x.shape), x].slice(0, 1 + choose(3)), choose(x.shape.length));
      case 14:
      case 15:
        return this.#product(x);
      case 16:
        return this.#softmax(x);
      case 17:
      case 18:
        return this.#indexed(x);
      case 20:
      case 21:
        return this.#control(x);
      default:
        return x.shape.length === 0 ? x : p.cumSum(x, x.shape.length - 1);
    }
  }

  /** Runs a few operations as the body of a loop or a branch; what they add is not seen outside. */
  #inside(length: number, given: readonly Var[], result: (last: Var) => Var): Var {
    const known = this.#values.length;
    this.#depth++;
    this.#values.push(...given);
    for (let i = 0; i < length; i++) this.step();
    const value = result(this.#any());
    this.#depth--;
    this.#values.length = known;
    return value;
  }

  #control(x: Var): Var {
    const choose = this.#choose;
    const length = 1 + choose(4);
    const fitted = (value: Var, shape: Dims): Var =>
      sizeOf(value.shape) === sizeOf(shape) ? p.reshape(value, shape) : this.#like(shape);
    const count = (value: number): Var => p.full(value, [], "int32");
    switch (choose(3)) {
      case 0: {
        const index =
          choose(2) === 0
            ? count(choose(3))
            : p.cast(p.offset(p.reduceMax(p.reshape(x, [sizeOf(x.shape)]), [0]), 0.437), "int32");
        const branch = (): Var => this.#inside(length, [], (last) => p.tanh(fitted(last, x.shape)));
        return p.cond(index, [() => [branch()], () => [branch()]])[0] ?? x;
      }
      case 1: {
        const [, result] = p.whileLoop(
          ([i]) => p.lt(i, count(3)),
          ([i, h]) =>
            [
              p.add(i, count(1)),
              this.#inside(length, [h], (last) => p.tanh(p.add(h, fitted(last, x.shape)))),
            ] as const,
          [count(choose(4)), x],
        );
        return result;
      }
      default: {
        if (x.shape.length === 0) return x;
        const [steps = 1, ...slice] = x.shape;
        const { carry, ys } = p.scan(
          ([h], [y]) => {
            const next = this.#inside(length, [h, y], (last) => p.tanh(p.add(h, fitted(last, slice))));
            return { carry: [next] as const, ys: [choose(2) === 0 ? next : p.mul(y, h)] as const };
          },
          [this.#like(slice)] as const,
          [x] as const,
          { length: steps, reverse: choose(2) === 0 },
        );
        return choose(2) === 0 ? carry[0] : ys[0];
      }
    }
  }

  #indexed(x: Var): Var {
    const rank = x.shape.length;
    if (rank === 0) return p.neg(x);
    const axis = this.#choose(rank);
    const count = 1 + this.#choose(3);
    const indices = p.mul(p.iota([count], 0, "int32"), p.full(this.#choose(3), [count], "int32"));
    if (this.#choose(3) === 0) return p.gather(x, indices, axis);
    const changed = x.shape.map((dim, i) => (i === axis ? count : dim));
    if (this.#choose(2) === 0 && count <= (x.shape[axis] ?? 0)) {
      return p.dynamicUpdateSlice(x, this.#like(changed), p.full(this.#choose(2), [rank], "int32"));
    }
    return p.scatter(x, indices, this.#like(changed), axis, this.#choose(2) === 0 ? "add" : "set");
  }

  #reduce(x: Var): Var {
    const axes = x.shape.map((_, i) => i).filter(() => this.#choose(2) === 0);
    if (axes.length === 0) return p.neg(x);
    return this.#choose(2) === 0 ? p.reduceSum(x, axes) : p.reduceMax(x, axes);
  }

  #softmax(x: Var): Var {
    const last = x.shape.length - 1;
    if (last < 0) return x;
    const kept = x.shape.map((_, i) => i).slice(0, -1);
    const e = p.exp(p.sub(x, p.broadcast(p.reduceMax(x, [last]), x.shape, kept)));
    return p.div(e, p.broadcast(p.reduceSum(e, [last]), x.shape, kept));
  }

  #product(x: Var): Var {
    // Outer products of vectors must not grow without end.
    if ((x.shape[0] ?? 1) > 24) return p.tanh(x);
    const a = x.shape.length === 2 ? x : p.reshape(x, [x.shape[0] ?? 1, sizeOf(x.shape) / (x.shape[0] ?? 1)]);
    const b = this.#choose(2) === 0 ? p.swapLastAxes(a) : p.swapLastAxes(p.tanh(a));
    const y = p.matmul(p.tanh(a), b);
    // As it is, perhaps with its axes swapped: a product can be stored either way.
    if (this.#choose(3) === 0)
      return this.#choose(2) === 0 ? y : p.reshape(p.swapLastAxes(y), [sizeOf(y.shape)]);
    const z = this.#choose(2) === 0 ? p.add(y, p.broadcast(this.#like([y.shape[1] ?? 1]), y.shape, [1])) : y;
    return p.tanh(z);
  }

  finish(): Program {
    const outputs = Array.from({ length: 1 + this.#choose(3) }, () => this.#any());
    const states = this.builder.state;
    const updates = states.map((old) =>
      this.#choose(4) === 0 ? null : withBuilder(this.builder, () => this.#newState(old)),
    );
    return this.builder.finish(outputs, updates);
  }

  #newState(old: Var): Var {
    const other = this.#like(old.shape);
    if (this.#choose(4) === 0) {
      const changed = this.#indexed(old);
      return changed.shape.join() === old.shape.join() ? changed : other;
    }
    return this.#choose(2) === 0 ? other : p.add(p.mul(old, p.fullLike(old, 0.5)), other);
  }

  begin(): void {
    for (let i = 0; i < 2 + this.#choose(2); i++) this.#input();
    for (let i = 0; i < this.#choose(3); i++) {
      this.#values.push(this.builder.stateInput({ shape: pick(this.#choose, shapes), dtype: "float32" }));
    }
  }
}

/** A program of about `length` operations that the decisions determine. */
export function randomProgram(choose: Choose, length: number): Program {
  const writer = new Writer(choose);
  writer.begin();
  withBuilder(writer.builder, () => {
    for (let i = 0; i < length; i++) writer.step();
  });
  return writer.finish();
}
