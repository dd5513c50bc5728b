import { OptionError } from "../util/errors.ts";

/** A plain file name, or the default. */
export function checkFileName(where: string, value: unknown, byDefault: string): string {
  if (value === undefined) return byDefault;
  if (typeof value === "string" && value !== "" && value !== "." && value !== ".." && !/[/\\]/.test(value))
    return value;
  throw new OptionError(
    `${where}: expected \`path\` to be the name of a file in the cache, received ${JSON.stringify(value)}. Set KERAS_HOME to choose another cache.`,
  );
}

/** A number within bounds (`below` not included), or the default. */
export function checkNumber(
  where: string,
  name: string,
  value: unknown,
  byDefault: number,
  bounds: { from: number; below: number; whole?: boolean },
): number {
  if (value === undefined) return byDefault;
  const isFine =
    typeof value === "number" &&
    value >= bounds.from &&
    value < bounds.below &&
    (bounds.whole === false || Number.isInteger(value));
  if (isFine) return value;
  const kind = bounds.whole === false ? "a number" : "a whole number";
  throw new OptionError(
    `${where}: expected \`${name}\` to be ${kind} of at least ${bounds.from} and below ${bounds.below}, received ${String(value)}.`,
  );
}

/** As {@link checkNumber}, where `null` means that there is none. */
export function checkNumberOrNull(
  where: string,
  name: string,
  value: unknown,
  byDefault: number | null,
): number | null {
  if (value === undefined) return byDefault;
  return value === null ? null : checkNumber(where, name, value, 0, { from: 0, below: 2 ** 31 });
}

/** A seed as NumPy's `RandomState` takes it. */
export function checkSeed(where: string, value: unknown, byDefault: number): number {
  return checkNumber(where, "seed", value, byDefault, { from: 0, below: 2 ** 32 });
}

/** A share of the data: at least 0 and below 1. */
export function checkShare(where: string, name: string, value: unknown, byDefault: number): number {
  return checkNumber(where, name, value, byDefault, { from: 0, below: 1, whole: false });
}
