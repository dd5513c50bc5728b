/** Absolute and relative allowance: close means `|actual − expected| ≤ atol + rtol · |expected|`. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/**
 * What is compared:
 * - `exact`: bits (integers, indices, bytes that were stored);
 * - `op`: one op or layer forward;
 * - `grad`: a gradient through one op or layer;
 * - `model`: the outputs of a whole network;
 * - `epochs`: losses and weights after several epochs of training.
 */
export const toleranceKinds = ["exact", "op", "grad", "model", "epochs"] as const;
export type ToleranceKind = (typeof toleranceKinds)[number];

const exact: Tolerance = { rtol: 0, atol: 0 };
const table: Readonly<Record<string, Readonly<Record<Exclude<ToleranceKind, "exact">, Tolerance>>>> = {
  float64: {
    op: { rtol: 1e-10, atol: 1e-12 },
    grad: { rtol: 1e-7, atol: 1e-9 },
    model: { rtol: 1e-8, atol: 1e-10 },
    epochs: { rtol: 1e-6, atol: 1e-8 },
  },
  float32: {
    op: { rtol: 1e-4, atol: 1e-5 },
    grad: { rtol: 1e-4, atol: 1e-5 },
    model: { rtol: 1e-4, atol: 1e-5 },
    epochs: { rtol: 1e-3, atol: 1e-4 },
  },
  float16: {
    op: { rtol: 4e-3, atol: 1e-3 },
    grad: { rtol: 1e-2, atol: 4e-3 },
    model: { rtol: 1e-2, atol: 4e-3 },
    epochs: { rtol: 4e-2, atol: 1e-2 },
  },
  bfloat16: {
    op: { rtol: 2e-2, atol: 8e-3 },
    grad: { rtol: 6e-2, atol: 3e-2 },
    model: { rtol: 6e-2, atol: 3e-2 },
    epochs: { rtol: 1e-1, atol: 5e-2 },
  },
};

/** The project's one table of tolerances; integers and booleans are exact. */
export function tolerance(dtype: string, kind: ToleranceKind): Tolerance {
  return kind === "exact" ? exact : (table[dtype]?.[kind] ?? exact);
}

/** Anything that has numbers in row-major order: an array, a typed array, a decoded golden tensor. */
export type Numbers =
  | ArrayLike<number | bigint | boolean>
  | { readonly values: ArrayLike<number | bigint>; readonly shape: readonly number[] };

function flatten(numbers: Numbers): {
  readonly values: ArrayLike<number>;
  readonly shape?: readonly number[];
} {
  if ("values" in numbers && typeof numbers.values !== "function") {
    return { values: Array.from<number | bigint, number>(numbers.values, Number), shape: numbers.shape };
  }
  return { values: Array.from(numbers as ArrayLike<number | bigint | boolean>, Number) }; // SAFETY: the other form was returned above
}

function allowance(expected: number, { rtol, atol }: Tolerance): number {
  return atol + rtol * Math.abs(expected);
}

function isClose(actual: number, expected: number, within: Tolerance): boolean {
  // NaN equals NaN here and infinities equal themselves: a golden value of NaN is a fact to reproduce.
  if (Object.is(actual, expected) || actual === expected) return true;
  return Number.isFinite(expected) && Math.abs(actual - expected) <= allowance(expected, within);
}

/** How far beyond its allowance a value is; infinite where one side is not finite. */
function excess(actual: number, expected: number, within: Tolerance): number {
  const ratio = Math.abs(actual - expected) / allowance(expected, within);
  return Number.isNaN(ratio) ? Infinity : ratio;
}

function unravel(flat: number, shape: readonly number[]): string {
  const index: number[] = [];
  let rest = flat;
  for (const size of shape.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `[${index.join(", ")}]`;
}

/**
 * Throws unless all values are close; the message has the worst index, both values and the tolerance.
 *
 * @param what - Names the compared thing in the message.
 */
export function expectClose(actual: Numbers, expected: Numbers, within: Tolerance, what = "values"): void {
  const a = flatten(actual);
  const e = flatten(expected);
  const shape = e.shape ?? a.shape ?? [e.values.length];
  if (a.shape !== undefined && e.shape !== undefined && a.shape.join() !== e.shape.join()) {
    throw new Error(`${what}: expected shape [${e.shape.join(", ")}], received [${a.shape.join(", ")}]`);
  }
  if (a.values.length !== e.values.length) {
    throw new Error(`${what}: expected ${e.values.length} values, received ${a.values.length}`);
  }
  let failures = 0;
  let worst = -1;
  let worstExcess = -1;
  for (let i = 0; i < e.values.length; i++) {
    const x = a.values[i] ?? Number.NaN;
    const y = e.values[i] ?? Number.NaN;
    if (isClose(x, y, within)) continue;
    failures++;
    const by = excess(x, y, within);
    if (by > worstExcess) {
      worst = i;
      worstExcess = by;
    }
  }
  if (failures === 0) return;
  throw new Error(
    `${what}: ${failures} of ${e.values.length} values differ. Worst at ${unravel(worst, shape)}: ` +
      `expected ${e.values[worst]}, received ${a.values[worst]} ` +
      `(rtol ${within.rtol}, atol ${within.atol}; ${worstExcess.toPrecision(3)} times the allowance)`,
  );
}
