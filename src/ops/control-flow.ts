import { traceBody } from "../ir/branches.ts";
import type { DType } from "../ir/dtypes.ts";
import * as p from "../ir/primitives/index.ts";
import { currentBuilder, type Var } from "../ir/program.ts";
import { formatShape, normalizeAxis } from "../ir/shape.ts";
import { invariant, OptionError, ShapeError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { flatten, mapTree, packLike, type Tree } from "../util/tree.ts";
import { toBool } from "./core/compute.ts";
import { isTensorHolder, isTypedArray, type TensorInput, toValue } from "./core/convert.ts";
import { castTo, wrap } from "./core/lift.ts";
import { callOp, defineOp, type Op, type OpFunction } from "./core/op.ts";
import { resultType } from "./core/promote.ts";
import { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { Value } from "./core/value.ts";
import { sliceAxis } from "./rearranging.ts";

/** Values of control flow: tensors, numbers, arrays and objects of them. */
export type Structure = Tree<TensorInput> | null;

const module = "core";

function isLeaf(value: unknown): boolean {
  return value instanceof Value || isTensorHolder(value) || isTypedArray(value) || typeof value === "number" || typeof value === "boolean";
}

function holdsTensor(node: unknown): boolean {
  if (node instanceof Value || isTensorHolder(node) || isTypedArray(node)) return true;
  return Array.isArray(node) ? node.some(holdsTensor) : isPlainObject(node) && Object.values(node).some(holdsTensor);
}

/** The tensors of a structure, each leaf made one. */
function tensorsOf(where: string, structure: unknown): Tree<Tensor> {
  return mapTree<unknown, Tensor>(structure, (leaf) => {
    if (!isLeaf(leaf)) throw new OptionError(`${where}: expected tensors or numbers, received ${leaf === null ? "null" : typeof leaf}.`);
    return toValue(leaf as TensorInput) as Tensor; // SAFETY: symbolic values were replaced before the body runs
  });
}

/** Data for the steps: nested numbers without a tensor among them are one tensor. */
function stepsOf(where: string, xs: unknown): Tree<Tensor> | null {
  if (xs === null || xs === undefined) return null;
  // SAFETY: nested numbers, which toValue checks.
  return holdsTensor(xs) ? tensorsOf(where, xs) : (toValue(xs as TensorInput) as Tensor);
}

function varsOf(tree: Tree<Tensor>): Var[] {
  return flatten<Tensor>(tree).map((x) => x.traced);
}

function like(tree: Tree<unknown>, values: readonly Var[]): Tree<Tensor> {
  return packLike(tree, values.map(wrap));
}

/** Numbers among the initial values take the dtypes that the body gives back. */
function settleDTypes(init: Tree<Tensor>, dtypes: readonly DType[]): Tree<Tensor> {
  const leaves = flatten<Tensor>(init).map((x, i) => (x.isWeak ? wrap(castTo(x.traced, dtypes[i] ?? x.dtype)) : x));
  return packLike(init, leaves);
}

type Step = (carry: never, x: never) => readonly unknown[];

interface ScanArguments {
  readonly f: Step;
  readonly init: unknown;
  readonly xs: unknown;
  readonly length: number | null;
  readonly reverse: boolean;
}

/** The number of steps: size of the leading axes of all xs. */
function lengthOf(where: string, xs: readonly Var[], length: number | null): number {
  const sizes = xs.map(({ shape }) => shape[0]);
  const count = length ?? sizes[0];
  if (count === undefined || sizes.some((n) => n !== count)) {
    throw new ShapeError(`${where}: expected xs with one size of their first axes, or a length; received ${xs.map(({ shape }) => formatShape(shape)).join(", ") || "neither"}.`);
  }
  return count;
}

function runScan(where: string, { f, init, xs, length, reverse }: ScanArguments): readonly [Tree<Tensor>, Tree<Tensor> | null] {
  const steps = stepsOf(where, xs);
  const stepVars = steps === null ? [] : varsOf(steps);
  const count = lengthOf(where, stepVars, length);
  let start = tensorsOf(where, init);
  let outForm: Tree<unknown> | null = null;
  const body = (carry: readonly Var[], slices: readonly Var[]): { carry: Var[]; ys: Var[] } => {
    const x = steps === null ? null : like(steps, slices);
    // SAFETY: the caller's function takes the carry in the form of init, and slices in the form of xs.
    const result = f(like(start, carry) as never, x as never);
    if (!Array.isArray(result) || result.length !== 2) throw new OptionError(`${where}: expected f to return [carry, y], received ${String(result)}.`);
    outForm = result[1] === null || result[1] === undefined ? null : mapTree<unknown, number>(result[1], () => 0);
    const ys = outForm === null ? [] : varsOf(tensorsOf(where, result[1]));
    return { carry: varsOf(tensorsOf(where, result[0])), ys };
  };
  const probe = traceBody([...varsOf(start), ...stepVars.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype }))], (values) => {
    const n = flatten(start).length;
    return body(values.slice(0, n), values.slice(n)).carry;
  });
  start = settleDTypes(start, probe.outputs.map(({ dtype }) => dtype));
  const result = p.scan(body, varsOf(start), stepVars, { length: count, reverse });
  return [like(start, result.carry), outForm === null ? null : like(outForm, result.ys)];
}

const scanOp: Op = defineOp<ScanArguments, () => unknown>(
  { name: "scan", module, args: { f: "call", init: "call", xs: { kind: "call", default: null }, length: opt(null), reverse: opt(false), unroll: opt(1) } },
  (args) => {
    const [carry, ys] = runScan("ops.scan", args);
    return ys === null ? [carry] : [carry, ys];
  },
).op;

export interface ScanOptions {
  /** Number of steps; by default the size of the first axis of `xs`. */
  readonly length?: number | null;
  /** From the last step to the first. */
  readonly reverse?: boolean;
  /** Of no effect: the compiler decides. */
  readonly unroll?: number | boolean;
}

/**
 * A loop with carried values: `f(carry, x) → [carry, y]` for each slice `x` of `xs` along the first axis.
 *
 * @returns The last carry, and all `y` stacked.
 * @see Keras `ops.scan`
 */
export const scan: OpFunction<
  <C, X, Y>(f: (carry: C, x: X) => readonly [C, Y], init: unknown, xs?: unknown, length?: number | null | ScanOptions, reverse?: boolean) => readonly [C, Y]
> = Object.assign(
  <C, X, Y>(f: (carry: C, x: X) => readonly [C, Y], init: unknown, xs?: unknown, length?: number | null | ScanOptions, reverse?: boolean): readonly [C, Y] => {
    const options = isPlainObject(length) ? { length: null, reverse: false, ...length } : { length: length ?? null, reverse: reverse ?? false };
    const result = callOp(scanOp, { f, init, xs: xs ?? null, unroll: 1, ...options }) as readonly unknown[]; // SAFETY: one or two results
    return [result[0], result[1] ?? null] as unknown as readonly [C, Y]; // SAFETY: in the forms that f gives
  },
  { op: scanOp },
);

/** Applies `f` to every slice along the first axis and stacks the results. @see Keras `ops.map` */
export const map: OpFunction<<X, Y>(f: (x: X) => Y, xs: unknown) => Y> = defineOp(
  { name: "map", module, args: { f: "call", xs: "call" } },
  ({ f, xs }: { readonly f: (x: never) => unknown; readonly xs: unknown }) => {
    const [, ys] = runScan("ops.map", { f: (_, x) => [[], f(x)], init: [], xs, length: null, reverse: false });
    return ys ?? [];
  },
);

/** Applies a function to every slice along the first axis and stacks the results. @see Keras `ops.vectorized_map` */
export const vectorizedMap: OpFunction<<X, Y>(f: (x: X) => Y, elements: unknown) => Y> = defineOp(
  { name: "vectorizedMap", module, args: { function: "call", elements: "call" } },
  ({ function: f, elements }: { readonly function: (x: never) => unknown; readonly elements: unknown }) => {
    const [, ys] = runScan("ops.vectorizedMap", { f: (_, x) => [[], f(x)], init: [], xs: elements, length: null, reverse: false });
    return ys ?? [];
  },
);

interface WhileArguments {
  readonly cond: (...values: never[]) => unknown;
  readonly body: (...values: never[]) => unknown;
  readonly loopVars: unknown;
  readonly maximumIterations: number | null;
}

/** A scalar condition as a bool. */
function conditionOf(where: string, value: unknown): Var {
  const test = toBool((toValue(value as TensorInput) as Tensor).traced); // SAFETY: the caller's condition gives a tensor or a boolean
  if (test.shape.reduce((a, b) => a * b, 1) !== 1) throw new ShapeError(`${where}: expected a condition of one element, received shape ${formatShape(test.shape)}.`);
  return p.reshape(test, []);
}

/** A list of loop variables is given to the functions as several arguments, as in Keras. */
function spreadArguments(form: Tree<unknown>, values: readonly Var[]): never[] {
  const tree = like(form, values);
  return (Array.isArray(tree) ? tree : [tree]) as never[]; // SAFETY: the functions take what loopVars holds
}

function runWhile(where: string, { cond: condition, body, loopVars, maximumIterations }: WhileArguments): Tree<Tensor> {
  let start = tensorsOf(where, loopVars);
  const step = (values: readonly Var[]): Var[] => {
    const result = body(...spreadArguments(start, values));
    const isSingle = Array.isArray(start) && start.length === 1 && !Array.isArray(result);
    return varsOf(tensorsOf(where, isSingle ? [result] : result));
  };
  const probe = traceBody(varsOf(start), step);
  start = settleDTypes(start, probe.outputs.map(({ dtype }) => dtype));
  const counter = p.full(0, [], "int32");
  const [, ...results] = p.whileLoop(
    ([i, ...values]) => {
      invariant(i !== undefined, "the counter comes first");
      const test = conditionOf(where, condition(...spreadArguments(start, values)));
      return maximumIterations === null ? test : p.and(test, p.lt(i, p.full(maximumIterations, [], "int32")));
    },
    ([i, ...values]) => {
      invariant(i !== undefined, "the counter comes first");
      return [p.offset(i, 1), ...step(values)];
    },
    [counter, ...varsOf(start)],
  );
  return like(start, results);
}

/** Repeats `body` while `cond` holds; both take the loop variables. It has no gradient. @see Keras `ops.while_loop` */
export const whileLoop: OpFunction<
  <T>(
    cond: (...values: never[]) => unknown,
    body: (...values: never[]) => unknown,
    loopVars: unknown,
    maximumIterations?: number | null | { readonly maximumIterations?: number | null },
  ) => T
> = defineOp(
  { name: "whileLoop", module, args: { cond: "call", body: "call", loopVars: "call", maximumIterations: opt(null) } },
  (args: WhileArguments) => runWhile("ops.whileLoop", args),
);

interface ForArguments {
  readonly lower: number | Tensor;
  readonly upper: number | Tensor;
  readonly bodyFun: (i: Tensor, value: never) => unknown;
  readonly initVal: unknown;
}

/** `value = body(i, value)` for i from `lower` to `upper − 1`; differentiable when both are numbers. @see Keras `ops.fori_loop` */
export const foriLoop: OpFunction<<T>(lower: number | Tensor, upper: number | Tensor, bodyFun: (i: Tensor, value: T) => T, initVal: unknown) => T> = defineOp(
  { name: "foriLoop", module, args: { lower: "call", upper: "call", bodyFun: "call", initVal: "call" } },
  ({ lower, upper, bodyFun, initVal }: ForArguments) => {
    if (typeof lower === "number" && typeof upper === "number") {
      const length = Math.max(0, upper - lower);
      const steps = wrap(p.offset(p.iota([length], 0, "int32"), lower));
      // SAFETY: the value has the form of initVal, as the caller's function expects.
      const f = (value: unknown, i: Tensor): unknown[] => [bodyFun(i, value as never), null];
      return runScan("ops.foriLoop", { f: f as Step, init: initVal, xs: steps, length, reverse: false })[0]; // SAFETY: see above
    }
    const limit = castTo((toValue(upper) as Tensor).traced, "int32"); // SAFETY: tensors inside a body
    const result = runWhile("ops.foriLoop", {
      cond: ((i: Tensor) => wrap(p.lt(i.traced, limit))) as WhileArguments["cond"], // SAFETY: it is given the loop variables below
      body: ((i: Tensor, value: never) => [wrap(p.offset(i.traced, 1)), bodyFun(i, value)]) as WhileArguments["body"], // SAFETY: as above
      loopVars: [wrap(castTo((toValue(lower) as Tensor).traced, "int32")), initVal], // SAFETY: as above
      maximumIterations: null,
    });
    return Array.isArray(result) ? result[1] : result;
  },
);

/** Runs one of several functions of no arguments; results that differ in dtype are promoted. */
function branch(where: string, index: Var, functions: readonly (() => unknown)[]): Tree<Tensor> {
  let form: Tree<unknown> | null = null;
  const types = functions.map((f) =>
    traceBody([], () => {
      const result = tensorsOf(where, f());
      form ??= mapTree(result, () => 0);
      return varsOf(result);
    }).outputs.map(({ dtype }) => dtype),
  );
  const dtypes = (types[0] ?? []).map((_, i) => resultType(types.map((list) => ({ dtype: list[i] ?? "float32" }))));
  const results = p.cond(
    index,
    functions.map((f) => () => varsOf(tensorsOf(where, f())).map((value, i) => castTo(value, dtypes[i] ?? value.dtype))),
  );
  return like(form ?? [], results);
}

/** A concrete value, where there is one outside a trace. */
function knownValue(x: unknown): number | null {
  if (typeof x === "number" || typeof x === "boolean") return Number(x);
  return x instanceof Tensor && !x.isTraced && currentBuilder() === null ? x.item() : null;
}

const condOp: Op = defineOp<{ readonly pred: unknown; readonly trueFn: () => unknown; readonly falseFn: () => unknown }, () => unknown>(
  { name: "cond", module, args: { pred: "call", trueFn: "call", falseFn: "call" } },
  ({ pred, trueFn, falseFn }) => branch("ops.cond", castTo(conditionOf("ops.cond", pred), "int32"), [falseFn, trueFn]),
).op;

/** The result of `trueFn` where `pred` holds, else of `falseFn`; both take no arguments. @see Keras `ops.cond` */
export const cond: OpFunction<<T>(pred: unknown, trueFn: () => T, falseFn: () => T) => T> = Object.assign(
  <T>(pred: unknown, trueFn: () => T, falseFn: () => T): T => {
    const known = knownValue(pred);
    if (known !== null) return known === 0 ? falseFn() : trueFn();
    return callOp(condOp, { pred, trueFn, falseFn }) as T; // SAFETY: in the form of the branches' results
  },
  { op: condOp },
);

const switchOp: Op = defineOp<{ readonly index: unknown; readonly branches: readonly ((...operands: never[]) => unknown)[]; readonly operands: readonly unknown[] }, () => unknown>(
  { name: "switch", module, args: { index: "call", branches: "call", operands: { kind: "call", variadic: true } } },
  ({ index, branches, operands }) => {
    const number = castTo((toValue(index as TensorInput) as Tensor).traced, "int32"); // SAFETY: tensors inside a body
    const given = operands.map((operand) => tensorsOf("ops.switch", operand)) as never[]; // SAFETY: what the branches take
    return branch("ops.switch", p.reshape(number, []), branches.map((f) => () => f(...given)));
  },
).op;

/** The result of the branch with the given number, applied to the operands; numbers outside are brought to the ends. @see Keras `ops.switch` */
const switchFunction: OpFunction<<T>(index: unknown, branches: readonly ((...operands: never[]) => T)[], ...operands: readonly unknown[]) => T> = Object.assign(
  <T>(index: unknown, branches: readonly ((...operands: never[]) => T)[], ...operands: readonly unknown[]): T =>
    callOp(switchOp, { index, branches, operands }) as T, // SAFETY: in the form of the branches' results
  { op: switchOp },
);
export { switchFunction as switch };

type Combine = (a: never, b: never) => unknown;

/** Elements `first, first + 2, …` of an axis. */
function everyOther(x: Var, axis: number, first: number): Var {
  return p.slice(x, x.shape.map((_, d) => (d === axis ? first : 0)), x.shape, x.shape.map((_, d) => (d === axis ? 2 : 1)));
}

/** `a₀ b₀ a₁ b₁ …` along an axis; a is as long as b or one longer. */
function interleave(a: Var, b: Var, axis: number): Var {
  const [n, m] = [a.shape[axis] ?? 0, b.shape[axis] ?? 0];
  const spacing = a.shape.map((_, d) => (d === axis ? 1 : 0));
  const only = (low: number, high: number): [number[], number[]] => [a.shape.map((_, d) => (d === axis ? low : 0)), a.shape.map((_, d) => (d === axis ? high : 0))];
  const wideA = p.pad(a, 0, ...only(0, n === m ? 1 : 0), spacing);
  const wideB = p.pad(b, 0, ...only(1, n === m ? 0 : 1), spacing);
  const isFirst = p.eq(p.rem(p.iota(wideA.shape, axis, "int32"), p.full(2, wideA.shape, "int32")), p.full(0, wideA.shape, "int32"));
  return p.select(isFirst, wideA, wideB);
}

/** Blelloch's recursion: combine neighbours, scan the half as many results, and fill in what lies between. */
function scanPairs(combine: (a: readonly Var[], b: readonly Var[]) => Var[], xs: readonly Var[], axis: number): Var[] {
  const n = xs[0]?.shape[axis] ?? 0;
  if (n < 2) return [...xs];
  const cut = (x: Var, from: number, to: number): Var => sliceAxis(x, axis, from, to);
  const half = Math.floor(n / 2);
  const evens = xs.map((x) => everyOther(x, axis, 0));
  const odds = scanPairs(combine, combine(evens.map((x) => cut(x, 0, half)), xs.map((x) => everyOther(x, axis, 1))), axis);
  const between = Math.ceil(n / 2) - 1;
  const later = between === 0 ? [] : combine(odds.map((x) => cut(x, 0, between)), evens.map((x) => cut(x, 1, between + 1)));
  return xs.map((_, i) => {
    const [even, odd] = [evens[i], odds[i]];
    invariant(even !== undefined && odd !== undefined, "one of each");
    const first = cut(even, 0, 1);
    const rest = later[i];
    return interleave(rest === undefined ? first : p.concat([first, rest], axis), odd, axis);
  });
}

/** Running results of an associative function along an axis, in a logarithmic number of steps. @see Keras `ops.associative_scan` */
export const associativeScan: OpFunction<
  <T>(f: (a: T, b: T) => T, elems: unknown, reverse?: boolean | { readonly reverse?: boolean; readonly axis?: number }, axis?: number) => T
> = defineOp(
  { name: "associativeScan", module, args: { f: "call", elems: "call", reverse: opt(false), axis: opt(0) } },
  ({ f, elems, reverse, axis }: { readonly f: Combine; readonly elems: unknown; readonly reverse: boolean; readonly axis: number }) => {
    const tree = stepsOf("ops.associativeScan", elems) ?? [];
    const xs = varsOf(tree);
    const at = normalizeAxis(axis, xs[0]?.shape.length ?? 0, "ops.associativeScan");
    const turned = (x: Var): Var => (reverse ? p.reverse(x, [at]) : x);
    // SAFETY: f takes and gives structures of the form of elems.
    const combine = (a: readonly Var[], b: readonly Var[]): Var[] => varsOf(tensorsOf("ops.associativeScan", f(like(tree, a) as never, like(tree, b) as never)));
    return like(tree, scanPairs(combine, xs.map(turned), at).map(turned));
  },
);
