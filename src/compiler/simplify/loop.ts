import type { ScanParams } from "../../ir/primitives/scan.ts";
import { type Equation, type Program, Var } from "../../ir/program.ts";
import { invariant } from "../../util/errors.ts";

export interface Capture {
  outer: Var;
  readonly inner: Var;
}

export interface Carry {
  /** The value before the first step. */
  readonly initial: Var;
  readonly inner: Var;
  next: Var;
  /** The value after the last step, in the enclosing program. */
  readonly result: Var;
}

export interface Stacked {
  readonly inner: Var;
  readonly outer: Var;
}

/** A `scan` taken apart, to be changed and put together again. */
export class Loop {
  readonly equation: Equation;
  readonly params: ScanParams;
  captures: Capture[];
  carries: Carry[];
  xs: Stacked[];
  ys: Stacked[];
  equations: readonly Equation[];
  readonly #definitions = new Map<Var, Equation>();

  constructor(equation: Equation) {
    const params = equation.params as ScanParams; // SAFETY: the parameters of `scan`
    const { body, captureCount, carryCount } = params;
    this.equation = equation;
    this.params = params;
    const pairs = body.inputs.map((inner, i) => ({ inner, outer: present(equation.inputs[i]) }));
    this.captures = pairs.slice(0, captureCount);
    this.carries = pairs.slice(captureCount, captureCount + carryCount).map(({ inner, outer }, i) => ({
      initial: outer,
      inner,
      next: present(body.outputs[i]),
      result: present(equation.outputs[i]),
    }));
    this.xs = pairs.slice(captureCount + carryCount);
    this.ys = body.outputs
      .slice(carryCount)
      .map((inner, i) => ({ inner, outer: present(equation.outputs[carryCount + i]) }));
    this.equations = body.equations;
    for (const item of body.equations) for (const value of item.outputs) this.#definitions.set(value, item);
  }

  get length(): number {
    return this.params.length;
  }

  definitionOf(value: Var): Equation | null {
    return this.#definitions.get(value) ?? null;
  }

  define(equation: Equation): void {
    for (const value of equation.outputs) this.#definitions.set(value, equation);
  }

  /** How often the body reads each value; being a result counts. */
  countUses(): Map<Var, number> {
    const uses = new Map<Var, number>();
    const use = (value: Var): void => void uses.set(value, (uses.get(value) ?? 0) + 1);
    for (const { inputs } of this.equations) inputs.forEach(use);
    for (const { next } of this.carries) use(next);
    for (const { inner } of this.ys) use(inner);
    return uses;
  }

  /** The stacked values of `inner` over all steps: those of an array that is read slice by slice, or a new result. */
  stack(inner: Var): Var {
    const slices = this.xs.find((x) => x.inner === inner);
    if (slices !== undefined) return slices.outer;
    const known = this.ys.find((y) => y.inner === inner);
    if (known !== undefined) return known.outer;
    const { builder } = this.equation.outputs[0] ?? inner;
    const outer = new Var({ shape: [this.length, ...inner.shape], dtype: inner.dtype }, builder);
    this.ys.push({ inner, outer });
    return outer;
  }

  /** The scan as it is now. */
  rebuild(): Equation {
    const body: Program = {
      inputs: [...this.captures, ...this.carries, ...this.xs].map(({ inner }) => inner),
      state: [],
      equations: this.equations,
      outputs: [...this.carries.map(({ next }) => next), ...this.ys.map(({ inner }) => inner)],
      updates: [],
    };
    const params: ScanParams = {
      ...this.params,
      body,
      captureCount: this.captures.length,
      carryCount: this.carries.length,
    };
    return {
      ...this.equation,
      params,
      inputs: [
        ...this.captures.map(({ outer }) => outer),
        ...this.carries.map(({ initial }) => initial),
        ...this.xs.map(({ outer }) => outer),
      ],
      outputs: [...this.carries.map(({ result }) => result), ...this.ys.map(({ outer }) => outer)],
    };
  }
}

function present(value: Var | undefined): Var {
  invariant(value !== undefined, "scan: its body and its equation do not agree");
  return value;
}
