import type { DType } from "../../../ir/dtypes.ts";
import type { Emitter } from "../emitter.ts";
import { mapSize, type Size } from "../size.ts";
import { Unsupported } from "../unsupported.ts";

/** Functions of whole sizes that numbers of a program are: the number of elements, its reciprocal, its root. */
const inverses: readonly { readonly undo: (n: number) => number; readonly redo: readonly string[] }[] = [
  { undo: (n) => n, redo: [] },
  { undo: (n) => 1 / n, redo: ["Reciprocal"] },
  { undo: (n) => n * n, redo: ["Sqrt"] },
  { undo: (n) => 1 / (n * n), redo: ["Sqrt", "Reciprocal"] },
];

const precision = 1e-9;

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= precision * Math.max(Math.abs(a), Math.abs(b));
}

/** `slope · u + offset`, where u is a size or its reciprocal. */
interface Line {
  readonly of: Size;
  readonly isReciprocal: boolean;
  readonly slope: number;
  readonly offset: number;
}

/** A line through the first two traces that goes through all. */
function lineFor(value: Size, known: readonly Size[]): Line | null {
  for (const isReciprocal of [false, true]) {
    for (const of of known) {
      const u = mapSize(of, (n) => (isReciprocal ? 1 / n : n));
      const [u0 = 0, u1 = 0] = u;
      const [v0 = 0, v1 = 0] = value;
      if (u0 === u1) continue;
      const slope = (v1 - v0) / (u1 - u0);
      const rough = v0 - slope * u0;
      // What is left of rounding is no offset.
      const offset = Math.abs(rough) <= precision * Math.abs(v0) ? 0 : rough;
      if (value.every((v, i) => isNear(v, slope * (u[i] ?? 0) + offset)))
        return { of, isReciprocal, slope, offset };
    }
  }
  return null;
}

/** The name of a scalar whose value depends on unknown sizes. */
export function computedScalar(e: Emitter, value: Size, dtype: DType): string {
  for (const { undo, redo } of inverses) {
    const size = mapSize(value, (n) => Math.round(undo(n)));
    if (!value.every((n, i) => isNear(undo(n), size[i] ?? 0)) || !e.hasFormula(size)) continue;
    const type: DType = redo.length > 0 ? "float32" : dtype;
    const name = redo.reduce((x, opType) => e.graph.one(opType, [x]), e.sizeAs(size, type));
    return e.cast(name, type, dtype);
  }
  const line = lineFor(
    value,
    e.graph.sources().map(({ size }) => size),
  );
  if (line === null)
    throw new Unsupported("a number that depends on unknown sizes in a way that has no formula");
  const type: DType = "float64";
  const size = e.sizeAs(line.of, type);
  const u = line.isReciprocal ? e.graph.one("Reciprocal", [size]) : size;
  const scaled = e.graph.one("Mul", [u, e.graph.scalar(line.slope, type)]);
  const moved = line.offset === 0 ? scaled : e.graph.one("Add", [scaled, e.graph.scalar(line.offset, type)]);
  return e.cast(moved, type, dtype);
}
