import { OptionError } from "./errors.ts";
import { isPlainObject, didYouMean } from "./options.ts";

type Maker<T> = (config: Readonly<Record<string, unknown>>) => T;

/** A built-in by its class name, made from its configuration (defaults without one). */
export type Makers<T> = Readonly<Record<string, Maker<T>>>;

/**
 * A built-in that strings seldom stand for: its name works where the package is not bundled, and a bundled page, which does
 * not carry it for its name alone, asks for the object.
 */
export class Seldom<T> {
  #make: Maker<T>;

  /** @param name - How it is made: `initializers.STFT`. */
  constructor(name: string) {
    this.#make = () => {
      throw new OptionError(`${name}: a bundled page needs the object. Give ${name}() instead of its name.`);
    };
  }

  readonly make: Maker<T> = (config) => this.#make(config);

  /** Has it at hand for its name. */
  provide(make: Maker<T>): void {
    this.#make = make;
  }
}

/** `GlorotUniform` → `glorot_uniform`, as Keras spells the names of its classes in strings. */
export function snakeCaseOf(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** The names by which strings may call the built-ins: class names and their snake_case, and the given aliases. */
export function identifiersOf(
  makers: Makers<unknown>,
  aliases: Readonly<Record<string, string>> = {},
): ReadonlyMap<string, string> {
  const own = Object.keys(makers).flatMap((name): [string, string][] => [
    [name, name],
    [snakeCaseOf(name), name],
  ]);
  return new Map([...own, ...Object.entries(aliases)]);
}

/**
 * The built-in that a name stands for, or that `{ className, config }` describes.
 *
 * @param kind - What it is, for messages: `initializer`.
 * @throws {OptionError} for an unknown name.
 */
export function identify<T>(
  kind: string,
  identifier: unknown,
  makers: Makers<T>,
  aliases: Readonly<Record<string, string>> = {},
): T {
  const names = identifiersOf(makers, aliases);
  const isDescription = isPlainObject(identifier);
  const name = isDescription ? identifier["className"] : identifier;
  const make = typeof name === "string" ? makers[names.get(name) ?? ""] : undefined;
  if (make !== undefined) {
    const config = isDescription ? identifier["config"] : {};
    return make(isPlainObject(config) ? config : {});
  }
  throw new OptionError(
    `${kind}s.get: unknown ${kind} ${JSON.stringify(name)}.${didYouMean(name, [...names.keys()])} Known: ${[...names.keys()].join(", ")}; or give ${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}.`,
  );
}
