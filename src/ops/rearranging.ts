import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { formatShape, normalizeAxes, normalizeAxis } from "../ir/shape.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { oneOf } from "../util/options.ts";
import { axesOf, range } from "./core/compute.ts";
import { makeTensor, type NestedArray } from "./core/convert.ts";
import { castTo, wrap } from "./core/lift.ts";
import { callOp, defineOp, type Op, type OpFunction, standIn } from "./core/op.ts";
import type { Op1, Result } from "./core/op-types.ts";
import type { Operand } from "./core/signatures.ts";
import { Tensor } from "./core/tensor.ts";
import { opt } from "./core/unary.ts";
import type { Axis } from "./reductions.ts";

interface One {
  readonly x: Tensor;
}

/** A part of an axis. */
export function sliceAxis(x: Var, axis: number, start: number, limit: number): Var {
  return p.slice(
    x,
    x.shape.map((_, d) => (d === axis ? start : 0)),
    x.shape.map((dim, d) => (d === axis ? limit : dim)),
  );
}

/** Reverses the order along axes; all of them by default. @see Keras `ops.flip` */
export const flip: Op1<[{ readonly axis?: Axis }]> = defineOp(
  { name: "flip", args: { x: "tensor", axis: opt(null) } },
  ({ x, axis }: One & { readonly axis: Axis }) =>
    wrap(p.reverse(x.traced, normalizeAxes(axis, x.dims.length, "ops.flip"))),
);

/** Reverses the second axis. @see Keras `ops.fliplr` */
export const fliplr: Op1 = defineOp({ name: "fliplr", args: { x: "tensor" } }, ({ x }: One) =>
  wrap(p.reverse(x.traced, [normalizeAxis(1, x.dims.length, "ops.fliplr")])),
);

/** Reverses the first axis. @see Keras `ops.flipud` */
export const flipud: Op1 = defineOp({ name: "flipud", args: { x: "tensor" } }, ({ x }: One) =>
  wrap(p.reverse(x.traced, [normalizeAxis(0, x.dims.length, "ops.flipud")])),
);

/** Moves elements along an axis; what leaves at the end comes back at the front. */
export function rollAlong(x: Var, axis: number, shift: number): Var {
  const n = x.shape[axis] ?? 0;
  const by = n === 0 ? 0 : ((shift % n) + n) % n;
  return by === 0 ? x : p.concat([sliceAxis(x, axis, n - by, n), sliceAxis(x, axis, 0, n - by)], axis);
}

/** Moves elements along axes, round the end; without an axis, in the flattened tensor. @see Keras `ops.roll` */
export const roll: Op1<[{ readonly shift: number | readonly number[] }, { readonly axis?: Axis }]> = defineOp(
  { name: "roll", args: { x: "tensor", shift: "static", axis: opt(null) } },
  ({ x, shift, axis }: One & { readonly shift: number | readonly number[]; readonly axis: Axis }) => {
    if (axis === null) {
      const total = (typeof shift === "number" ? [shift] : shift).reduce((a, b) => a + b, 0);
      return wrap(p.reshape(rollAlong(p.reshape(x.traced, [x.size]), 0, total), x.dims));
    }
    const axes = (typeof axis === "number" ? [axis] : axis).map((a) =>
      normalizeAxis(a, x.dims.length, "ops.roll"),
    );
    const shifts = typeof shift === "number" ? axes.map(() => shift) : shift;
    if (shifts.length !== axes.length) {
      throw new OptionError(
        `ops.roll: expected as many shifts as axes, received ${shifts.length} and ${axes.length}.`,
      );
    }
    return wrap(axes.reduce((y, a, i) => rollAlong(y, a, shifts[i] ?? 0), x.traced));
  },
);

/** Turns the plane of two axes by `k` quarter turns, from the first towards the second. @see Keras `ops.rot90` */
export const rot90: Op1<[{ readonly k?: number }, { readonly axes?: readonly [number, number] }]> = defineOp(
  { name: "rot90", args: { array: "tensor", k: opt(1), axes: opt([0, 1]) } },
  ({ array, k, axes }: { readonly array: Tensor; readonly k: number; readonly axes: readonly number[] }) => {
    const [a = 0, b = 1] = axes.map((axis) => normalizeAxis(axis, array.dims.length, "ops.rot90"));
    if (axes.length !== 2 || a === b)
      throw new OptionError(`ops.rot90: expected two different axes, received ${formatShape(axes)}.`);
    const perm = axesOf(array).map((axis) => (axis === a ? b : axis === b ? a : axis));
    const x = array.traced;
    const turns = ((k % 4) + 4) % 4;
    if (turns === 0) return wrap(x);
    if (turns === 2)
      return wrap(
        p.reverse(
          x,
          [a, b].toSorted((i, j) => i - j),
        ),
      );
    return wrap(turns === 1 ? p.transpose(p.reverse(x, [b]), perm) : p.reverse(p.transpose(x, perm), [b]));
  },
);

/** Repeats the whole tensor along each axis. @see Keras `ops.tile` */
export const tile: Op1<[{ readonly repeats: number | readonly number[] }]> = defineOp(
  { name: "tile", args: { x: "tensor", repeats: "static" } },
  ({ x, repeats }: One & { readonly repeats: number | readonly number[] }) => {
    const list = typeof repeats === "number" ? [repeats] : repeats;
    const rank = Math.max(list.length, x.dims.length);
    const dims = [...Array.from({ length: rank - x.dims.length }, () => 1), ...x.dims];
    const times = [...Array.from({ length: rank - list.length }, () => 1), ...list];
    const paired = dims.flatMap((dim, i) => [times[i] ?? 1, dim]);
    const spread = p.broadcast(
      p.reshape(x.traced, dims),
      paired,
      dims.map((_, i) => 2 * i + 1),
    );
    return wrap(
      p.reshape(
        spread,
        dims.map((dim, i) => dim * (times[i] ?? 1)),
      ),
    );
  },
);

interface RepeatArguments extends One {
  readonly repeats: number | readonly number[];
  readonly axis: number | null;
}

const repeatOp: OpFunction<(...args: readonly unknown[]) => unknown> = defineOp(
  { name: "repeat", args: { x: "tensor", repeats: "static", axis: opt(null) } },
  ({ x, repeats, axis }: RepeatArguments) => {
    const value = axis === null ? p.reshape(x.traced, [x.size]) : x.traced;
    const at = axis === null ? 0 : normalizeAxis(axis, value.shape.length, "ops.repeat");
    const n = value.shape[at] ?? 0;
    const same = typeof repeats === "number" ? repeats : repeats.length === 1 ? repeats[0] : undefined;
    if (same !== undefined) {
      const shape = [...value.shape.slice(0, at + 1), same, ...value.shape.slice(at + 1)];
      const spread = p.broadcast(
        value,
        shape,
        axesOf(value).map((i) => (i > at ? i + 1 : i)),
      );
      return wrap(
        p.reshape(
          spread,
          value.shape.map((dim, i) => (i === at ? dim * same : dim)),
        ),
      );
    }
    if (typeof repeats === "number" || repeats.length !== n) {
      throw new ShapeError(
        `ops.repeat: expected one number of repeats or ${n}, received ${JSON.stringify(repeats)}.`,
      );
    }
    const places = Int32Array.from(repeats.flatMap((count, i) => new Array<number>(count).fill(i)));
    return wrap(p.gather(value, p.literal(places, [places.length], "int32"), at));
  },
);

/** A number of times, one for each place, or these in a tensor (whose elements must be known). */
export type Repeats = number | readonly number[] | Tensor;

/** Repeats every element along an axis (in the flattened tensor by default), all alike or each its own number of times. @see Keras `ops.repeat` */
export const repeat: Op1<[{ readonly repeats: Repeats }, { readonly axis?: number | null }]> = standIn(
  repeatRead,
  repeatOp,
);

/** Numbers of repeats in a tensor decide the shape of the result, and are read before the op is traced. */
function repeatRead(...args: readonly unknown[]): unknown {
  const read = (value: unknown): unknown =>
    value instanceof Tensor ? Array.from(value.dataSync() as Iterable<number | bigint>, Number) : value; // SAFETY: elements of an integer tensor
  const [x, second, ...rest] = args;
  if (args.length < 2) return repeatOp(...args);
  const isOptions = typeof second === "object" && second !== null && "repeats" in second;
  return repeatOp(x, isOptions ? { ...second, repeats: read(second.repeats) } : read(second), ...rest);
}

/** What `pad` puts around a tensor. */
export const padModes = ["constant", "reflect", "symmetric", "edge", "wrap", "empty", "circular"] as const;
export type PadMode = (typeof padModes)[number];

/** Numbers of elements before and after: one for all, a pair for all axes, or a pair for each. */
export type PadWidth =
  | number
  | readonly [number]
  | readonly [number, number]
  | readonly (readonly [number, number])[];

function pairsOf(
  width: PadWidth | readonly (number | readonly number[])[],
  rank: number,
): [number, number][] {
  if (typeof width === "number") return Array.from({ length: rank }, () => [width, width]);
  const pairs = width.every((entry) => typeof entry === "number")
    ? Array.from({ length: rank }, (): [number, number] => [
        Number(width[0] ?? 0),
        Number(width[1] ?? width[0] ?? 0),
      ])
    : width.map((entry): [number, number] =>
        typeof entry === "number" ? [entry, entry] : [entry[0] ?? 0, entry[1] ?? entry[0] ?? 0],
      );
  const [only] = pairs;
  const full = pairs.length === 1 && only !== undefined ? Array.from({ length: rank }, () => only) : pairs;
  if (full.length !== rank || full.flat().some((n) => !Number.isInteger(n) || n < 0)) {
    throw new OptionError(
      `ops.pad: expected padWidth to be a number or ${rank} pairs of numbers ≥ 0, received ${JSON.stringify(width)}.`,
    );
  }
  return full;
}

/** Positions `−low … n + high − 1` brought back into `0 … n − 1`. */
function foldedPositions(mode: PadMode, n: number, low: number, high: number): Var {
  const place = p.offset(range(low + n + high), -low);
  const modulo = (x: Var, m: number): Var => {
    const divisor = p.fullLike(x, m);
    return p.rem(p.add(p.rem(x, divisor), divisor), divisor);
  };
  if (mode === "edge" || n === 1) return p.clamp(place, p.fullLike(place, 0), p.fullLike(place, n - 1));
  if (mode === "wrap" || mode === "circular") return modulo(place, n);
  const period = mode === "reflect" ? 2 * (n - 1) : 2 * n;
  const folded = modulo(place, period);
  const mirrored = p.sub(p.fullLike(folded, mode === "reflect" ? period : period - 1), folded);
  return p.select(p.lt(folded, p.fullLike(folded, n)), folded, mirrored);
}

/** Pads one axis in a mode that repeats the content. */
export function padAxis(x: Var, axis: number, low: number, high: number, mode: PadMode): Var {
  if (low === 0 && high === 0) return x;
  return p.gather(x, foldedPositions(mode, x.shape[axis] ?? 0, low, high), axis);
}

/** Adds elements around a tensor: a constant, or its content reflected, mirrored, repeated. @see Keras `ops.pad` */
export const pad: Op1<
  [{ readonly padWidth: PadWidth }, { readonly mode?: PadMode }, { readonly constantValues?: number | null }]
> = defineOp(
  {
    name: "pad",
    args: {
      x: "tensor",
      padWidth: "static",
      mode: opt("constant"),
      constantValues: { kind: "call", default: null },
    },
  },
  ({
    x,
    padWidth,
    mode,
    constantValues,
  }: One & {
    readonly padWidth: PadWidth;
    readonly mode: PadMode;
    readonly constantValues: number | null;
  }) => {
    oneOf("ops.pad", "mode", mode, padModes);
    const pairs = pairsOf(padWidth, x.dims.length);
    if (mode === "constant" || mode === "empty") {
      return wrap(
        p.pad(
          x.traced,
          constantValues ?? 0,
          pairs.map(([low]) => low),
          pairs.map(([, high]) => high),
        ),
      );
    }
    if (constantValues !== null)
      throw new OptionError(
        `ops.pad: constantValues goes with mode "constant" alone, received mode "${mode}".`,
      );
    return wrap(pairs.reduce((y, [low, high], axis) => padAxis(y, axis, low, high, mode), x.traced));
  },
);

const meshgridOp: Op = defineOp<
  { readonly x: readonly Tensor[]; readonly indexing: "xy" | "ij" },
  () => unknown
>(
  { name: "meshgrid", args: { x: { kind: "tensors", variadic: true }, indexing: opt("xy") } },
  ({ x, indexing }) => {
    oneOf("ops.meshgrid", "indexing", indexing, ["xy", "ij"]);
    const sizes = x.map(({ size }) => size);
    const isSwapped = indexing === "xy" && x.length > 1;
    const axisOf = (i: number): number => (isSwapped && i < 2 ? 1 - i : i);
    const shape = sizes.map((_, i) => sizes[axisOf(i)] ?? 1);
    return x.map((vector, i) =>
      wrap(p.broadcast(p.reshape(vector.traced, [vector.size]), shape, [axisOf(i)])),
    );
  },
).op;

/** Coordinate grids of vectors: `ops.meshgrid(x, y, { indexing: "ij" })`. @see Keras `ops.meshgrid` */
export const meshgrid: OpFunction<
  <X extends Operand>(...x: readonly (X | { readonly indexing: "xy" | "ij" })[]) => readonly Result<X>[]
> = Object.assign(
  <X extends Operand>(...x: readonly (X | { readonly indexing: "xy" | "ij" })[]): readonly Result<X>[] => {
    const isOptions = (entry: unknown): entry is { readonly indexing: "xy" | "ij" } =>
      typeof entry === "object" &&
      entry !== null &&
      Object.getPrototypeOf(entry) === Object.prototype &&
      "indexing" in entry;
    const indexing = x.find(isOptions)?.indexing ?? "xy";
    return callOp(meshgridOp, {
      x: x.filter((entry) => !isOptions(entry)),
      indexing,
    }) as readonly Result<X>[]; // SAFETY: one grid for each vector
  },
  { op: meshgridOp },
);

/** Differences of neighbours along an axis, `n` times. @see Keras `ops.diff` */
export const diff: Op1<[{ readonly n?: number }, { readonly axis?: number }]> = defineOp(
  { name: "diff", args: { a: "tensor", n: opt(1), axis: opt(-1) } },
  ({ a, n, axis }: { readonly a: Tensor; readonly n: number; readonly axis: number }) => {
    const at = normalizeAxis(axis, a.dims.length, "ops.diff");
    let x = a.traced;
    for (let i = 0; i < n; i++) {
      const count = x.shape[at] ?? 0;
      const [later, earlier] = [
        sliceAxis(x, at, Math.min(1, count), count),
        sliceAxis(x, at, 0, Math.max(0, count - 1)),
      ];
      x = x.dtype === "bool" ? p.ne(later, earlier) : p.sub(later, earlier);
    }
    return wrap(x);
  },
);

/** Area under samples by the trapezoidal rule along an axis. @see Keras `ops.trapezoid` */
export const trapezoid: Op1<
  [{ readonly x?: Operand | null }, { readonly dx?: number }, { readonly axis?: number }]
> = defineOp(
  { name: "trapezoid", args: { y: "tensor", x: opt(null), dx: opt(1), axis: opt(-1) } },
  ({
    y,
    x,
    dx,
    axis,
  }: {
    readonly y: Tensor;
    readonly x: Tensor | NestedArray | null;
    readonly dx: number;
    readonly axis: number;
  }) => {
    const value = castTo(y.traced, y.dtype.includes("float") ? y.dtype : "float32");
    const at = normalizeAxis(axis, value.shape.length, "ops.trapezoid");
    const n = value.shape[at] ?? 0;
    const sums = p.add(sliceAxis(value, at, 1, n), sliceAxis(value, at, 0, n - 1));
    if (x === null) return wrap(p.scale(p.reduceSum(sums, [at]), dx / 2));
    const places = castTo((x instanceof Tensor ? x : makeTensor(x)).traced, value.dtype);
    const along = places.shape.length === 1 ? 0 : at;
    const steps = p.sub(sliceAxis(places, along, 1, n), sliceAxis(places, along, 0, n - 1));
    const widths = p.broadcast(steps, sums.shape, places.shape.length === 1 ? [at] : undefined);
    return wrap(p.scale(p.reduceSum(p.mul(sums, widths), [at]), 0.5));
  },
);

/** Powers of `x` as columns, from the highest (`increasing`: from 0). @see Keras `ops.vander` */
export const vander: Op1<[{ readonly N?: number | null }, { readonly increasing?: boolean }]> = defineOp(
  { name: "vander", args: { x: "tensor", N: opt(null), increasing: opt(false) } },
  ({ x, N, increasing }: One & { readonly N: number | null; readonly increasing: boolean }) => {
    const n = x.size;
    const columns = N ?? n;
    const value = castTo(x.traced, x.dtype === "bool" ? "int32" : x.dtype);
    let column = p.fullLike(p.reshape(value, [n, 1]), 1);
    const powers: Var[] = [];
    for (let i = 0; i < columns; i++) {
      powers.push(column);
      column = p.mul(column, p.reshape(value, [n, 1]));
    }
    return wrap(p.concat(increasing ? powers : powers.toReversed(), 1));
  },
);
