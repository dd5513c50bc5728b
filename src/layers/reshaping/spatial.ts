import type { Border, DataFormat } from "../../ir/shape-types/index.ts";
import { OptionError } from "../../util/errors.ts";
import { positiveInteger } from "../../util/parameters.ts";

/** Before and behind each spatial axis. */
export type Sides = readonly (readonly [number, number])[];

/** A border in full: `[before, after]` for each spatial axis, from one number, one for each axis, or pairs. */
export function toSides(where: string, name: string, value: unknown, rank: number): Sides {
  const isSize = (x: unknown): x is number => Number.isInteger(x) && Number(x) >= 0;
  const isPair = (x: unknown): x is readonly [number, number] =>
    Array.isArray(x) && x.length === 2 && x.every(isSize);
  if (isSize(value)) return Array.from({ length: rank }, () => [value, value]);
  if (rank === 1 && isPair(value)) return [[value[0], value[1]]];
  if (Array.isArray(value) && value.length === rank && value.every((x) => isSize(x) || isPair(x))) {
    return value.map((x: number | readonly [number, number]) =>
      typeof x === "number" ? [x, x] : [x[0], x[1]],
    );
  }
  const forms =
    rank === 1
      ? "a whole number or [before, after]"
      : `a whole number, ${rank} of them, or ${rank} pairs [before, after]`;
  throw new OptionError(
    `${where}: expected \`${name}\` to be ${forms}, none negative, received ${JSON.stringify(value)}.`,
  );
}

/** One positive integer for each spatial axis. */
export function toFactors(where: string, name: string, value: unknown, rank: number): readonly number[] {
  const factors: readonly unknown[] = Array.isArray(value)
    ? value
    : Array.from({ length: rank }, () => value);
  if (factors.length !== rank) {
    throw new OptionError(
      `${where}: expected \`${name}\` to be a positive integer or ${rank} of them, received ${JSON.stringify(value)}.`,
    );
  }
  return factors.map((factor) => positiveInteger(where, name, factor));
}

/** The first spatial axis. */
export function firstSpatialAxis(format: DataFormat): number {
  return format === "channels_first" ? 2 : 1;
}

/** The same in the shape of the arguments: a pair alone for one axis. */
export function borderOf(sides: Sides): Border {
  const [only] = sides;
  return sides.length === 1 && only !== undefined ? only : sides;
}
