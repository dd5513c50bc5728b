import { OptionError } from "../util/errors.ts";

/** Checks the factor of a penalty: a finite number that is not negative. */
export function penaltyFactor(where: string, name: string, value: unknown): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new OptionError(
    `${where}: expected \`${name}\` to be a number >= 0, received ${JSON.stringify(value)}.`,
  );
}
