import { traceBody } from "../ir/branches.ts";
import * as p from "./core/primitives/index.ts";
import { type Var } from "../ir/program.ts";
import { formatShape } from "../ir/shape.ts";
import { invariant, OptionError, ShapeError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { flatten, mapTree, type Tree } from "../util/tree.ts";
import { toValue } from "./core/convert.ts";
import { castTo, wrap } from "./core/lift.ts";
import { callOp, defineOp, type Op, type OpFunction } from "./core/op.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";

import { conditionOf, like, settleDTypes, stepsOf, tensorsOf, varsOf } from "./core/structures.ts";

const module = "core";

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
    throw new ShapeError(
      `${where}: expected xs with one size of their first axes, or a length; received ${xs.map(({ shape }) => formatShape(shape)).join(", ") || "neither"}.`,
    );
  }
  return count;
}

function runScan(
  where: string,
  { f, init, xs, length, reverse }: ScanArguments,
): readonly [Tree<Tensor>, Tree<Tensor> | null] {
  const steps = stepsOf(where, xs);
  const stepVars = steps === null ? [] : varsOf(steps);
  const count = lengthOf(where, stepVars, length);
  let start = tensorsOf(where, init);
  let outForm: Tree<unknown> | null = null;
  const body = (carry: readonly Var[], slices: readonly Var[]): { carry: Var[]; ys: Var[] } => {
    const x = steps === null ? null : like(steps, slices);
    // SAFETY: the caller's function takes the carry in the form of init, and slices in the form of xs.
    const result = f(like(start, carry) as never, x as never);
    if (!Array.isArray(result) || result.length !== 2)
      throw new OptionError(`${where}: expected f to return [carry, y], received ${String(result)}.`);
    outForm =
      result[1] === null || result[1] === undefined ? null : mapTree<unknown, number>(result[1], () => 0);
    const ys = outForm === null ? [] : varsOf(tensorsOf(where, result[1]));
    return { carry: varsOf(tensorsOf(where, result[0])), ys };
  };
  const probe = traceBody(
    [...varsOf(start), ...stepVars.map(({ shape, dtype }) => ({ shape: shape.slice(1), dtype }))],
    (values) => {
      const n = flatten(start).length;
      return body(values.slice(0, n), values.slice(n)).carry;
    },
  );
  start = settleDTypes(
    start,
    probe.outputs.map(({ dtype }) => dtype),
  );
  const result = p.scan(body, varsOf(start), stepVars, { length: count, reverse });
  return [like(start, result.carry), outForm === null ? null : like(outForm, result.ys)];
}

/** Lists of tensors carried by a loop, and stacked by it. */
export type LoopResults = readonly [carry: readonly Tensor[], ys: readonly Tensor[]];

/**
 * `scan` inside a trace, with lists of tensors, and with a range (int32 `[2]`) of the slices to visit, known at run
 * time: see the primitive `scan`.
 */
export function scanOver(
  f: (carry: readonly Tensor[], slices: readonly Tensor[]) => LoopResults,
  init: readonly Tensor[],
  xs: readonly Tensor[],
  options: { readonly length: number; readonly reverse: boolean; readonly range?: Tensor },
): LoopResults {
  const vars = (list: readonly Tensor[]): Var[] => list.map((x) => x.traced);
  const body = (carry: readonly Var[], slices: readonly Var[]): { carry: Var[]; ys: Var[] } => {
    const [next, ys] = f(carry.map(wrap), slices.map(wrap));
    return { carry: vars(next), ys: vars(ys) };
  };
  const range = options.range?.traced ?? null;
  const { carry, ys } = p.scan(body, vars(init), vars(xs), { ...options, range });
  return [carry.map(wrap), ys.map(wrap)];
}

const scanOp: Op = defineOp<ScanArguments, () => unknown>(
  {
    name: "scan",
    module,
    args: {
      f: "call",
      init: "call",
      xs: { kind: "call", default: null },
      length: opt(null),
      reverse: opt(false),
      unroll: opt(1),
    },
  },
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
  <C, X, Y>(
    f: (carry: C, x: X) => readonly [C, Y],
    init: unknown,
    xs?: unknown,
    length?: number | null | ScanOptions,
    reverse?: boolean,
  ) => readonly [C, Y]
> = Object.assign(
  <C, X, Y>(
    f: (carry: C, x: X) => readonly [C, Y],
    init: unknown,
    xs?: unknown,
    length?: number | null | ScanOptions,
    reverse?: boolean,
  ): readonly [C, Y] => {
    const options = isPlainObject(length)
      ? { length: null, reverse: false, ...length }
      : { length: length ?? null, reverse: reverse ?? false };
    const result = callOp(scanOp, { f, init, xs: xs ?? null, unroll: 1, ...options }) as readonly unknown[]; // SAFETY: one or two results
    return [result[0], result[1] ?? null] as unknown as readonly [C, Y]; // SAFETY: in the forms that f gives
  },
  { op: scanOp },
);

/** Applies `f` to every slice along the first axis and stacks the results. @see Keras `ops.map` */
export const map: OpFunction<<X, Y>(f: (x: X) => Y, xs: unknown) => Y> = defineOp(
  { name: "map", module, args: { f: "call", xs: "call" } },
  ({ f, xs }: { readonly f: (x: never) => unknown; readonly xs: unknown }) => {
    const [, ys] = runScan("ops.map", {
      f: (_, x) => [[], f(x)],
      init: [],
      xs,
      length: null,
      reverse: false,
    });
    return ys ?? [];
  },
);

/** Applies a function to every slice along the first axis and stacks the results. @see Keras `ops.vectorized_map` */
export const vectorizedMap: OpFunction<<X, Y>(f: (x: X) => Y, elements: unknown) => Y> = defineOp(
  { name: "vectorizedMap", module, args: { function: "call", elements: "call" } },
  ({ function: f, elements }: { readonly function: (x: never) => unknown; readonly elements: unknown }) => {
    const [, ys] = runScan("ops.vectorizedMap", {
      f: (_, x) => [[], f(x)],
      init: [],
      xs: elements,
      length: null,
      reverse: false,
    });
    return ys ?? [];
  },
);

interface WhileArguments {
  readonly cond: (...values: never[]) => unknown;
  readonly body: (...values: never[]) => unknown;
  readonly loopVars: unknown;
  readonly maximumIterations: number | null;
}

/** A list of loop variables is given to the functions as several arguments, as in Keras. */
function spreadArguments(form: Tree<unknown>, values: readonly Var[]): never[] {
  const tree = like(form, values);
  return (Array.isArray(tree) ? tree : [tree]) as never[]; // SAFETY: the functions take what loopVars holds
}

function runWhile(
  where: string,
  { cond: condition, body, loopVars, maximumIterations }: WhileArguments,
): Tree<Tensor> {
  let start = tensorsOf(where, loopVars);
  const step = (values: readonly Var[]): Var[] => {
    const result = body(...spreadArguments(start, values));
    const isSingle = Array.isArray(start) && start.length === 1 && !Array.isArray(result);
    return varsOf(tensorsOf(where, isSingle ? [result] : result));
  };
  const probe = traceBody(varsOf(start), step);
  start = settleDTypes(
    start,
    probe.outputs.map(({ dtype }) => dtype),
  );
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
  {
    name: "whileLoop",
    module,
    args: { cond: "call", body: "call", loopVars: "call", maximumIterations: opt(null) },
  },
  (args: WhileArguments) => runWhile("ops.whileLoop", args),
);

interface ForArguments {
  readonly lower: number | Tensor;
  readonly upper: number | Tensor;
  readonly bodyFun: (i: Tensor, value: never) => unknown;
  readonly initVal: unknown;
}

/** `value = body(i, value)` for i from `lower` to `upper − 1`; differentiable when both are numbers. @see Keras `ops.fori_loop` */
export const foriLoop: OpFunction<
  <T>(
    lower: number | Tensor,
    upper: number | Tensor,
    bodyFun: (i: Tensor, value: T) => T,
    initVal: unknown,
  ) => T
> = defineOp(
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
      body: ((i: Tensor, value: never) => [
        wrap(p.offset(i.traced, 1)),
        bodyFun(i, value),
      ]) as WhileArguments["body"], // SAFETY: as above
      loopVars: [wrap(castTo((toValue(lower) as Tensor).traced, "int32")), initVal], // SAFETY: as above
      maximumIterations: null,
    });
    return Array.isArray(result) ? result[1] : result;
  },
);
