/**
 * A size (or another number) of a program that was traced with several stand-ins for its unknown sizes: its value in
 * each trace. What does not differ is fixed; what does depends on an unknown size.
 */
export type Size = readonly number[];

export function isFixed(size: Size): boolean {
  return size.every((value) => value === size[0]);
}

/** The value where the size is fixed, else null. */
export function fixedSize(size: Size): number | null {
  return isFixed(size) ? (size[0] ?? 0) : null;
}

export function sameSize(a: Size, b: Size): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

export function sameSizes(a: readonly Size[], b: readonly Size[]): boolean {
  return a.length === b.length && a.every((size, i) => sameSize(size, b[i] ?? []));
}

export function isOne(size: Size): boolean {
  return size.every((value) => value === 1);
}

export function mapSize(size: Size, f: (value: number) => number): Size {
  return size.map(f);
}

export function zipSizes(a: Size, b: Size, f: (a: number, b: number) => number): Size {
  return a.map((value, i) => f(value, b[i] ?? 0));
}

/** A number that is the same in every trace. */
export function fixed(value: number, like: Size): Size {
  return like.map(() => value);
}

/** Lists from several traces as one list of sizes: `[[2, 8], [2, 16]]` → `[[2, 2], [8, 16]]`. */
export function zipLists(lists: readonly (readonly number[])[]): Size[] {
  return (lists[0] ?? []).map((_, i) => lists.map((list) => list[i] ?? 0));
}

/** How a size follows from others that are known where the graph runs. */
export type SizeFormula =
  | { readonly kind: "same"; readonly of: Size }
  /** `⌊(factor · of + offset) / divisor⌋` */
  | {
      readonly kind: "linear";
      readonly of: Size;
      readonly factor: number;
      readonly offset: number;
      readonly divisor: number;
    }
  /** `factor · a · b` */
  | { readonly kind: "product"; readonly a: Size; readonly b: Size; readonly factor: number };

/** Finds a formula for a size that is not fixed; null where none of the simple ones fits every trace. */
export function formulaFor(size: Size, known: readonly Size[]): SizeFormula | null {
  const same = known.find((candidate) => sameSize(candidate, size));
  if (same !== undefined) return { kind: "same", of: same };
  for (const of of known) {
    const found = linear(size, of);
    if (found !== null) return found;
  }
  for (const a of known) {
    for (const b of known) {
      const factor = (size[0] ?? 0) / ((a[0] ?? 1) * (b[0] ?? 1));
      if (Number.isInteger(factor) && size.every((value, i) => value === factor * (a[i] ?? 0) * (b[i] ?? 0)))
        return { kind: "product", a, b, factor };
    }
  }
  return null;
}

const largestDivisor = 64;

function linear(size: Size, of: Size): SizeFormula | null {
  const [s0 = 0, s1 = 0] = size;
  const [k0 = 0, k1 = 0] = of;
  if (k0 === k1) return null;
  const slope = (s1 - s0) / (k1 - k0);
  for (let divisor = 1; divisor <= largestDivisor; divisor++) {
    const factor = Math.round(slope * divisor);
    // Rounding down makes the slope between two places inexact.
    if (
      Math.abs(slope * divisor - factor) > (divisor === 1 ? 0 : divisor / Math.abs(k1 - k0)) ||
      factor === 0
    )
      continue;
    for (let shift = 0; shift < divisor; shift++) {
      const offset = s0 * divisor - factor * k0 + shift;
      const fits = size.every((value, i) => value === Math.floor((factor * (of[i] ?? 0) + offset) / divisor));
      if (fits) return { kind: "linear", of, factor, offset, divisor };
    }
  }
  return null;
}
