import type { Variable } from "../graph/variable.ts";
import { Callable, callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import { bindParameters, type ParameterTable, required } from "../util/parameters.ts";
import { OptimizerBase } from "./optimizer.ts";

interface Bound {
  readonly defaultOptimizer: unknown;
  readonly optimizerMap: Readonly<Record<string, OptimizerBase>> | null;
}

class OptimizerMapClass extends Callable {
  /** Where Keras has the built-in ones. */
  static readonly module: string = "keras.optimizers";
  static readonly className = "OptimizerMap";
  static readonly parameters: ParameterTable = { defaultOptimizer: required, optimizerMap: null };
  /** Of variables that no entry is for. */
  readonly defaultOptimizer: OptimizerBase;
  readonly #entries = new Map<string, OptimizerBase>();

  constructor(...args: readonly unknown[]) {
    super();
    const given = bindParameters<Bound>("OptimizerMap", OptimizerMapClass.parameters, args, []);
    if (!(given.defaultOptimizer instanceof OptimizerBase)) {
      throw new OptionError(
        `OptimizerMap: expected \`defaultOptimizer\` to be an optimizer, received ${JSON.stringify(given.defaultOptimizer)}.`,
      );
    }
    this.defaultOptimizer = given.defaultOptimizer;
    for (const [key, optimizer] of Object.entries(given.optimizerMap ?? {})) this.set(key, optimizer);
  }

  /** The optimizer of a path: that of the entry of this name, else of the pattern that matches all of it. */
  get(path: string): OptimizerBase {
    const exact = this.#entries.get(path);
    if (exact !== undefined) return exact;
    const matches = [...this.#entries].filter(([pattern]) => new RegExp(`^(?:${pattern})$`).test(path));
    if (matches.length > 1) {
      throw new OptionError(
        `OptimizerMap: several entries match ${path}: ${matches.map(([pattern]) => `"${pattern}"`).join(", ")}.`,
      );
    }
    return matches[0]?.[1] ?? this.defaultOptimizer;
  }

  /** Adds an entry: a variable's path, or a regular expression for paths. */
  set(key: string, optimizer: OptimizerBase): this {
    if (this.#entries.has(key))
      throw new OptionError(`OptimizerMap: there is an entry for "${key}" already.`);
    if (!(optimizer instanceof OptimizerBase)) {
      throw new OptionError(
        `OptimizerMap: expected an optimizer for "${key}", received ${JSON.stringify(optimizer)}.`,
      );
    }
    this.#entries.set(key, optimizer);
    return this;
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The optimizers of the entries, the default one last; each once. */
  get optimizers(): readonly OptimizerBase[] {
    return [...new Set([...this.#entries.values(), this.defaultOptimizer])];
  }

  override invoke(variable: Variable): OptimizerBase {
    return this.get(variable.path);
  }

  getConfig(): Record<string, unknown> {
    return { defaultOptimizer: this.defaultOptimizer, optimizerMap: Object.fromEntries(this.#entries) };
  }
}

// eslint-disable-next-line typescript/no-unsafe-declaration-merging -- instances are callable; see Callable
export interface OptimizerMap extends OptimizerMapClass {
  (variable: Variable): OptimizerBase;
}

interface OptimizerMapConstructor {
  (
    defaultOptimizer: OptimizerBase,
    optimizerMap?: Readonly<Record<string, OptimizerBase>> | null,
  ): OptimizerMap;
  (options: {
    readonly defaultOptimizer: OptimizerBase;
    readonly optimizerMap?: Readonly<Record<string, OptimizerBase>> | null;
  }): OptimizerMap;
  new (
    defaultOptimizer: OptimizerBase,
    optimizerMap?: Readonly<Record<string, OptimizerBase>> | null,
  ): OptimizerMap;
  readonly className: string;
  readonly parameters: ParameterTable;
}

/**
 * Which optimizer is for which variables: by path, or by a pattern for paths.
 *
 * @see Keras `optimizers/multi_optimizer.py`
 */
export const OptimizerMap: OptimizerMapConstructor = callable<
  typeof OptimizerMapClass,
  OptimizerMapConstructor
>(OptimizerMapClass);
