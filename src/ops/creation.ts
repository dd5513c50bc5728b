import { type DType, isFloat, toDType } from "../ir/dtypes.ts";
import { floatx } from "../ir/floatx.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import type { Shape } from "../ir/shape-types/index.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { range, spread } from "./core/compute.ts";
import { asFloat, castTo, unify, wrap } from "./core/lift.ts";
import { defineOp, type OpFunction } from "./core/op.ts";
import type { CreationOp, Op2, Result } from "./core/op-types.ts";
import { floatType, resultType } from "./core/promote.ts";
import type { Operand, Rest, ShapeOf } from "./core/signatures.ts";
import type { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import { besselI0 } from "./unary-math.ts";

function dtypeOr(dtype: DType | null | undefined, otherwise: DType, where: string): DType {
  return dtype === null || dtype === undefined ? otherwise : toDType(dtype, where);
}

function checkDims(where: string, shape: number | readonly number[]): readonly number[] {
  const dims = typeof shape === "number" ? [shape] : shape;
  if (!Array.isArray(dims) || dims.some((dim) => !Number.isInteger(dim) || dim < 0)) {
    throw new ShapeError(`${where}: expected a shape of integers ≥ 0, received ${JSON.stringify(shape)}.`);
  }
  return dims;
}

type Filled = OpFunction<
  <const S extends readonly number[] | number, const D extends DType = "float32">(
    shape: S,
    dtype?: D | null | { readonly dtype?: D | null },
  ) => Result<number, S extends readonly number[] ? S : readonly number[], D>
>;

function constantOp(name: string, value: number): Filled {
  return defineOp(
    { name, args: { shape: "static", dtype: opt(null) } },
    ({ shape, dtype }: { readonly shape: readonly number[] | number; readonly dtype: DType | null }) =>
      wrap(p.full(value, checkDims(`ops.${name}`, shape), dtypeOr(dtype, floatx(), `ops.${name}`))),
  );
}

/** Zeros. @see Keras `ops.zeros` */
export const zeros: Filled = constantOp("zeros", 0);

/** Ones. @see Keras `ops.ones` */
export const ones: Filled = constantOp("ones", 1);

/** A tensor whose content does not matter (zeros). @see Keras `ops.empty` */
export const empty: Filled = constantOp("empty", 0);

/** A tensor filled with one value. @see Keras `ops.full` */
export const full: OpFunction<
  <const S extends readonly number[] | number>(
    shape: S,
    ...rest: Rest<[{ readonly fillValue: Operand }, { readonly dtype?: DType | null }]>
  ) => Result<number, S extends readonly number[] ? S : Shape>
> = defineOp(
  { name: "full", args: { shape: "static", fillValue: "tensor", dtype: opt(null) } },
  ({
    shape,
    fillValue,
    dtype,
  }: {
    readonly shape: readonly number[] | number;
    readonly fillValue: Tensor;
    readonly dtype: DType | null;
  }) =>
    wrap(
      p.broadcast(
        castTo(fillValue.traced, dtypeOr(dtype, floatx(), "ops.full")),
        checkDims("ops.full", shape),
      ),
    ),
);

type Alike = OpFunction<
  <X extends Operand>(x: X, dtype?: DType | null | { readonly dtype?: DType | null }) => Result<X, ShapeOf<X>>
>;

function constantLikeOp(name: string, value: number): Alike {
  return defineOp(
    { name, args: { x: "tensor", dtype: opt(null) } },
    ({ x, dtype }: { readonly x: Tensor; readonly dtype: DType | null }) =>
      wrap(p.full(value, x.dims, dtypeOr(dtype, x.dtype, `ops.${name}`))),
  );
}

/** Zeros of the shape (and dtype) of `x`. @see Keras `ops.zeros_like` */
export const zerosLike: Alike = constantLikeOp("zerosLike", 0);

/** Ones of the shape (and dtype) of `x`. @see Keras `ops.ones_like` */
export const onesLike: Alike = constantLikeOp("onesLike", 1);

/** A tensor of the shape (and dtype) of `x` whose content does not matter (zeros). @see Keras `ops.empty_like` */
export const emptyLike: Alike = constantLikeOp("emptyLike", 0);

/** One value in the shape (and dtype) of `x`. @see Keras `ops.full_like` */
export const fullLike: OpFunction<
  <X extends Operand>(
    x: X,
    ...rest: Rest<[{ readonly fillValue: Operand }, { readonly dtype?: DType | null }]>
  ) => Result<X, ShapeOf<X>>
> = defineOp(
  { name: "fullLike", args: { x: "tensor", fillValue: "tensor", dtype: opt(null) } },
  ({
    x,
    fillValue,
    dtype,
  }: {
    readonly x: Tensor;
    readonly fillValue: Tensor;
    readonly dtype: DType | null;
  }) => wrap(p.broadcast(castTo(fillValue.traced, dtypeOr(dtype, x.dtype, "ops.fullLike")), x.dims)),
);

/** `start, start + step, …` below `stop`; with one argument from 0. Integers give int32. @see Keras `ops.arange` */
export const arange: CreationOp<
  [
    { readonly start: number },
    { readonly stop?: number | null },
    { readonly step?: number | null },
    { readonly dtype?: DType | null },
  ]
> = defineOp(
  { name: "arange", args: { start: "static", stop: opt(null), step: opt(null), dtype: opt(null) } },
  (args: {
    readonly start: number;
    readonly stop: number | null;
    readonly step: number | null;
    readonly dtype: DType | null;
  }) => {
    const [start, stop] = args.stop === null ? [0, args.start] : [args.start, args.stop];
    const step = args.step ?? 1;
    if (step === 0) throw new OptionError("ops.arange: expected a step other than 0.");
    const isWhole = [start, stop, step].every(Number.isInteger);
    const dtype = dtypeOr(args.dtype, isWhole ? "int32" : floatx(), "ops.arange");
    const count = Math.max(0, Math.ceil((stop - start) / step));
    if (isWhole && !isFloat(dtype)) return wrap(p.offset(p.scale(range(count, dtype), step), start));
    return wrap(castTo(p.offset(p.scale(range(count, "float32"), step), start), dtype));
  },
);

/** Ones on the k-th diagonal of an N×M matrix. @see Keras `ops.eye` */
export const eye: CreationOp<
  [
    { readonly N: number },
    { readonly M?: number | null },
    { readonly k?: number },
    { readonly dtype?: DType | null },
  ]
> = defineOp(
  { name: "eye", args: { N: "static", M: opt(null), k: opt(0), dtype: opt(null) } },
  (a: {
    readonly N: number;
    readonly M: number | null;
    readonly k: number;
    readonly dtype: DType | null;
  }) => {
    const [i, j] = grid(a.N, a.M ?? a.N);
    return wrap(castTo(p.eq(p.offset(i, a.k), j), dtypeOr(a.dtype, floatx(), "ops.eye")));
  },
);

/** The identity matrix. @see Keras `ops.identity` */
export const identity: CreationOp<[{ readonly n: number }, { readonly dtype?: DType | null }]> = defineOp(
  { name: "identity", args: { n: "static", dtype: opt(null) } },
  ({ n, dtype }: { readonly n: number; readonly dtype: DType | null }) => {
    const [i, j] = grid(n, n);
    return wrap(castTo(p.eq(i, j), dtypeOr(dtype, floatx(), "ops.identity")));
  },
);

/** Ones at and below the k-th diagonal, zeros above it. @see Keras `ops.tri` */
export const tri: CreationOp<
  [
    { readonly N: number },
    { readonly M?: number | null },
    { readonly k?: number },
    { readonly dtype?: DType | null },
  ]
> = defineOp(
  { name: "tri", args: { N: "static", M: opt(null), k: opt(0), dtype: opt(null) } },
  (a: {
    readonly N: number;
    readonly M: number | null;
    readonly k: number;
    readonly dtype: DType | null;
  }) => {
    const [i, j] = grid(a.N, a.M ?? a.N);
    return wrap(castTo(p.ge(p.offset(i, a.k), j), dtypeOr(a.dtype, floatx(), "ops.tri")));
  },
);

/** Row and column numbers of a matrix. */
export function grid(rows: number, columns: number): [Var, Var] {
  return [p.iota([rows, columns], 0, "int32"), p.iota([rows, columns], 1, "int32")];
}

interface SpaceArguments {
  readonly start: Tensor;
  readonly stop: Tensor;
  readonly num: number;
  readonly endpoint: boolean;
  readonly dtype: DType | null;
  readonly axis: number;
}

export type Spacing = [{ readonly num?: number }, { readonly endpoint?: boolean }];
export type Placing = [{ readonly dtype?: DType | null }, { readonly axis?: number }];

/** Evenly spaced values from start to stop along an axis, with the step between them. */
function evenly(
  where: string,
  { start, stop, num, endpoint, axis }: Omit<SpaceArguments, "dtype">,
): { values: Var; step: Var } {
  const dtype = floatType(resultType([start, stop]));
  const [a, b] = unify(where, [start, stop], dtype);
  if (a === undefined || b === undefined) throw new ShapeError(`${where}: start and stop are needed.`);
  const rank = a.shape.length + 1;
  const at = axis < 0 ? axis + rank : axis;
  const shape = [...a.shape.slice(0, at), num, ...a.shape.slice(at)];
  const step = p.scale(p.sub(b, a), 1 / Math.max(1, endpoint ? num - 1 : num));
  const position = p.iota(shape, at, dtype);
  const values = p.add(spread(a, shape, [at]), p.mul(position, spread(step, shape, [at])));
  // The last value is stop itself, whatever was rounded.
  const isLast = p.eq(position, p.fullLike(position, num - 1));
  return { values: endpoint && num > 1 ? p.select(isLast, spread(b, shape, [at]), values) : values, step };
}

/** `num` evenly spaced values from `start` to `stop`. @see Keras `ops.linspace` */
export const linspace: OpFunction<
  <A extends Operand, B extends Operand>(
    start: A,
    stop: B,
    ...rest: Rest<[...Spacing, { readonly retstep?: false }, ...Placing]>
  ) => Result<A | B>
> = defineOp(
  {
    name: "linspace",
    args: {
      start: "tensor",
      stop: "tensor",
      num: opt(50),
      endpoint: opt(true),
      retstep: opt(false),
      dtype: opt(null),
      axis: opt(0),
    },
  },
  ({ retstep, dtype, ...args }: SpaceArguments & { readonly retstep: boolean }) => {
    const { values, step } = evenly("ops.linspace", args);
    const result = wrap(castTo(values, dtypeOr(dtype, values.dtype, "ops.linspace")));
    return retstep ? [result, wrap(step)] : result;
  },
);

/** `num` values whose logarithms are evenly spaced: from `base^start` to `base^stop`. @see Keras `ops.logspace` */
export const logspace: Op2<[...Spacing, { readonly base?: number }, ...Placing], "stop"> = defineOp(
  {
    name: "logspace",
    args: {
      start: "tensor",
      stop: "tensor",
      num: opt(50),
      endpoint: opt(true),
      base: opt(10),
      dtype: opt(null),
      axis: opt(0),
    },
  },
  ({ base, dtype, ...args }: SpaceArguments & { readonly base: number }) => {
    const { values } = evenly("ops.logspace", args);
    return wrap(
      castTo(p.pow(p.fullLike(values, base), values), dtypeOr(dtype, values.dtype, "ops.logspace")),
    );
  },
);

/** `num` values from `start` to `stop`, each the same multiple of the one before. @see Keras `ops.geomspace` */
export const geomspace: Op2<[...Spacing, ...Placing], "stop"> = defineOp(
  {
    name: "geomspace",
    args: {
      start: "tensor",
      stop: "tensor",
      num: opt(50),
      endpoint: opt(true),
      dtype: opt(null),
      axis: opt(0),
    },
  },
  ({ dtype, ...args }: SpaceArguments) => {
    const [a, b] = [asFloat(args.start), asFloat(args.stop)];
    const logs = { ...args, start: wrap(p.log(p.abs(a))), stop: wrap(p.log(p.abs(b))) };
    const { values } = evenly("ops.geomspace", logs);
    const axis = args.axis < 0 ? args.axis + values.shape.length : args.axis;
    const sign = spread(
      p.broadcast(
        p.sign(a),
        values.shape.filter((_, i) => i !== axis),
      ),
      values.shape,
      [axis],
    );
    return wrap(castTo(p.mul(sign, p.exp(values)), dtypeOr(dtype, values.dtype, "ops.geomspace")));
  },
);

type WindowOp = OpFunction<(x: number) => Result<number>>;

/** A window of M points as a function of `n = 1 − M, 3 − M, …, M − 1` over `M − 1`. */
function windowOp(name: string, f: (position: Var) => Var): WindowOp {
  return defineOp({ name, args: { x: "static" } }, ({ x }: { readonly x: number | Tensor }) => {
    const size = windowSize(name, x);
    if (size === 1) return wrap(p.full(1, [1], "float32"));
    return wrap(f(p.scale(p.offset(p.scale(range(size, "float32"), 2), 1 - size), 1 / (size - 1))));
  });
}

function windowSize(name: string, x: number | Tensor): number {
  const size = typeof x === "number" ? x : x.item();
  if (!Number.isInteger(size) || size < 0)
    throw new OptionError(`ops.${name}: expected a number of points, received ${size}.`);
  return size;
}

const cosine = (x: Var, harmonic: number): Var => p.cos(p.scale(x, Math.PI * harmonic));

/** The Bartlett (triangular) window of `x` points. @see Keras `ops.bartlett` */
export const bartlett: WindowOp = windowOp("bartlett", (t) => p.sub(p.fullLike(t, 1), p.abs(t)));

/** The Blackman window of `x` points. @see Keras `ops.blackman` */
export const blackman: WindowOp = windowOp("blackman", (t) =>
  p.offset(p.add(p.scale(cosine(t, 1), 0.5), p.scale(cosine(t, 2), 0.08)), 0.42),
);

/** The Hamming window of `x` points. @see Keras `ops.hamming` */
export const hamming: WindowOp = windowOp("hamming", (t) => p.offset(p.scale(cosine(t, 1), 0.46), 0.54));

/** The Hann window of `x` points. @see Keras `ops.hanning` */
export const hanning: WindowOp = windowOp("hanning", (t) => p.offset(p.scale(cosine(t, 1), 0.5), 0.5));

/** The Kaiser window of `x` points. @see Keras `ops.kaiser` */
export const kaiser: OpFunction<(x: number, beta: number) => Result<number>> = defineOp(
  { name: "kaiser", args: { x: "static", beta: "static" } },
  ({ x, beta }: { readonly x: number; readonly beta: number }) => {
    const size = windowSize("kaiser", x);
    if (size === 1) return wrap(p.full(1, [1], "float32"));
    const t = p.scale(p.offset(p.scale(range(size, "float32"), 2), 1 - size), 1 / (size - 1));
    const inside = p.max(p.sub(p.fullLike(t, 1), p.square(t)), p.zerosLike(t));
    return wrap(p.div(besselI0(p.scale(p.sqrt(inside), beta)), besselI0(p.fullLike(t, beta))));
  },
);
