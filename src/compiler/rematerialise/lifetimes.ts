import { bytesOf } from "../../ir/dtypes.ts";
import type { Equation, Program, Var } from "../../ir/program.ts";
import { sizeOf } from "../../ir/shape.ts";
import { type Analysis, analyse, behindRenames } from "../schedule/roots.ts";
import { definitions } from "../schedule/values.ts";
import { isFoldable } from "../schedule/views.ts";

/** When a stored value is made and read: numbers of equations. */
export interface Lifetime {
  readonly bytes: number;
  readonly start: number;
  /** In order. */
  readonly reads: readonly number[];
}

/** Whether a value is computed where it is read, or could be: element by element from its inputs. */
export function isPointwise(equation: Equation | undefined): equation is Equation {
  if (equation === undefined || equation.outputs.length !== 1) return false;
  const { kind } = equation.primitive.lowering;
  return kind === "elementwise" || (kind === "view" && isFoldable(equation));
}

/**
 * An estimate of what is in memory when, on the level of equations: what the scheduler will store, from the equation
 * that makes it to the last one that reads it. Fusion moves some of that a little.
 */
export class Lifetimes {
  readonly program: Program;
  readonly definitions: ReadonlyMap<Var, Equation>;
  readonly ofValue: ReadonlyMap<Var, Lifetime>;
  readonly #stored: Analysis["stored"];

  constructor(program: Program) {
    this.program = program;
    this.definitions = definitions(program.equations);
    this.#stored = analyse(program, this.definitions).stored;
    const reads = new Map<Var, number[]>();
    const read = (value: Var, at: number): void => {
      const known = reads.get(value);
      if (known === undefined) reads.set(value, [at]);
      else known.push(at);
    };
    program.equations.forEach((equation, at) => {
      if (!this.#runs(equation)) return;
      for (const value of this.#readBy(equation)) read(value, at);
    });
    for (const value of [...program.outputs, ...program.updates])
      if (value !== null) read(this.behind(value), program.equations.length);
    const found = new Map<Var, Lifetime>();
    program.equations.forEach(({ outputs }, start) => {
      for (const value of outputs) {
        const of = reads.get(value);
        const bytes = sizeOf(value.shape) * bytesOf(value.dtype);
        if (of !== undefined && this.isStored(value)) found.set(value, { bytes, start, reads: of });
      }
    });
    this.ofValue = found;
  }

  /** The value that renames show. */
  behind(value: Var): Var {
    return behindRenames(value, this.definitions);
  }

  /** Whether the value is in memory: stored, or there from the beginning. */
  isStored(value: Var): boolean {
    return this.#stored.has(value) || !isPointwise(this.definitions.get(value));
  }

  /** Whether an equation is one that something is computed at. */
  #runs(equation: Equation): boolean {
    return !isPointwise(equation) || equation.outputs.some((value) => this.#stored.has(value));
  }

  /** The stored values that an equation reads, itself or through what is computed where it is read. */
  #readBy(equation: Equation): ReadonlySet<Var> {
    const found = new Set<Var>();
    const seen = new Set<Var>();
    const visit = (given: Var): void => {
      const value = this.behind(given);
      if (seen.has(value)) return;
      seen.add(value);
      if (this.isStored(value)) found.add(value);
      else this.definitions.get(value)?.inputs.forEach(visit);
    };
    equation.inputs.forEach(visit);
    return found;
  }
}
