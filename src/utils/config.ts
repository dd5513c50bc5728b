import { pythonJson } from "../saving/python-json.ts";
import type { Json } from "../saving/serialize.ts";
import { OptionError } from "../util/errors.ts";
import { didYouMean, isPlainObject } from "../util/options.ts";

type Values = Record<string, unknown>;

/** Marks that nothing was given in the place of a missing value. */
const nothing: unique symbol = Symbol("nothing");

/** What a `Config` can do beside holding values. */
export class ConfigClass {
  #values: Values;
  #isFrozen = false;

  constructor(values: Values = {}) {
    if (!isPlainObject(values))
      throw new OptionError(
        `Config: expected an object of values by name, received ${JSON.stringify(values)}.`,
      );
    const taken = Object.keys(values).find(isOwn);
    if (taken !== undefined) throw new OptionError(takenName(taken));
    this.#values = { ...values };
  }

  /** Whether values can be changed no more. */
  get frozen(): boolean {
    return this.#isFrozen;
  }

  /** Keeps the values as they are: changing one is an error from now on. */
  freeze(): void {
    this.#isFrozen = true;
  }

  unfreeze(): void {
    this.#isFrozen = false;
  }

  /** The values as an object of their own. */
  asDict(): Values {
    return { ...this.#values };
  }

  /** The values as JSON text. */
  toJson(): string {
    return pythonJson(this.#values as { readonly [key: string]: Json }); // SAFETY: pythonJson refuses what JSON has not
  }

  toJSON(): Values {
    return this.asDict();
  }

  keys(): string[] {
    return Object.keys(this.#values);
  }

  values(): unknown[] {
    return Object.values(this.#values);
  }

  items(): [string, unknown][] {
    return Object.entries(this.#values);
  }

  /** The value of a name; `fallback` (default null) where there is none. */
  get(name: string, fallback: unknown = null): unknown {
    return this.has(name) ? this.#values[name] : fallback;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#values, name);
  }

  /**
   * Removes a value and gives it; `fallback` where there is none.
   *
   * @throws {OptionError} where there is neither, and when the config is frozen.
   */
  pop(name: string, fallback: unknown = nothing): unknown {
    this.#refuseFrozen();
    if (!this.has(name) && fallback === nothing) throw new OptionError(this.#unknown(name));
    const value = this.get(name, fallback);
    delete this.#values[name];
    return value;
  }

  /** Sets several values. */
  update(values: Values): void {
    for (const [name, value] of Object.entries(values)) this.set(name, value);
  }

  /** @throws {OptionError} when the config is frozen, and for names of its own members. */
  set(name: string, value: unknown): void {
    this.#refuseFrozen();
    if (isOwn(name)) throw new OptionError(takenName(name));
    this.#values[name] = value;
  }

  /** How many values there are. */
  get size(): number {
    return Object.keys(this.#values).length;
  }

  /** The names, sorted. */
  [Symbol.iterator](): Iterator<string> {
    return this.keys().sort().values();
  }

  toString(): string {
    return `<Config ${JSON.stringify(this.#values)}>`;
  }

  /** The value of a name that is read as a member. */
  read(name: string): unknown {
    if (this.has(name)) return this.#values[name];
    throw new OptionError(this.#unknown(name));
  }

  #refuseFrozen(): void {
    if (this.#isFrozen)
      throw new OptionError("Config: it is frozen, so its values cannot be changed. Call unfreeze() first.");
  }

  #unknown(name: string): string {
    const known = this.keys();
    return `Config: it has no value ${JSON.stringify(name)}.${didYouMean(name, known)} It has: ${known.join(", ") || "none"}.`;
  }
}

/** Members that values cannot hide. */
function isOwn(name: string): boolean {
  return name in ConfigClass.prototype;
}

function takenName(name: string): string {
  return `Config: ${JSON.stringify(name)} is the name of something that every config has. Choose another.`;
}

/** Names that JavaScript asks any object for. */
const probed: ReadonlySet<string> = new Set(["then", "nodeType", "asymmetricMatch", "$$typeof"]);

/** Values by name, read and set as members: `config.seed = 1`. */
export type Config<T extends object = Values> = ConfigClass & T & Values;

export interface ConfigConstructor {
  <T extends object>(values?: T): Config<T>;
  new <T extends object>(values?: T): Config<T>;
}

const traps: ProxyHandler<ConfigClass> = {
  get(config, name) {
    if (typeof name === "symbol" || isOwn(name)) {
      const member: unknown = Reflect.get(config, name, config);
      return typeof member === "function" && name !== "constructor" ? member.bind(config) : member;
    }
    return probed.has(name) && !config.has(name) ? undefined : config.read(name);
  },
  set(config, name, value) {
    config.set(String(name), value);
    return true;
  },
  has: (config, name) => typeof name === "string" && config.has(name),
  deleteProperty(config, name) {
    config.pop(String(name));
    return true;
  },
  ownKeys: (config) => config.keys(),
  getOwnPropertyDescriptor: (config, name) =>
    typeof name === "string" && config.has(name)
      ? { value: config.read(name), writable: true, enumerable: true, configurable: true }
      : undefined,
  defineProperty: () => false,
};

/**
 * Settings of a program by name, which can be frozen, and written as JSON. Reading a name that is not there is an error.
 *
 * @throws {OptionError} for unknown names, changes of a frozen config, and names of the config's own members.
 * @example
 * const config = utils.Config({ learningRate: 0.1 });
 * config.seed = 123;
 * config.freeze();
 * config.toJson(); // {"learningRate": 0.1, "seed": 123}
 * @see Keras `utils/config.py`
 */
export const Config: ConfigConstructor = /* @__PURE__ */ makeConstructor();

function makeConstructor(): ConfigConstructor {
  function Config(values?: Values): object {
    return new Proxy(new ConfigClass(values), traps);
  }
  Object.defineProperty(Config, "prototype", { value: ConfigClass.prototype });
  // SAFETY: the proxy has the values as members; a function that returns an object gives that with `new` as well.
  return Config as unknown as ConfigConstructor;
}
