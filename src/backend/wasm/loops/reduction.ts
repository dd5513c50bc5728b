import type { KernelNode } from "../../../compiler/kernel-ir/kernel-ir.ts";
import type { DType } from "../../../ir/dtypes.ts";
import { shuffle32 } from "../assembler/index.ts";
import { isWide, laneClass } from "../math/lanes.ts";
import { scalarEmitters } from "../math/scalar-ops.ts";
import { selectLanes } from "../math/convert.ts";
import type { Scope, Vector, VectorExpr } from "../math/scope.ts";

type ReduceNode = Extract<KernelNode, { readonly kind: "reduce" }>;

const neutral = { add: 0, mul: 1, max: -Infinity, min: Infinity } as const;

/** What a reduction starts from. */
export function identityOf(s: Scope, { combine, dtype }: ReduceNode): Vector {
  if (laneClass(dtype) === "bool") return s.constant(combine === "min" || combine === "mul" ? 1 : 0, dtype);
  if (laneClass(dtype) === "i64" && (combine === "max" || combine === "min"))
    return s.bytes(end64(dtype, combine));
  return s.constant(neutral[combine], dtype);
}

/** The lowest or highest 64-bit integer in both lanes. */
function end64(dtype: DType, combine: "max" | "min"): Uint8Array {
  const unsigned = dtype === "uint64";
  const value = combine === "max" ? (unsigned ? 0n : -(2n ** 63n)) : unsigned ? -1n : 2n ** 63n - 1n;
  return new Uint8Array(BigInt64Array.of(value, value).buffer);
}

function combined(s: Scope, { combine, dtype }: ReduceNode, a: Vector, b: Vector): VectorExpr {
  return scalarEmitters[combine](s, [a, b], { dtype, from: dtype, constant: undefined });
}

/** Takes a value into an accumulator; with `lanes`, only its first lanes. */
export function accumulate(
  s: Scope,
  node: ReduceNode,
  into: Vector,
  value: Vector,
  lanes: number | null,
): void {
  let taken = value;
  if (lanes !== null) {
    const mask = Int32Array.from({ length: 4 }, (_, lane) => (lane < lanes ? -1 : 0));
    const maskLocal = s.bytes(new Uint8Array(mask.buffer));
    taken = s.temp(selectLanes(maskLocal, value, identityOf(s, node), node.dtype));
  }
  s.fn.set(into, combined(s, node, into, taken));
}

/** `total += value`, with what rounding loses added to `lost`; exact where `total` is the larger one, as in long sums. */
export function addExactly(s: Scope, total: Vector, value: Vector, lost: Vector, dtype: DType): void {
  const context = { dtype, from: dtype, constant: undefined };
  const sum = s.temp(scalarEmitters.add(s, [total, value], context));
  const rest = s.temp(scalarEmitters.sub(s, [total, sum], context));
  s.fn.set(rest, scalarEmitters.add(s, [rest, value], context));
  // Infinities leave NaN behind, which must not reach the sum.
  const isFinite = s.temp(scalarEmitters.eq(s, [rest, rest], context));
  s.fn.set(rest, selectLanes(isFinite, rest, s.constant(0, dtype), dtype));
  s.fn.set(lost, scalarEmitters.add(s, [lost, rest], context));
  s.fn.set(total, sum);
}

/** Combines accumulators, then their lanes; the result is left in all lanes of the first. */
export function combineLanes(s: Scope, node: ReduceNode, parts: readonly Vector[], width: 4 | 2): void {
  let rest = parts;
  while (rest.length > 1) {
    const half = Math.ceil(rest.length / 2);
    rest.slice(half).forEach((part, i) => {
      const into = rest[i];
      if (into !== undefined) s.fn.set(into, combined(s, node, into, part));
    });
    rest = rest.slice(0, half);
  }
  const [total] = rest;
  if (total === undefined) return;
  const fold = (lanes: readonly [number, number, number, number]): void => {
    const other = s.temp(shuffle32(total, total, lanes));
    s.fn.set(total, combined(s, node, total, other));
  };
  // Of two 32-bit lanes beside 64-bit ones the upper half is unused.
  if (isWide(node.dtype) || width === 4) fold([2, 3, 0, 1]);
  if (!isWide(node.dtype)) fold([1, 0, 1, 0]);
}
