import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape, sizeOf } from "../ir/shape.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { castTo, wrap } from "./core/lift.ts";
import { callOp, defineOp, type Op, type OpFunction } from "./core/op.ts";
import type { Result } from "./core/op-types.ts";
import { resultType } from "./core/promote.ts";
import type { Operand } from "./core/signatures.ts";
import type { Tensor } from "./core/tensor.ts";
import { productType } from "./products.ts";

/** A value whose axes are named, each name once. */
interface Labelled {
  readonly value: Var;
  readonly labels: readonly string[];
}

interface Equation {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** Names of the axes that an ellipsis stands for, counted from the last one. */
function ellipsisLabels(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `.${count - i}`);
}

/** Splits `ij,...jk->...ik` into the names of every operand's axes. */
function parse(subscripts: string, ranks: readonly number[]): Equation {
  const text = subscripts.replaceAll(/\s/g, "");
  const fail = (why: string): never => {
    throw new OptionError(`ops.einsum: "${subscripts}": ${why}.`);
  };
  const [left = "", right, extra] = text.split("->");
  if (extra !== undefined) fail('expected one "->"');
  if (!/^[A-Za-z.,]*$/.test(left + (right ?? ""))) fail("expected letters, commas and ellipses");
  const terms = left.split(",");
  if (terms.length !== ranks.length) fail(`it names ${terms.length} operands, ${ranks.length} were given`);
  let widest = 0;
  const expand = (term: string, rank: number | null): string[] => {
    const [head = "", tail, more] = term.split("...");
    if (more !== undefined || `${head}${tail ?? ""}`.includes("."))
      fail('expected at most one "..." in a term');
    if (tail === undefined) {
      if (rank !== null && head.length !== rank)
        fail(`"${term}" names ${head.length} axes of an operand of rank ${rank}`);
      return [...head];
    }
    const count = rank === null ? widest : rank - head.length - tail.length;
    if (count < 0) fail(`"${term}" names more axes than an operand of rank ${rank} has`);
    widest = Math.max(widest, count);
    return [...head, ...ellipsisLabels(count), ...tail];
  };
  const inputs = terms.map((term, i) => expand(term, ranks[i] ?? 0));
  if (right !== undefined) {
    const output = expand(right, null);
    const unknown = output.find((label) => !inputs.some((labels) => labels.includes(label)));
    if (unknown !== undefined) fail(`"${unknown}" of the result is in no operand`);
    return { inputs, output };
  }
  const letters = inputs.flat();
  const once = [...new Set(letters)].filter(
    (label) => !label.startsWith(".") && letters.filter((l) => l === label).length === 1,
  );
  return { inputs, output: [...ellipsisLabels(widest), ...once.toSorted()] };
}

/** Takes the diagonal of axes of the same name. */
function withoutRepeats({ value, labels }: Labelled): Labelled {
  const label = labels.find((name, i) => labels.indexOf(name) !== i);
  if (label === undefined) return { value, labels };
  const [first, second] = [labels.indexOf(label), labels.lastIndexOf(label)];
  const rest = labels.map((_, i) => i).filter((i) => i !== first && i !== second);
  const n = value.shape[first] ?? 0;
  if (n !== value.shape[second]) {
    throw new ShapeError(
      `ops.einsum: "${label}" is both ${n} and ${value.shape[second]} in an operand of shape ${formatShape(value.shape)}.`,
    );
  }
  const dims = rest.map((i) => value.shape[i] ?? 0);
  const flat = p.reshape(p.transpose(value, [...rest, first, second]), [...dims, n * n]);
  const diagonal = p.slice(flat, [...dims.map(() => 0), 0], flat.shape, [...dims.map(() => 1), n + 1]);
  return withoutRepeats({ value: diagonal, labels: [...rest.map((i) => labels[i] ?? ""), label] });
}

/** Sums over axes that nothing else names. */
function sumUnused({ value, labels }: Labelled, used: ReadonlySet<string>): Labelled {
  const gone = labels.map((_, i) => i).filter((i) => !used.has(labels[i] ?? ""));
  return { value: p.reduceSum(value, gone), labels: labels.filter((label) => used.has(label)) };
}

/** Brings axes into the order of `labels`; names it does not have become axes of size 1, and sizes 1 are repeated. */
function arrange(
  { value, labels }: Labelled,
  order: readonly string[],
  sizes: ReadonlyMap<string, number>,
): Var {
  const present = order.filter((label) => labels.includes(label));
  const moved = p.transpose(
    value,
    present.map((label) => labels.indexOf(label)),
  );
  const shape = order.map((label) => sizes.get(label) ?? 1);
  return p.broadcast(
    moved,
    shape,
    present.map((label) => order.indexOf(label)),
  );
}

/** Multiplies two values and sums over the names that neither the result nor another operand needs. */
function multiplyPair(
  a: Labelled,
  b: Labelled,
  needed: ReadonlySet<string>,
  sizes: ReadonlyMap<string, number>,
): Labelled {
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => needed.has(label));
  const summed = shared.filter((label) => !needed.has(label));
  const freeA = a.labels.filter((label) => !shared.includes(label));
  const freeB = b.labels.filter((label) => !shared.includes(label));
  const labels = [...batch, ...freeA, ...freeB];
  if (summed.length === 0)
    return { value: p.mul(arrange(a, labels, sizes), arrange(b, labels, sizes)), labels };
  const count = (names: readonly string[]): number => sizeOf(dims(names));
  const dims = (names: readonly string[]): number[] => names.map((name) => sizes.get(name) ?? 1);
  const left = p.reshape(arrange(a, [...batch, ...freeA, ...summed], sizes), [
    ...dims(batch),
    count(freeA),
    count(summed),
  ]);
  const right = p.reshape(arrange(b, [...batch, ...summed, ...freeB], sizes), [
    ...dims(batch),
    count(summed),
    count(freeB),
  ]);
  return { value: p.reshape(p.matmul(left, right), dims(labels)), labels };
}

/** Evaluates an equation of named axes, operands from left to right. */
export function contractNamed(subscripts: string, values: readonly Var[]): Var {
  const { inputs, output } = parse(
    subscripts,
    values.map(({ shape }) => shape.length),
  );
  const sizes = new Map<string, number>();
  inputs.forEach((labels, i) =>
    labels.forEach((label, axis) => {
      const size = values[i]?.shape[axis] ?? 1;
      const known = sizes.get(label) ?? 1;
      if (known !== 1 && size !== 1 && known !== size) {
        throw new ShapeError(
          `ops.einsum: "${subscripts}": "${label}" is ${known} and ${size} in ${values.map(({ shape }) => formatShape(shape)).join(" and ")}.`,
        );
      }
      sizes.set(label, Math.max(known, size) === 1 ? size : Math.max(known, size));
    }),
  );
  const operands = values.map((value, i) => withoutRepeats({ value, labels: inputs[i] ?? [] }));
  const neededFrom = (i: number): Set<string> =>
    new Set([...output, ...operands.slice(i).flatMap(({ labels }) => labels)]);
  let result = operands[0];
  if (result === undefined) throw new OptionError("ops.einsum: expected at least one operand.");
  result = sumUnused(result, neededFrom(1));
  operands.slice(1).forEach((operand, i) => {
    const needed = neededFrom(i + 2);
    const kept = new Set([...needed, ...(result?.labels ?? [])]);
    if (result !== undefined) result = multiplyPair(result, sumUnused(operand, kept), needed, sizes);
    if (result !== undefined) result = sumUnused(result, needed);
  });
  return arrange(result, output, sizes);
}

const einsumOp: Op = defineOp<
  { readonly subscripts: string; readonly operands: readonly Tensor[] },
  () => unknown
>(
  { name: "einsum", args: { subscripts: "static", operands: { kind: "tensors", variadic: true } } },
  ({ subscripts, operands }) => {
    const dtype = productType(resultType(operands));
    return wrap(
      contractNamed(
        subscripts,
        operands.map((x) => castTo(x.traced, dtype)),
      ),
    );
  },
).op;

/**
 * Products and sums over named axes: `einsum("bij,bjk->bik", a, b)` is a batched matrix product.
 *
 * Axes that the result does not name are summed; `...` stands for any leading axes; a name that an operand has twice takes its diagonal.
 *
 * @see Keras `ops.einsum`
 */
export const einsum: OpFunction<
  <X extends readonly Operand[]>(subscripts: string, ...operands: X) => Result<X[number]>
> = Object.assign(
  <X extends readonly Operand[]>(subscripts: string, ...operands: X): Result<X[number]> =>
    callOp(einsumOp, { subscripts, operands }) as Result<X[number]>, // SAFETY: one tensor of the operands' kind
  { op: einsumOp },
);
