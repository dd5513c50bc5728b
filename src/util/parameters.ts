import { OptionError } from "./errors.ts";
import { bindArguments, nearest } from "./options.ts";

/** Marks a parameter without a default. */
export const required: unique symbol = Symbol("required");

/**
 * A constructor's parameters as data: names in Keras's order, each with its default (or `required`).
 *
 * One table serves the constructor, `getConfig`, the comparison with Keras's defaults, and error messages.
 */
export type ParameterTable = Readonly<Record<string, unknown>>;

/** Options every layer takes besides its own. */
export const layerOptionNames = [
  "name",
  "dtype",
  "trainable",
  "autocast",
  "activityRegularizer",
  "inputShape",
  "batchInputShape",
  "inputDim",
] as const;

/** Parameters that are plain objects themselves; any other plain object at the end of the arguments holds options. */
const objectParameters: ReadonlySet<string> = new Set([
  "arguments",
  "cell",
  "optimizerMap",
  "renormClipping",
]);

/**
 * Brings constructor arguments (positional in table order, the tail by name) into one object with defaults filled in.
 *
 * @param extra - Names of further options, passed through where given.
 * @throws {OptionError} for an unknown, missing or doubly given argument.
 */
export function bindParameters<T>(
  className: string,
  table: ParameterTable,
  args: readonly unknown[],
  extra: readonly string[] = layerOptionNames,
): T {
  const names = Object.keys(table);
  const others = extra.filter((name) => !names.includes(name));
  const bound = bindArguments(className, names, args, others, (name) => objectParameters.has(name));
  for (const [name, fallback] of Object.entries(table)) {
    if (name in bound) continue;
    if (fallback === required) {
      const given = Object.keys(bound);
      const guess = nearest(name, given);
      throw new OptionError(
        `${className}: argument \`${name}\` is missing.${guess === undefined ? "" : ` It was not taken from \`${guess}\`.`}`,
      );
    }
    bound[name] = fallback;
  }
  // SAFETY: T is the table's declared type; every name has a value now.
  return bound as T;
}

/** Checks an option that must be a positive integer. */
export function positiveInteger(where: string, name: string, value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
  throw new OptionError(
    `${where}: expected \`${name}\` to be a positive integer, received ${JSON.stringify(value)}.`,
  );
}

/** The values that an object's parameters have now, for its configuration. */
export function parametersOf(object: object, table: ParameterTable): Record<string, unknown> {
  // SAFETY: objects with a parameter table keep each parameter in a field of its name.
  const fields = object as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.keys(table).map((name) => [name, fields[name]]));
}

/** Options with every default filled in. */
export type Given<T> = { readonly [K in keyof T]-?: Exclude<T[K], undefined> };
