import { type DType, toDType } from "../ir/dtypes.ts";
import { floatx } from "../ir/floatx.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { broadcastShapes, normalizeAxis, sizeOf, stridesOf } from "../ir/shape.ts";
import type { OneHot } from "../ir/shape-types/index.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { broadcastSymbolic } from "./core/binary.ts";
import { spread, toBool } from "./core/compute.ts";
import { toValue } from "./core/convert.ts";
import { castTo, wrap } from "./core/lift.ts";
import { type BoundArguments, defineOp, type OpFunction } from "./core/op.ts";
import type { Op1, Result } from "./core/op-types.ts";
import { resultType } from "./core/promote.ts";
import type { Operand, Rest, ShapeOf, Together } from "./core/signatures.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { positions } from "./get-item.ts";
import { nonzero } from "./searching.ts";

const whereOp: OpFunction<(condition: Operand, x1: Operand, x2: Operand) => unknown> = defineOp(
  {
    name: "where",
    args: { condition: "tensor", x1: "tensor", x2: "tensor" },
    infer: ({ condition, x1, x2 }: BoundArguments) => {
      const [test, a, b] = [condition, x1, x2].map((x) => toValue(x as Tensor)); // SAFETY: tensor arguments
      if (test === undefined || a === undefined || b === undefined)
        throw new ShapeError("ops.where: three operands are needed.");
      const shape = broadcastSymbolic(
        test.shape,
        broadcastSymbolic(a.shape, b.shape, "ops.where"),
        "ops.where",
      );
      return { shape, dtype: resultType([a, b]) };
    },
  },
  ({ condition, x1, x2 }: { readonly condition: Tensor; readonly x1: Tensor; readonly x2: Tensor }) => {
    const dtype = resultType([x1, x2]);
    const test = wrap(toBool(condition.traced));
    const shape = [test, x1, x2].map((x) => x.dims).reduce((a, b) => broadcastShapes(a, b, "ops.where"));
    const [a, b] = [x1, x2].map((x) => p.broadcast(castTo(x.traced, dtype), shape));
    if (a === undefined || b === undefined) throw new ShapeError("ops.where: three operands are needed.");
    return wrap(p.select(p.broadcast(test.traced, shape), a, b));
  },
);

/** `x1` where the condition holds, else `x2`; with a condition alone, the places where it holds. @see Keras `ops.where` */
export const where: OpFunction<{
  <C extends Operand, A extends Operand, B extends Operand>(condition: C, x1: A, x2: B): Result<C | A | B>;
  (condition: Operand): readonly Tensor[];
}> = Object.assign(
  whereOrPlaces as never, // SAFETY: one result of the operands' kind, or (without x1 and x2) the places
  { op: whereOp.op },
);

function whereOrPlaces(condition: Operand, x1?: Operand | null, x2?: Operand | null): unknown {
  const [lacksFirst, lacksSecond] = [x1, x2].map((x) => x === undefined || x === null);
  if (lacksFirst !== lacksSecond) {
    throw new OptionError("ops.where: expected both x1 and x2, or neither; received only one of them.");
  }
  return x1 === undefined || x1 === null || x2 === undefined || x2 === null
    ? nonzero(condition)
    : whereOp(condition, x1, x2);
}

/** The first choice whose condition holds, else the default. @see Keras `ops.select` */
export const select: OpFunction<
  <X extends Operand>(
    condlist: readonly Operand[],
    choicelist: readonly X[],
    ...rest: Rest<[{ readonly default?: Operand }]>
  ) => Result<X>
> = defineOp(
  {
    name: "select",
    args: { condlist: "tensors", choicelist: "tensors", default: { kind: "tensor", default: 0 } },
  },
  ({
    condlist,
    choicelist,
    default: otherwise,
  }: {
    readonly condlist: readonly Tensor[];
    readonly choicelist: readonly Tensor[];
    readonly default: Tensor;
  }) => {
    if (condlist.length !== choicelist.length || condlist.length === 0) {
      throw new OptionError(
        `ops.select: expected as many conditions as choices, received ${condlist.length} and ${choicelist.length}.`,
      );
    }
    const dtype = resultType([...choicelist, otherwise]);
    const shape = [...condlist, ...choicelist, otherwise]
      .map((x) => x.dims)
      .reduce((a, b) => broadcastShapes(a, b, "ops.select"));
    const to = (x: Tensor): Var => p.broadcast(castTo(x.traced, dtype), shape);
    const result = condlist.reduceRight((rest, test, i) => {
      const choice = choicelist[i];
      return choice === undefined
        ? rest
        : p.select(p.broadcast(toBool(test.traced), shape), to(choice), rest);
    }, to(otherwise));
    return wrap(result);
  },
);

/** 1 at the position that an index names along a new axis, 0 elsewhere. */
export function oneHotOf(x: Var, numClasses: number, axis: number, dtype: DType): Var {
  const at = normalizeAxis(axis, x.shape.length + 1, "ops.oneHot");
  const shape = [...x.shape.slice(0, at), numClasses, ...x.shape.slice(at)];
  return castTo(p.eq(spread(castTo(x, "int32"), shape, [at]), p.iota(shape, at, "int32")), dtype);
}

type OneHotRest = [
  { readonly axis?: number },
  { readonly dtype?: DType | null },
  { readonly sparse?: boolean },
];

interface OneHotFunction {
  <X extends Operand, const N extends number>(
    x: X,
    options: Together<OneHotRest> & { readonly numClasses: N },
  ): Result<X, OneHot<ShapeOf<X>, N>>;
  <X extends Operand, const N extends number>(
    x: X,
    numClasses: N,
    ...rest: Rest<OneHotRest>
  ): Result<X, OneHot<ShapeOf<X>, N>>;
}

/** Indices as vectors with one 1. @see Keras `ops.one_hot` */
export const oneHot: OpFunction<OneHotFunction> = defineOp(
  {
    name: "oneHot",
    module: "nn",
    args: { x: "tensor", numClasses: "static", axis: opt(-1), dtype: opt(null), sparse: opt(false) },
  },
  ({
    x,
    numClasses,
    axis,
    dtype,
  }: {
    readonly x: Tensor;
    readonly numClasses: number;
    readonly axis: number;
    readonly dtype: DType | null;
  }) => wrap(oneHotOf(x.traced, numClasses, axis, toDType(dtype ?? floatx(), "ops.oneHot"))),
);

/** Sets of indices as vectors with a 1 for each. @see Keras `ops.multi_hot` */
export const multiHot: Op1<
  [
    { readonly numClasses: number },
    { readonly axis?: number },
    { readonly dtype?: DType | null },
    { readonly sparse?: boolean },
  ]
> = defineOp(
  {
    name: "multiHot",
    module: "nn",
    args: { inputs: "tensor", numClasses: "static", axis: opt(-1), dtype: opt(null), sparse: opt(false) },
  },
  ({
    inputs,
    numClasses,
    axis,
    dtype,
  }: {
    readonly inputs: Tensor;
    readonly numClasses: number;
    readonly axis: number;
    readonly dtype: DType | null;
  }) => {
    const hot = oneHotOf(inputs.traced, numClasses, axis, toDType(dtype ?? floatx(), "ops.multiHot"));
    return wrap(p.reduceMax(hot, [inputs.dims.length > 1 ? 1 : 0]));
  },
);

/** Indices of the flattened tensor as one index tensor for each axis. @see Keras `ops.unravel_index` */
export const unravelIndex: OpFunction<
  <X extends Operand>(
    indices: X,
    shape: readonly number[] | { readonly shape: readonly number[] },
  ) => readonly Result<X>[]
> = defineOp(
  { name: "unravelIndex", args: { indices: "tensor", shape: "static" } },
  ({ indices, shape }: { readonly indices: Tensor; readonly shape: readonly number[] }) => {
    const flat = positions(indices, sizeOf(shape));
    const dtype = indices.dtype.includes("int") ? indices.dtype : "int32";
    return stridesOf(shape).map((step, i) => {
      const quotient = p.div(flat, p.fullLike(flat, step));
      return wrap(castTo(p.rem(quotient, p.fullLike(flat, shape[i] ?? 1)), dtype));
    });
  },
);
