import { OptionError } from "../../util/errors.ts";

/** The two halves of a hash's key. */
export type Salt = readonly [number, number];

/** A key from one number, which stands for both halves, or two. */
export function saltOf(where: string, value: unknown): Salt | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "number") return [value, value];
  if (Array.isArray(value) && value.length === 2 && value.every(Number.isInteger))
    return [Number(value[0]), Number(value[1])];
  throw new OptionError(
    `${where}: expected \`salt\` to be a whole number, or two, received ${JSON.stringify(value)}.`,
  );
}
