import { OptionError } from "../../util/errors.ts";

/** Refuses what is not a number > 0. */
export function positive(className: string, name: string, value: unknown): void {
  if (typeof value === "number" && value > 0) return;
  throw new OptionError(
    `${className}: expected \`${name}\` to be a number > 0, received ${JSON.stringify(value)}.`,
  );
}
