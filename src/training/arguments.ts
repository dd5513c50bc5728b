import { isPlainObject } from "../util/options.ts";
import { isBatchIterable } from "./data/iterable-source.ts";
import { optionNames } from "./options.ts";

/**
 * Targets and options, of which the targets may be left out: always for iterables of batches, else where the one object
 * there is has names of options rather than of outputs.
 */
export function splitArguments<O extends object>(
  x: unknown,
  rest: readonly unknown[],
  method: "fit" | "evaluate",
): [y: unknown, options: O] {
  const [first, second] = rest;
  const names = optionNames[method];
  const isOptions =
    second === undefined &&
    isPlainObject(first) &&
    (isBatchIterable(x) || Object.keys(first).some((name) => names.includes(name)));
  const [y, options] = isOptions ? [undefined, first] : [first, second];
  return [y, (options ?? {}) as O]; // SAFETY: the methods check their options
}
