import { type BroadcastParams, broadcastPrimitive } from "../../ir/primitives/broadcast.ts";
import { concatPrimitive } from "../../ir/primitives/concat.ts";
import { fullPrimitive } from "../../ir/primitives/full.ts";
import {
  gatherPrimitive,
  type ScatterMode,
  type ScatterParams,
  scatterPrimitive,
} from "../../ir/primitives/gather.ts";
import { reshapePrimitive } from "../../ir/primitives/reshape.ts";
import type { Params, Primitive } from "../../ir/primitive.ts";
import { type Equation, type ProgramBuilder, Var } from "../../ir/program.ts";
import { type Dims, sizeOf } from "../../ir/shape.ts";
import { invariant } from "../../util/errors.ts";
import { remembered } from "../../util/remembered.ts";

/** Equations that are to follow those of a program. */
export class Appendix {
  readonly equations: Equation[] = [];
  readonly #builder: ProgramBuilder;

  constructor(builder: ProgramBuilder) {
    this.#builder = builder;
  }

  apply<P extends Params>(primitive: Primitive<P>, inputs: readonly Var[], params: P): Var {
    const outputs = primitive.infer(inputs, params).map((aval) => new Var(aval, this.#builder));
    const [value] = outputs;
    invariant(value !== undefined, `${primitive.name} has no result`);
    // SAFETY: an equation keeps primitive and params of the same P together; only that primitive reads them.
    this.equations.push({ primitive: primitive as unknown as Primitive, inputs, params, outputs });
    return value;
  }

  full(value: number, shape: Dims, dtype: Var["dtype"]): Var {
    return this.apply(fullPrimitive, [], { value, shape, dtype });
  }

  scattered(x: Var, indices: Var, rows: Var, mode: ScatterMode): Var {
    return this.apply<ScatterParams>(scatterPrimitive, [x, indices, rows], { axis: 0, mode });
  }

  /** Arrays one behind the other, each with its first `axes` axes made one. */
  joined(parts: readonly Var[], axes: readonly number[]): Var {
    const flat = parts.map((part, i) => {
      const count = axes[i] ?? 0;
      const shape = [sizeOf(part.shape.slice(0, count)), ...part.shape.slice(count)];
      return count === 1 ? part : this.apply(reshapePrimitive, [part], { shape });
    });
    const [only] = flat;
    return flat.length === 1 && only !== undefined ? only : this.apply(concatPrimitive, flat, { axis: 0 });
  }
}

/** Some rows of arrays, in place of the whole arrays. */
export class Rows {
  readonly #appendix: Appendix;
  readonly #indices: Var;
  readonly #definitions: ReadonlyMap<Var, Equation>;
  readonly #stored: ReadonlySet<Var>;
  readonly #known: Map<Var, Var | null>;

  /**
   * @param indices - Which rows, `[n]`.
   * @param stored - Arrays that are in memory before the program begins.
   * @param given - Values whose rows are there.
   */
  constructor(
    appendix: Appendix,
    indices: Var,
    definitions: ReadonlyMap<Var, Equation>,
    stored: ReadonlySet<Var>,
    given: ReadonlyMap<Var, Var>,
  ) {
    this.#appendix = appendix;
    this.#indices = indices;
    this.#definitions = definitions;
    this.#stored = stored;
    this.#known = new Map(given);
  }

  /** The rows of a value, computed from rows; null where that takes more than rows. */
  of(value: Var): Var | null {
    return remembered(this.#known, value, () => this.#compute(value));
  }

  #compute(value: Var): Var | null {
    const shape = [...this.#indices.shape, ...value.shape.slice(1)];
    if (this.#stored.has(value))
      return this.#appendix.apply(gatherPrimitive, [value, this.#indices], { axis: 0 });
    const equation = this.#definitions.get(value);
    if (equation === undefined) return null;
    const { primitive, params, inputs } = equation;
    const [x] = inputs;
    if (primitive.name === "full") return this.#appendix.apply(primitive, [], { ...params, shape });
    if (primitive.name === "broadcast" && x !== undefined) {
      const { axes } = params as BroadcastParams; // SAFETY: the parameters of `broadcast`
      const isEqual = axes.every((axis, i) => axis !== 0 || x.shape[i] === 1);
      return isEqual ? this.#appendix.apply(broadcastPrimitive, [x], { shape, axes }) : null;
    }
    if (primitive.lowering.kind !== "elementwise") return null;
    const rows: Var[] = [];
    for (const input of inputs) {
      const found = this.of(input);
      if (found === null) return null;
      rows.push(found);
    }
    return this.#appendix.apply(primitive, rows, params);
  }
}
