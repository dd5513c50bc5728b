import type { DType } from "../../ir/dtypes.ts";
import type { Equation, Var } from "../../ir/program.ts";
import { sizeOf } from "../../ir/shape.ts";
import { invariant } from "../../util/errors.ts";
import type { BufferHome, BufferId } from "../kernel-ir/kernel-ir.ts";

/** A buffer of the schedule under construction; it gets a number when something is emitted that touches it. */
export interface PendingBuffer {
  readonly dtype: DType;
  readonly size: number;
  /** `arena` until the memory plan has found its place. */
  readonly home: BufferHome | { readonly kind: "arena" };
  id: BufferId | null;
}

/** A dense array within a buffer; `loopStrides` move it at each turn of the enclosing loops, outermost first. */
export interface Place {
  readonly buffer: PendingBuffer;
  readonly offset: number;
  readonly loopStrides: readonly number[];
}

export function arenaPlace(dtype: DType, size: number): Place {
  return { buffer: { dtype, size, home: { kind: "arena" }, id: null }, offset: 0, loopStrides: [] };
}

let nextRootId = 0;

/** A value that is stored in memory: an input, a result of a kernel. */
export class Root {
  readonly id: number = nextRootId++;
  readonly value: Var;
  /** Number of the entry that computes it; −1 for what is there from the beginning. */
  readonly position: number;
  /** The loops that compute it, where there are any. */
  readonly cluster: object | null;
  /** Whether anything reads it from memory. */
  isNeeded = false;
  place: Place | null = null;
  /** The value in whose memory it is to be, which may get its own place later. */
  #host: Root | null = null;
  /** Seen from a loop's body: the enclosing program's value that it is (a slice of). */
  readonly outer: {
    readonly root: Root;
    readonly offset: number;
    readonly loopStrides: readonly number[];
  } | null;

  constructor(value: Var, position: number, cluster: object | null, outer: Root["outer"] = null) {
    this.value = value;
    this.position = position;
    this.cluster = cluster;
    this.outer = outer;
  }

  /** Whether it is said where it is to be. */
  get isSettled(): boolean {
    return this.place !== null || this.#host !== null;
  }

  /** Puts it where another value is: they are one, or this one's memory is a part of the other's. */
  settleIn(host: Root): void {
    invariant(!this.isSettled, "a value has one place");
    this.#host = host;
  }

  /** Where it is stored; decided at the first call. */
  resolve(): Place {
    if (this.place !== null) return this.place;
    if (this.#host !== null) this.place = this.#host.resolve();
    else if (this.outer === null) this.place = arenaPlace(this.value.dtype, sizeOf(this.value.shape));
    else {
      const { root, offset, loopStrides } = this.outer;
      const base = root.resolve();
      const depth = Math.max(base.loopStrides.length, loopStrides.length);
      const sums = Array.from(
        { length: depth },
        (_, i) => (base.loopStrides[i] ?? 0) + (loopStrides[i] ?? 0),
      );
      this.place = { buffer: base.buffer, offset: base.offset + offset, loopStrides: sums };
    }
    return this.place;
  }

  markNeeded(): void {
    this.isNeeded = true;
    this.outer?.root.markNeeded();
  }
}

/** Part of a stored array that is written by itself (an input of a concatenation, a slice of stacked results). */
export interface Piece {
  readonly value: Var;
  readonly root: Root;
  readonly offset: number;
  /** Element stride in the root for each axis of `value`. */
  readonly strides: readonly number[];
}

/** What clusters need to know of the program's values. */
export interface Values {
  /** The stored array that holds a value's elements in order, or null where the value is computed in place. */
  rootOf(value: Var): Root | null;
  equationOf(value: Var): Equation;
  /** The value that a chain of reshapes and the like shows. */
  behind(value: Var): Var;
}

/** The equations of a program by their results. */
export function definitions(equations: readonly Equation[]): Map<Var, Equation> {
  const known = new Map<Var, Equation>();
  for (const equation of equations) for (const value of equation.outputs) known.set(value, equation);
  return known;
}

export function definitionOf(known: ReadonlyMap<Var, Equation>, value: Var): Equation {
  const equation = known.get(value);
  invariant(equation !== undefined, `value ${value.id} is used before it is defined`);
  return equation;
}
