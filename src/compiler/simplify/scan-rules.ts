import { addPrimitive } from "../../ir/primitives/add.ts";
import { matmulPrimitive } from "../../ir/primitives/matmul.ts";
import { reduceSumPrimitive } from "../../ir/primitives/reduce-sum.ts";
import { type TransposeParams, transposePrimitive } from "../../ir/primitives/transpose.ts";
import { type Equation, Var } from "../../ir/program.ts";
import { isFloat } from "../../ir/dtypes.ts";
import type { ReduceParams } from "../../ir/reduction.ts";
import { sizeOf } from "../../ir/shape.ts";
import { removeDead } from "./dead-code.ts";
import { Lifter, mergeSteps, productOfAll } from "./lift.ts";
import { type Carry, Loop } from "./loop.ts";
import type { Rewriter } from "./rewriter.ts";

/**
 * Appends a scan with less to do at each step:
 * - what is the same at every step is computed before;
 * - products that need no carry are made at once for all steps, before the loop or behind it;
 * - sums over steps of products (the gradients of weights) become one product behind the loop.
 *
 * Where it is known only at run time which slices are visited, products stay inside: they are to cost no more than the
 * loop does.
 *
 * @returns What stands for the results of the scan.
 */
export function liftFromScan(rewriter: Rewriter, equation: Equation): readonly Var[] {
  const loop = new Loop(equation);
  const results = new Map<Var, Var>();
  dropUnchanged(loop, results);
  const lifter = new Lifter(rewriter, loop);
  hoistInvariant(loop, lifter);
  const later: (() => void)[] = [];
  if (loop.params.isBounded !== true) {
    hoistProducts(loop, lifter);
    postponeProducts(rewriter, loop, lifter, results, later);
    postponeSums(rewriter, loop, lifter, results, later);
  }
  if (loop.carries.length + loop.ys.length > 0) appendLoop(rewriter, loop);
  for (const emit of later) emit();
  return equation.outputs.map((value) => results.get(value) ?? value);
}

function appendLoop(rewriter: Rewriter, loop: Loop): void {
  const rebuilt = loop.rebuild();
  const program = { inputs: [], state: [], equations: [rebuilt], outputs: rebuilt.outputs, updates: [] };
  for (const equation of removeDead(program).equations) rewriter.append(equation);
}

/** Carried values that no step changes are captures. */
function dropUnchanged(loop: Loop, results: Map<Var, Var>): void {
  loop.carries = loop.carries.filter(({ initial, inner, next, result }) => {
    if (next !== inner) return true;
    loop.captures.push({ outer: initial, inner });
    results.set(result, initial);
    return false;
  });
}

/** Replaces values of the body by captures or slices of what is computed outside. */
function replace(loop: Loop, replaced: ReadonlyMap<Var, Var>): void {
  if (replaced.size === 0) return;
  const rename = (value: Var): Var => replaced.get(value) ?? value;
  loop.equations = loop.equations
    .filter(({ outputs }) => !outputs.every((value) => replaced.has(value)))
    .map((equation) => ({ ...equation, inputs: equation.inputs.map(rename) }));
  loop.equations.forEach((equation) => loop.define(equation));
  loop.carries.forEach((carry) => (carry.next = rename(carry.next)));
  loop.ys = loop.ys.map(({ inner, outer }) => ({ inner: rename(inner), outer }));
}

/** Work (not mere views) that is the same at every step, and that something at a step reads. */
function hoistInvariant(loop: Loop, lifter: Lifter): void {
  const replaced = new Map<Var, Var>();
  for (const { primitive, inputs, outputs } of loop.equations) {
    const [value] = outputs;
    const isWork = primitive.lowering.kind !== "view" && inputs.length > 0;
    if (value === undefined || !isWork || !lifter.isInvariant(value)) continue;
    const outer = lifter.invariant(value);
    if (outer === null) continue;
    const inner = new Var(value, value.builder);
    loop.captures.push({ outer, inner });
    lifter.capture(inner, outer);
    replaced.set(value, inner);
  }
  replace(loop, replaced);
}

/** Products of slices with something invariant, made for all steps before the loop. */
function hoistProducts(loop: Loop, lifter: Lifter): void {
  const replaced = new Map<Var, Var>();
  for (const { primitive, outputs } of loop.equations) {
    const [value] = outputs;
    if (primitive.name !== "matmul" || value === undefined) continue;
    const outer = lifter.stacked(value);
    if (outer === null) continue;
    const inner = new Var(value, value.builder);
    loop.xs.push({ outer, inner });
    replaced.set(value, inner);
  }
  replace(loop, replaced);
}

/** Products with something invariant that only end up in the stacked results, made behind the loop. */
function postponeProducts(
  r: Rewriter,
  loop: Loop,
  lifter: Lifter,
  results: Map<Var, Var>,
  later: (() => void)[],
): void {
  const uses = loop.countUses();
  for (const y of loop.ys) {
    const equation = loop.definitionOf(y.inner);
    const [a, b] = equation?.inputs ?? [];
    if (
      equation?.primitive.name !== "matmul" ||
      uses.get(y.inner) !== 1 ||
      a === undefined ||
      b === undefined
    )
      continue;
    const right = lifter.isInvariant(b) && a.shape.length === 2 ? lifter.invariant(b) : null;
    if (right === null) continue;
    loop.ys = loop.ys.filter((other) => other !== y);
    const left = loop.stack(a);
    later.push(() => results.set(y.outer, productOfAll(r, left, right)));
  }
}

/** Sums over all steps that no step reads, of products or of sums over the first axis, made behind the loop. */
function postponeSums(
  r: Rewriter,
  loop: Loop,
  lifter: Lifter,
  results: Map<Var, Var>,
  later: (() => void)[],
): void {
  for (const carry of loop.carries) {
    const uses = loop.countUses();
    if (!isFloat(carry.inner.dtype) || uses.get(carry.inner) !== 1) continue;
    const terms = termsOf(loop, carry, uses);
    if (terms === null) continue;
    const totals = terms.map((term) => totalOf(r, loop, lifter, term));
    if (totals.includes(null)) continue;
    loop.carries = loop.carries.filter((other) => other !== carry);
    const makers = totals.flatMap((total) => total?.() ?? []);
    later.push(() => {
      let sum = carry.initial;
      for (const make of makers) sum = r.apply(addPrimitive, [sum, make()], {});
      results.set(carry.result, sum);
    });
  }
}

/** The terms that each step adds to a carry, or null where the carry is more than a sum. */
function termsOf(loop: Loop, carry: Carry, uses: ReadonlyMap<Var, number>): Var[] | null {
  const terms: Var[] = [];
  let found = 0;
  const visit = (value: Var): void => {
    if (value === carry.inner) {
      found++;
      return;
    }
    const equation = loop.definitionOf(value);
    if (equation?.primitive.name === "add" && uses.get(value) === 1) equation.inputs.forEach(visit);
    else terms.push(value);
  };
  visit(carry.next);
  return found === 1 && terms.length > 0 ? terms : null;
}

/**
 * How to make the sum of a term over all steps behind the loop. The outer call commits to it (and stacks what is
 * needed); what it gives is called when the loop has been appended.
 */
function totalOf(r: Rewriter, loop: Loop, lifter: Lifter, term: Var): (() => () => Var) | null {
  const equation = loop.definitionOf(term);
  const [a, b] = equation?.inputs ?? [];
  const all = (value: Var): Var => lifter.stacked(value) ?? loop.stack(value);
  if (equation?.primitive.name === "reduceSum" && a !== undefined) {
    const { axes } = equation.params as ReduceParams; // SAFETY: the parameters of `reduceSum`
    // Only worth it where stacking stays small.
    if (sizeOf(a.shape) > 64 * sizeOf(term.shape)) return null;
    return () => {
      const stacked = all(a);
      return () => r.apply(reduceSumPrimitive, [stacked], { axes: [0, ...axes.map((axis) => axis + 1)] });
    };
  }
  if (equation?.primitive.name !== "matmul" || a === undefined || b === undefined || a.shape.length !== 2)
    return null;
  const before = loop.definitionOf(a);
  const [u] = before?.inputs ?? [];
  const isTransposed =
    before?.primitive.name === "transpose" &&
    u !== undefined &&
    (before.params as TransposeParams).perm[0] === 1; // SAFETY: of `transpose`
  return () => {
    // Σt Aₜ·Bₜ = [A₁ A₂ …] · [B₁; B₂; …]
    const right = all(b);
    const left = isTransposed ? all(u) : all(a);
    return () => {
      const columns = isTransposed ? left : r.apply(transposePrimitive, [left], { perm: [0, 2, 1] });
      const wide = r.apply(transposePrimitive, [mergeSteps(r, columns)], { perm: [1, 0] });
      return r.apply(matmulPrimitive, [wide, mergeSteps(r, right)], {});
    };
  };
}
