import type { FullParams } from "../../ir/primitives/full.ts";
import { gatherPrimitive, type ScatterParams } from "../../ir/primitives/gather.ts";
import { lastOccurrencePrimitive } from "../../ir/primitives/last-occurrence.ts";
import { negPrimitive } from "../../ir/primitives/neg.ts";
import type { Equation, Program, Var } from "../../ir/program.ts";
import { sizeOf } from "../../ir/shape.ts";
import { remembered } from "../../util/remembered.ts";
import { definitions } from "../schedule/values.ts";
import { removeDead } from "../simplify/dead-code.ts";
import { AtZero } from "./at-zero.ts";
import { Appendix, Rows } from "./rows.ts";

/** Arrays below this size are updated as a whole: that is one short loop. */
const fewestElements = 4096;
/** Rows of the array for each row that is touched, from which on touching those alone is less work. */
const rowsPerTouched = { sums: 4, additions: 1 };

/** Rows that are added to an array of zeros: a part of a table's gradient. */
interface Part {
  readonly indices: Var;
  readonly rows: Var;
}

/** What a gradient of few rows leads to. */
interface Group {
  readonly gradient: Var;
  readonly parts: readonly Part[];
  /** The gradient, and the values that are computed from it. */
  readonly values: ReadonlySet<Var>;
  /** Places of the arrays that get new values from it, among the program's state. */
  readonly updates: readonly number[];
}

/**
 * Updates of tables (embeddings) that touch few rows: those rows alone are read and written.
 *
 * Where the gradient of an array is a sum of rows that are scattered into zeros, and the new values of all arrays that
 * depend on it are, where that gradient is zero, the old ones, the rows are computed by themselves and put back.
 * So it is for steps along the gradient and for sums of its squares (SGD, Adagrad), not for running means.
 */
export function sparseUpdates(program: Program): Program {
  const known = definitions(program.equations);
  const uses = usesOf(program);
  const groups = [...gradientsOfRows(program, known, uses)].flatMap(([gradient, parts]) => {
    const group = groupOf(program, gradient, parts, uses);
    return group === null ? [] : [group];
  });
  let next = program;
  for (const group of groups) next = rewritten(next, group, known) ?? next;
  return next === program ? program : removeDead(next);
}

interface Uses {
  readonly readers: ReadonlyMap<Var, readonly Equation[]>;
  readonly outputs: ReadonlySet<Var>;
}

function usesOf({ equations, outputs }: Program): Uses {
  const readers = new Map<Var, Equation[]>();
  for (const equation of equations) {
    for (const input of new Set(equation.inputs))
      remembered(readers, input, (): Equation[] => []).push(equation);
  }
  return { readers, outputs: new Set(outputs) };
}

/** Sums of rows that were scattered into zeros, and what they are sums of. */
function gradientsOfRows(
  { equations, updates }: Program,
  known: ReadonlyMap<Var, Equation>,
  { readers, outputs }: Uses,
): Map<Var, readonly Part[]> {
  const found = new Map<Var, readonly Part[]>();
  const isRead = new Set(updates);
  const isSummand = (value: Var): boolean =>
    readers.get(value)?.length === 1 && !outputs.has(value) && !isRead.has(value);
  for (const { primitive, params, inputs, outputs: results } of equations) {
    const [a, b, rows] = inputs;
    const [result] = results;
    if (a === undefined || b === undefined || result === undefined) continue;
    if (primitive.name === "scatter" && rows !== undefined) {
      const { axis, mode } = params as ScatterParams; // SAFETY: the parameters of `scatter`
      if (axis === 0 && mode === "add" && isZeros(known.get(a))) found.set(result, [{ indices: b, rows }]);
    }
    const [left, right] = [found.get(a), found.get(b)];
    if (primitive.name !== "add" || left === undefined || right === undefined || a === b) continue;
    if (!isSummand(a) || !isSummand(b)) continue;
    for (const value of inputs) found.delete(value);
    found.set(result, [...left, ...right]);
  }
  return found;
}

function isZeros(equation: Equation | undefined): boolean {
  return equation?.primitive.name === "full" && (equation.params as FullParams).value === 0; // SAFETY: the parameters of `full`
}

/** What depends on a gradient, where that is element-wise work alone, for new values of state alone. */
function groupOf(program: Program, gradient: Var, parts: readonly Part[], uses: Uses): Group | null {
  const touched = parts.reduce((sum, { indices }) => sum + sizeOf(indices.shape), 0);
  const [size = 0] = gradient.shape;
  const dtypes = new Set(parts.map(({ indices }) => indices.dtype));
  const isLarge = sizeOf(gradient.shape) >= fewestElements && touched * rowsPerTouched.additions <= size;
  if (!isLarge || touched === 0 || dtypes.size > 1) return null;
  const values = new Set([gradient]);
  // The set grows while it is gone through.
  for (const value of values) {
    if (uses.outputs.has(value)) return null;
    for (const reader of uses.readers.get(value) ?? []) {
      if (reader.primitive.lowering.kind !== "elementwise") return null;
      for (const output of reader.outputs) values.add(output);
    }
  }
  const updates = program.updates.flatMap((value, i) => (value !== null && values.has(value) ? [i] : []));
  return updates.length === 0 ? null : { gradient, parts, values, updates };
}

/** The program with the arrays of a group changed in place, row by row; null where that is not the same, or more work. */
function rewritten(program: Program, group: Group, known: ReadonlyMap<Var, Equation>): Program | null {
  const { gradient, parts, updates } = group;
  const atZero = new AtZero(gradient, known);
  const isKept = updates.every((i) => {
    const [old, value] = [program.state[i], program.updates[i]];
    return old !== undefined && value && atZero.same(value) === old;
  });
  if (!isKept) return null;
  const appendix = new Appendix(gradient.builder);
  const indices = appendix.joined(
    parts.map((part) => part.indices),
    parts.map((part) => part.indices.shape.length),
  );
  const added = appendix.joined(
    parts.map((part) => part.rows),
    parts.map((part) => part.indices.shape.length),
  );
  const steps = updates.map((i) => stepOf(program, i, group, known));
  const isLinear = !steps.includes(null);
  const [count = 0] = indices.shape;
  const [size = 0] = gradient.shape;
  if (!isLinear && count * rowsPerTouched.sums > size) return null;
  const given = new Map([[gradient, isLinear ? added : summed(appendix, indices, added, size)]]);
  const stored = new Set([...program.state, ...program.inputs]);
  const rows = new Rows(appendix, indices, known, stored, given);
  // All are read before one is written: memory is changed in place then.
  const changes = updates.map((i, at) => {
    const step = isLinear ? steps[at] : null;
    const value = rows.of(step?.value ?? program.updates[i] ?? gradient);
    return value !== null && step?.isSubtracted === true ? appendix.apply(negPrimitive, [value], {}) : value;
  });
  const next = [...program.updates];
  for (const [at, i] of updates.entries()) {
    const [old, value] = [program.state[i], changes[at] ?? null];
    if (value === null || old === undefined) return null;
    // All rows of one index hold the same, unless they are added.
    next[i] = appendix.scattered(old, indices, value, isLinear ? "add" : "set");
  }
  return { ...program, equations: [...program.equations, ...appendix.equations], updates: next };
}

/** For each index the sum of the rows of all that are equal. */
function summed(appendix: Appendix, indices: Var, added: Var, size: number): Var {
  const owners = appendix.apply(lastOccurrencePrimitive, [indices], { size });
  const zeros = appendix.full(0, added.shape, added.dtype);
  const sums = appendix.scattered(zeros, owners, added, "add");
  return appendix.apply(gatherPrimitive, [sums, owners], { axis: 0 });
}

/** What is added to an array or subtracted from it, where that is a multiple of the gradient: it need not be summed before. */
function stepOf(
  { state, updates }: Program,
  place: number,
  { gradient, values }: Group,
  known: ReadonlyMap<Var, Equation>,
): { readonly value: Var; readonly isSubtracted: boolean } | null {
  const [old, value] = [state[place], updates[place]];
  const equation = value ? known.get(value) : undefined;
  const [a, b] = equation?.inputs ?? [];
  // Sums of half-precision numbers are rounded at each step: the fewer, the better.
  const isExact = old?.dtype === "float32" || old?.dtype === "float64";
  if (equation === undefined || a === undefined || b === undefined || !isExact) return null;
  const isMultiple = (x: Var): boolean => {
    if (x === gradient) return true;
    const { primitive, inputs } = known.get(x) ?? {};
    const [u, v] = inputs ?? [];
    if (u === undefined || !values.has(x)) return false;
    if (primitive?.name === "neg") return isMultiple(u);
    if (v === undefined) return false;
    if (primitive?.name === "div") return isMultiple(u) && !values.has(v);
    if (primitive?.name !== "mul") return false;
    return (isMultiple(u) && !values.has(v)) || (isMultiple(v) && !values.has(u));
  };
  const { name } = equation.primitive;
  if (a === old && (name === "add" || name === "sub") && isMultiple(b))
    return { value: b, isSubtracted: name === "sub" };
  return b === old && name === "add" && isMultiple(a) ? { value: a, isSubtracted: false } : null;
}
