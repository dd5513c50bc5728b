import { OptionError } from "../../util/errors.ts";

/** Checks a slope, threshold or bound: a number that is not negative. */
export function notNegative(where: string, name: string, value: unknown): number {
  if (typeof value === "number" && value >= 0) return value;
  throw new OptionError(
    `${where}: expected \`${name}\` to be a number >= 0, received ${JSON.stringify(value)}.`,
  );
}
