import { invariant } from "../util/errors.ts";
import type { DType, TypedArray } from "./dtypes.ts";
import type { Params, Primitive } from "./primitive.ts";
import type { Dims } from "./shape.ts";

/** Shape and dtype of a value: all that tracing needs to know of it. */
export interface Aval {
  readonly shape: Dims;
  readonly dtype: DType;
}

/** Which whole numbers are indices. */
export interface IndexRange {
  /** How many: 0 to `size − 1`. */
  readonly size: number;
  /** One more that is allowed; null: none. */
  readonly except: number | null;
  /** What the error begins with, and how the mistake is mended. */
  readonly where: string;
  readonly advice: string;
}

let nextId = 0;

/** A value in a program: an input, or one result of an equation. */
export class Var implements Aval {
  readonly id: number = nextId++;
  readonly shape: Dims;
  readonly dtype: DType;
  /** The builder whose program the value belongs to. */
  readonly builder: ProgramBuilder;
  /** Of an input that is to hold indices: which. */
  range: IndexRange | null = null;

  constructor(aval: Aval, builder: ProgramBuilder) {
    this.shape = aval.shape;
    this.dtype = aval.dtype;
    this.builder = builder;
  }
}

/** One application of a primitive. */
export interface Equation {
  readonly primitive: Primitive;
  readonly inputs: readonly Var[];
  readonly params: Params;
  readonly outputs: readonly Var[];
}

/** A straight-line program over primitives; control flow holds programs in its parameters. */
export interface Program {
  /** Values handed in by the caller at every run. */
  readonly inputs: readonly Var[];
  /** Values of persistent buffers (weights, optimizer slots, counters) when the run begins. */
  readonly state: readonly Var[];
  readonly equations: readonly Equation[];
  /** Values handed back to the caller. */
  readonly outputs: readonly Var[];
  /** The new value of `state[i]`, or null where the buffer stays as it is. */
  readonly updates: readonly (Var | null)[];
}

/**
 * Collects equations while a function is traced.
 *
 * Builders nest: the body of a loop is traced with a builder of its own, and a value of an enclosing builder that
 * the body uses becomes a capture, an extra input of the body's program.
 */
export class ProgramBuilder {
  readonly parent: ProgramBuilder | null;
  readonly inputs: Var[] = [];
  readonly state: Var[] = [];
  equations: Equation[] = [];
  /** Computes a value of the program before it is finished; null: values do not exist yet. For stepping through. */
  peek: ((value: Var) => TypedArray) | null = null;
  /** Makes data that the traced function holds an input of the program; null: it becomes a constant. */
  hoist: ((data: TypedArray, aval: Aval) => Var) | null = null;
  /** Values of enclosing builders and the inputs that stand for them here, in order of first use. */
  readonly captures: Map<Var, Var> = new Map();

  constructor(parent: ProgramBuilder | null = null) {
    this.parent = parent;
  }

  input(aval: Aval): Var {
    const value = new Var(aval, this);
    this.inputs.push(value);
    return value;
  }

  /** Adds a persistent buffer whose value the program may read, and update through `finish`. */
  stateInput(aval: Aval): Var {
    const value = new Var(aval, this);
    this.state.push(value);
    return value;
  }

  /** The value as this builder sees it: itself, or the capture of a value of an enclosing builder. */
  lift(value: Var): Var {
    if (value.builder === this) return value;
    const known = this.captures.get(value);
    if (known !== undefined) return known;
    invariant(this.encloses(value), "a traced value was used outside the program it belongs to");
    // Every builder in between captures the value too.
    this.parent?.lift(value);
    const inner = new Var(value, this);
    this.captures.set(value, inner);
    return inner;
  }

  private encloses(value: Var): boolean {
    for (let builder = this.parent; builder !== null; builder = builder.parent)
      if (builder === value.builder) return true;
    return false;
  }

  emit<P extends Params>(primitive: Primitive<P>, inputs: readonly Var[], params: P): readonly Var[] {
    const lifted = inputs.map((value) => this.lift(value));
    const outputs = primitive.infer(lifted, params).map((aval) => new Var(aval, this));
    // SAFETY: an equation keeps primitive and params of the same P together; only that primitive reads them.
    this.equations.push({ primitive: primitive as unknown as Primitive, inputs: lifted, params, outputs });
    return outputs;
  }

  /** The finished program. `updates` has one entry for each state input. */
  finish(outputs: readonly Var[], updates: readonly (Var | null)[] = this.state.map(() => null)): Program {
    return {
      inputs: [...this.captures.values(), ...this.inputs],
      state: [...this.state],
      equations: this.equations,
      outputs: outputs.map((value) => this.lift(value)),
      updates: updates.map((value) => (value === null ? null : this.lift(value))),
    };
  }
}

let current: ProgramBuilder | null = null;

/** The builder that records at present, or null outside a trace. */
export function currentBuilder(): ProgramBuilder | null {
  return current;
}

/** Runs `f` with `builder` recording (null: with none). */
export function withBuilder<T>(builder: ProgramBuilder | null, f: () => T): T {
  const previous = current;
  current = builder;
  try {
    return f();
  } finally {
    current = previous;
  }
}

/** Appends an equation to the program being traced. */
export function emit<P extends Params>(
  primitive: Primitive<P>,
  inputs: readonly Var[],
  params: P,
): readonly Var[] {
  invariant(current !== null, `${primitive.name} was applied outside a trace`);
  return current.emit(primitive, inputs, params);
}

/** `emit` for primitives with one result. */
export function emitOne<P extends Params>(primitive: Primitive<P>, inputs: readonly Var[], params: P): Var {
  const [value] = emit(primitive, inputs, params);
  invariant(value !== undefined, `${primitive.name} has no result`);
  return value;
}
