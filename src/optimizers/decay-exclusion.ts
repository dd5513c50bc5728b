import type { Variable } from "../graph/variable.ts";

export interface ExclusionOptions {
  readonly varList?: readonly Variable[] | null | undefined;
  /** Regular expressions, found anywhere in a variable's name. */
  readonly varNames?: readonly string[] | null | undefined;
}

/** Variables that weight decay leaves alone. */
export class DecayExclusion {
  readonly #variables: ReadonlySet<Variable>;
  readonly #names: RegExp | null;

  constructor({ varList, varNames }: ExclusionOptions) {
    this.#variables = new Set(varList ?? []);
    this.#names =
      varNames === null || varNames === undefined || varNames.length === 0
        ? null
        : new RegExp(varNames.join("|"));
  }

  has(variable: Variable): boolean {
    return this.#variables.has(variable) || this.#names?.test(variable.name) === true;
  }
}
