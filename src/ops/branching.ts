import { traceBody } from "../ir/branches.ts";
import * as p from "./core/primitives/index.ts";
import { currentBuilder, type Var } from "../ir/program.ts";
import { mapTree, type Tree } from "../util/tree.ts";
import { type TensorInput, toValue } from "./core/convert.ts";
import { castTo } from "./core/lift.ts";
import { callOp, defineOp, type Op, type OpFunction } from "./core/op.ts";
import { resultType } from "./core/promote.ts";
import { Tensor } from "./core/tensor.ts";

import { conditionOf, like, tensorsOf, varsOf } from "./core/structures.ts";

const module = "core";

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
  const dtypes = (types[0] ?? []).map((_, i) =>
    resultType(types.map((list) => ({ dtype: list[i] ?? "float32" }))),
  );
  const results = p.cond(
    index,
    functions.map(
      (f) => () => varsOf(tensorsOf(where, f())).map((value, i) => castTo(value, dtypes[i] ?? value.dtype)),
    ),
  );
  return like(form ?? [], results);
}

/** A concrete value, where there is one outside a trace. */
function knownValue(x: unknown): number | null {
  if (typeof x === "number" || typeof x === "boolean") return Number(x);
  return x instanceof Tensor && !x.isTraced && currentBuilder() === null ? x.item() : null;
}

const condOp: Op = defineOp<
  { readonly pred: unknown; readonly trueFn: () => unknown; readonly falseFn: () => unknown },
  () => unknown
>(
  { name: "cond", module, args: { pred: "call", trueFn: "call", falseFn: "call" } },
  ({ pred, trueFn, falseFn }) =>
    branch("ops.cond", castTo(conditionOf("ops.cond", pred), "int32"), [falseFn, trueFn]),
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

const switchOp: Op = defineOp<
  {
    readonly index: unknown;
    readonly branches: readonly ((...operands: never[]) => unknown)[];
    readonly operands: readonly unknown[];
  },
  () => unknown
>(
  {
    name: "switch",
    module,
    args: { index: "call", branches: "call", operands: { kind: "call", variadic: true } },
  },
  ({ index, branches, operands }) => {
    const number = castTo((toValue(index as TensorInput) as Tensor).traced, "int32"); // SAFETY: tensors inside a body
    const given = operands.map((operand) => tensorsOf("ops.switch", operand)) as never[]; // SAFETY: what the branches take
    return branch(
      "ops.switch",
      p.reshape(number, []),
      branches.map((f) => () => f(...given)),
    );
  },
).op;

/** The result of the branch with the given number, applied to the operands; numbers outside are brought to the ends. @see Keras `ops.switch` */
const switchFunction: OpFunction<
  <T>(
    index: unknown,
    branches: readonly ((...operands: never[]) => T)[],
    ...operands: readonly unknown[]
  ) => T
> = Object.assign(
  <T>(
    index: unknown,
    branches: readonly ((...operands: never[]) => T)[],
    ...operands: readonly unknown[]
  ): T => callOp(switchOp, { index, branches, operands }) as T, // SAFETY: in the form of the branches' results
  { op: switchOp },
);
export { switchFunction as switch };
