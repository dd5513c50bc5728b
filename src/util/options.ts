import { OptionError } from "./errors.ts";

/** Edit distance between two words (insertions, deletions, substitutions). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The known word nearest to `word`, when it is near enough to be a likely misspelling. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 2)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

/** For an error about a name: ` Did you mean "…"?` where a known one is near enough, else nothing. */
export function didYouMean(name: unknown, known: readonly string[], quote = '"'): string {
  const guess = typeof name === "string" ? nearest(name, known) : undefined;
  return guess === undefined ? "" : ` Did you mean ${quote}${guess}${quote}?`;
}

/**
 * Refuses option names that are not known.
 *
 * @param where - What the options were given to, as the error shall name it (`"Dense"`).
 * @throws {OptionError} that lists the known names and suggests the nearest.
 */
export function checkOptions(where: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    throw new OptionError(
      `${where}: unknown option \`${name}\`.${didYouMean(name, known, "`")} Known options: ${known.join(", ")}.`,
    );
  }
}

/** Checks that `value` is one of `allowed` and returns it. */
export function oneOf<const T extends string>(
  where: string,
  name: string,
  value: unknown,
  allowed: readonly T[],
): T {
  const found = allowed.find((item) => item === value);
  if (found !== undefined) return found;
  throw new OptionError(
    `${where}: expected \`${name}\` to be one of ${allowed.map((item) => `"${item}"`).join(", ")}, received ${JSON.stringify(value)}.${didYouMean(value, allowed)}`,
  );
}

/** True for a word that is not known but, being long enough to tell, close to one that is. */
function isMisspelt(word: string, known: readonly string[]): boolean {
  if (word.length < 5 || known.includes(word)) return false;
  return known.some(
    (name) => editDistance(word.toLowerCase(), name.toLowerCase()) <= Math.floor(word.length / 4),
  );
}

/**
 * Brings a call in Keras's argument order (leading arguments positional, the rest in one final object)
 * into one object keyed by argument name.
 *
 * A final plain object counts as options when it is not itself a valid value of the next positional argument.
 *
 * @param takesObject - Whether an argument may be a plain object itself. Default: any may, but for the first alone.
 */
export function bindArguments(
  where: string,
  names: readonly string[],
  args: readonly unknown[],
  extraNames: readonly string[] = [],
  takesObject?: (name: string) => boolean,
): Record<string, unknown> {
  const known = [...names, ...extraNames];
  const bound: Record<string, unknown> = {};
  const last = args.at(-1);
  const place = names[args.length - 1];
  const mayBeObject = place !== undefined && (takesObject?.(place) ?? args.length > 1);
  const hasOptions =
    isPlainObject(last) &&
    (!mayBeObject ||
      Object.keys(last).every((key) => known.includes(key)) ||
      Object.keys(last).some((key) => isMisspelt(key, known)));
  const positional = hasOptions ? args.slice(0, -1) : args;
  if (positional.length > names.length) {
    throw new OptionError(
      `${where}: expected at most ${names.length} positional arguments (${names.join(", ")}), received ${positional.length}.`,
    );
  }
  positional.forEach((value, index) => {
    const name = names[index];
    if (name !== undefined && value !== undefined) bound[name] = value;
  });
  if (hasOptions) {
    checkOptions(where, last, known);
    for (const [name, value] of Object.entries(last)) {
      if (value === undefined) continue;
      if (name in bound)
        throw new OptionError(`${where}: argument \`${name}\` was given twice: by position and by name.`);
      bound[name] = value;
    }
  }
  return bound;
}

/** True for object literals (and objects without prototype), false for arrays and class instances. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
