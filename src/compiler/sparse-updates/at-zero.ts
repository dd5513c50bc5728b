import type { FullParams } from "../../ir/primitives/full.ts";
import type { Equation, Var } from "../../ir/program.ts";
import { remembered } from "../../util/remembered.ts";

/**
 * What element-wise values are where one value is zero: a number, or another value that they are equal to.
 *
 * `0 · x` and `0 / x` count as zero whatever x is: only where weights are infinite, or a step divides by a zero, is it
 * something else.
 */
export class AtZero {
  readonly #zero: Var;
  readonly #definitions: ReadonlyMap<Var, Equation>;
  readonly #numbers = new Map<Var, number | null>();

  constructor(zero: Var, definitions: ReadonlyMap<Var, Equation>) {
    this.#zero = zero;
    this.#definitions = definitions;
  }

  /** The number that a value is there; null where it may be more than one. */
  number(value: Var): number | null {
    if (value === this.#zero) return 0;
    return remembered(this.#numbers, value, () => this.#compute(value));
  }

  #compute(value: Var): number | null {
    const equation = this.#definitions.get(value);
    if (equation === undefined) return null;
    const { primitive, params, inputs } = equation;
    if (primitive.name === "full") return (params as FullParams).value; // SAFETY: the parameters of `full`
    if (primitive.lowering.kind !== "elementwise") return null;
    const numbers = inputs.map((input) => this.number(input));
    const factors = primitive.name === "mul" ? numbers : primitive.name === "div" ? numbers.slice(0, 1) : [];
    if (factors.includes(0)) return 0;
    const scalars = inputs.flatMap(({ dtype }, i) => {
      const number = numbers[i] ?? null;
      return number === null ? [] : [{ shape: [], dtype, data: Float64Array.of(number) }];
    });
    if (scalars.length < inputs.length) return null;
    return primitive.lowering.evaluate(scalars, params, () => [])[0]?.data[0] ?? null;
  }

  /** The value that a value is equal to there: itself, where nothing else is known. */
  same(value: Var): Var {
    const equation = this.#definitions.get(value);
    const [a, b, c] = equation?.inputs ?? [];
    if (equation === undefined || a === undefined || b === undefined) return value;
    switch (equation.primitive.name) {
      case "add":
        if (this.number(b) === 0) return this.same(a);
        return this.number(a) === 0 ? this.same(b) : value;
      case "sub":
        return this.number(b) === 0 ? this.same(a) : value;
      case "select": {
        if (c === undefined) return value;
        const chosen = this.number(a);
        if (chosen !== null) return this.same(chosen === 0 ? c : b);
        return this.same(b) === this.same(c) ? this.same(b) : value;
      }
      default:
        return value;
    }
  }
}
