import * as p from "./core/primitives/index.ts";
import { type Var } from "../ir/program.ts";
import { normalizeAxis } from "../ir/shape.ts";
import { invariant } from "../util/errors.ts";
import { defineOp, type OpFunction } from "./core/op.ts";
import { opt } from "./core/unary.ts";
import { sliceAxis } from "./rearranging.ts";

import { like, stepsOf, tensorsOf, varsOf } from "./core/structures.ts";

const module = "core";

type Combine = (a: never, b: never) => unknown;

/** Elements `first, first + 2, …` of an axis. */
function everyOther(x: Var, axis: number, first: number): Var {
  return p.slice(
    x,
    x.shape.map((_, d) => (d === axis ? first : 0)),
    x.shape,
    x.shape.map((_, d) => (d === axis ? 2 : 1)),
  );
}

/** `a₀ b₀ a₁ b₁ …` along an axis; a is as long as b or one longer. */
function interleave(a: Var, b: Var, axis: number): Var {
  const [n, m] = [a.shape[axis] ?? 0, b.shape[axis] ?? 0];
  const spacing = a.shape.map((_, d) => (d === axis ? 1 : 0));
  const only = (low: number, high: number): [number[], number[]] => [
    a.shape.map((_, d) => (d === axis ? low : 0)),
    a.shape.map((_, d) => (d === axis ? high : 0)),
  ];
  const wideA = p.pad(a, 0, ...only(0, n === m ? 1 : 0), spacing);
  const wideB = p.pad(b, 0, ...only(1, n === m ? 0 : 1), spacing);
  const isFirst = p.eq(
    p.rem(p.iota(wideA.shape, axis, "int32"), p.full(2, wideA.shape, "int32")),
    p.full(0, wideA.shape, "int32"),
  );
  return p.select(isFirst, wideA, wideB);
}

/** Blelloch's recursion: combine neighbours, scan the half as many results, and fill in what lies between. */
function scanPairs(
  combine: (a: readonly Var[], b: readonly Var[]) => Var[],
  xs: readonly Var[],
  axis: number,
): Var[] {
  const n = xs[0]?.shape[axis] ?? 0;
  if (n < 2) return [...xs];
  const cut = (x: Var, from: number, to: number): Var => sliceAxis(x, axis, from, to);
  const half = Math.floor(n / 2);
  const evens = xs.map((x) => everyOther(x, axis, 0));
  const odds = scanPairs(
    combine,
    combine(
      evens.map((x) => cut(x, 0, half)),
      xs.map((x) => everyOther(x, axis, 1)),
    ),
    axis,
  );
  const between = Math.ceil(n / 2) - 1;
  const later =
    between === 0
      ? []
      : combine(
          odds.map((x) => cut(x, 0, between)),
          evens.map((x) => cut(x, 1, between + 1)),
        );
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
  <T>(
    f: (a: T, b: T) => T,
    elems: unknown,
    reverse?: boolean | { readonly reverse?: boolean; readonly axis?: number },
    axis?: number,
  ) => T
> = defineOp(
  { name: "associativeScan", module, args: { f: "call", elems: "call", reverse: opt(false), axis: opt(0) } },
  ({
    f,
    elems,
    reverse,
    axis,
  }: {
    readonly f: Combine;
    readonly elems: unknown;
    readonly reverse: boolean;
    readonly axis: number;
  }) => {
    const tree = stepsOf("ops.associativeScan", elems) ?? [];
    const xs = varsOf(tree);
    const at = normalizeAxis(axis, xs[0]?.shape.length ?? 0, "ops.associativeScan");
    const turned = (x: Var): Var => (reverse ? p.reverse(x, [at]) : x);
    // SAFETY: f takes and gives structures of the form of elems.
    const combine = (a: readonly Var[], b: readonly Var[]): Var[] =>
      varsOf(tensorsOf("ops.associativeScan", f(like(tree, a) as never, like(tree, b) as never)));
    return like(tree, scanPairs(combine, xs.map(turned), at).map(turned));
  },
);
