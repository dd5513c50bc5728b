import { isFloat } from "../ir/dtypes.ts";
import * as p from "./core/primitives/index.ts";
import type { Var } from "../ir/program.ts";
import { broadcastShapes, formatShape, sizeOf, stridesOf } from "../ir/shape.ts";
import type { Index, Indexed, Shape } from "../ir/shape-types/index.ts";
import { AntlerError, OptionError, ShapeError } from "../util/errors.ts";
import { inferSpecs } from "./core/abstract.ts";
import { isTypedArray, makeTensor, type NestedArray, toValue } from "./core/convert.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp, type OpFunction, standIn } from "./core/op.ts";
import type { Result } from "./core/op-types.ts";
import type { DTypeOf, Operand, ShapeOf } from "./core/signatures.ts";
import { Tensor } from "./core/tensor.ts";
import { Value } from "./core/value.ts";
import { nonzero } from "./searching.ts";

/** A slice as an object; what is left out or null goes to the end, as in Python. */
export interface SliceObject {
  readonly start?: number | null;
  readonly stop?: number | null;
  readonly step?: number | null;
}

/** One index: a place, `":"` or `"1:3"` or `"::2"`, a new axis (`null`), `"..."`, or places as an array or tensor. */
export type Key = Index | SliceObject | Operand;

/** An index made explicit for one axis. */
type Parsed =
  | {
      readonly kind: "slice";
      readonly start: number | null;
      readonly stop: number | null;
      readonly step: number;
    }
  | { readonly kind: "place"; readonly at: number }
  | { readonly kind: "new" }
  | { readonly kind: "places"; readonly at: Tensor };

const where = "ops.getItem";

function parseSlice(text: string): Parsed {
  const parts = text.split(":").map((part) => part.trim());
  const isValid = parts.length >= 2 && parts.length <= 3 && parts.every((part) => /^(-?\d+)?$/.test(part));
  if (!isValid) {
    throw new OptionError(
      `${where}: expected an index such as ":", "1:3", "::2" or "...", received ${JSON.stringify(text)}.`,
    );
  }
  const [start = null, stop = null, step = null] = parts.map((part) => (part === "" ? null : Number(part)));
  return slice({ start, stop, step });
}

function slice({ start = null, stop = null, step = null }: SliceObject): Parsed {
  if (step === 0) throw new OptionError(`${where}: the step of a slice must not be 0.`);
  return { kind: "slice", start, stop, step: step ?? 1 };
}

function parseKey(key: Key): Parsed {
  if (key === null) return { kind: "new" };
  if (typeof key === "number") {
    if (!Number.isInteger(key))
      throw new OptionError(`${where}: expected an integer index, received ${key}.`);
    return { kind: "place", at: key };
  }
  if (typeof key === "string") return parseSlice(key);
  if (key instanceof Tensor) return { kind: "places", at: key };
  if (Array.isArray(key) || isTypedArray(key)) return { kind: "places", at: makeTensor(key as NestedArray) }; // SAFETY: an array of numbers; makeTensor checks it
  if (key instanceof Value) throw new AntlerError(`${where}: a symbolic index was left in place.`);
  return slice(key as SliceObject); // SAFETY: what is left is a slice object
}

/** One parsed index for each axis, new axes between them. */
function parseKeys(keys: readonly Key[], rank: number, shape: Shape): Parsed[] {
  const dots = keys.indexOf("...");
  const before = (dots < 0 ? keys : keys.slice(0, dots)).map(parseKey);
  const after = dots < 0 ? [] : keys.slice(dots + 1).map(parseKey);
  const used = [...before, ...after].filter(({ kind }) => kind !== "new").length;
  if (used > rank)
    throw new ShapeError(
      `${where}: ${used} indices are too many for the shape ${formatShape(shape)} of rank ${rank}.`,
    );
  const whole = Array.from({ length: rank - used }, () => slice({}));
  return [...before, ...whole, ...after];
}

/** First element, number of elements and step of a slice of an axis of size n, as Python counts them. */
function extent(
  n: number,
  { start, stop, step }: Parsed & { kind: "slice" },
): { first: number; count: number } {
  const clamp = (at: number | null, otherwise: number): number => {
    if (at === null) return otherwise;
    const place = at < 0 ? at + n : at;
    return step > 0 ? Math.min(Math.max(place, 0), n) : Math.min(Math.max(place, -1), n - 1);
  };
  const first = clamp(start, step > 0 ? 0 : n - 1);
  const end = clamp(stop, step > 0 ? n : -1);
  return { first, count: Math.max(0, Math.ceil((end - first) / step)) };
}

function placeIn(n: number, at: number, axis: number, shape: Shape): number {
  const place = at < 0 ? at + n : at;
  if (place < 0 || place >= n) {
    throw new ShapeError(
      `${where}: index ${at} is out of range for axis ${axis} of ${formatShape(shape)}; expected ${-n} to ${n - 1}.`,
    );
  }
  return place;
}

/** Integer positions of an index tensor; negative ones count from the end. */
export function positions(index: Tensor | Var, n: number): Var {
  const value = index instanceof Tensor ? index.traced : index;
  const places = castTo(value, "int32");
  return p.select(p.lt(places, p.fullLike(places, 0)), p.offset(places, n), places);
}

function indexInto(x: Var, keys: readonly Key[]): Var {
  const parsed = parseKeys(keys, x.shape.length, x.shape);
  const start: number[] = [];
  const limit: number[] = [];
  const strides: number[] = [];
  const reversed: number[] = [];
  const shape: number[] = [];
  const gathers: { readonly axis: number; readonly at: Tensor }[] = [];
  const hasPlaces = parsed.some(({ kind }) => kind === "places");
  let axis = 0;
  for (const index of parsed) {
    if (index.kind === "new") {
      shape.push(1);
      continue;
    }
    const n = x.shape[axis] ?? 0;
    if (index.kind === "slice") {
      const { first, count } = extent(n, index);
      const last = first + (count - 1) * index.step;
      if (index.step < 0) reversed.push(axis);
      start.push(count === 0 ? 0 : Math.min(first, last));
      limit.push(count === 0 ? 0 : Math.max(first, last) + 1);
      strides.push(Math.abs(index.step));
      shape.push(count);
    } else if (index.kind === "place" && !hasPlaces) {
      const at = placeIn(n, index.at, axis, x.shape);
      start.push(at);
      limit.push(at + 1);
      strides.push(1);
    } else {
      const at =
        index.kind === "place"
          ? makeTensor(placeIn(n, index.at, axis, x.shape), { dtype: "int32" })
          : index.at;
      if (at.dtype === "bool") {
        throw new AntlerError(
          `${where}: a mask gives as many elements as it has true ones, which is not known inside a graph. Use ops.where, or multiply by the mask.`,
        );
      }
      gathers.push({ axis: shape.length, at });
      start.push(0);
      limit.push(n);
      strides.push(1);
      shape.push(n);
    }
    axis++;
  }
  const sliced = p.reverse(p.slice(x, start, limit, strides), reversed);
  return gatherAt(p.reshape(sliced, shape), gathers);
}

/** Elements of `x` at places along an axis. */
type Gather = (x: Var, places: Var, axis: number) => Var;

let gather: Gather = gatherByComparing;

/** Has elements gathered by the kernel for it. Pages without one gather by comparing. */
export function provideGather(f: Gather): void {
  gather = f;
}

/** Compares all places with those that are wanted: some lines in place of a kernel, for results of a few rows. */
function gatherByComparing(x: Var, places: Var, axis: number): Var {
  const axes = x.shape.map((_, i) => i).filter((i) => i !== axis);
  const last = p.transpose(x, [...axes, axis]);
  const shape = [...last.shape.slice(0, axis), ...places.shape, ...last.shape.slice(axis)];
  const inner = shape.length - 1;
  const behind = places.shape.length;
  const wide = p.broadcast(
    last,
    shape,
    last.shape.map((_, i) => (i < axis ? i : i + behind)),
  );
  const wanted = p.broadcast(
    places,
    shape,
    places.shape.map((_, i) => axis + i),
  );
  const isBool = x.dtype === "bool";
  const values = isBool ? p.cast(wide, "int32") : wide;
  const kept = p.select(p.eq(wanted, p.iota(shape, inner, places.dtype)), values, p.zerosLike(values));
  const sum = p.reduceSum(kept, [inner]);
  return isBool ? p.cast(sum, "bool") : sum;
}

/** NumPy's indexing by arrays: they broadcast; their axes stand in place of theirs, or in front when these are apart. */
function gatherAt(x: Var, gathers: readonly { readonly axis: number; readonly at: Tensor }[]): Var {
  const [only, second] = gathers;
  if (only === undefined) return x;
  if (second === undefined) return gather(x, positions(only.at, x.shape[only.axis] ?? 0), only.axis);
  const axes = gathers.map(({ axis }) => axis);
  const rest = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const sizes = axes.map((axis) => x.shape[axis] ?? 0);
  const steps = stridesOf(sizes);
  const shape = gathers.map(({ at }) => at.dims).reduce((a, b) => broadcastShapes(a, b, where));
  const linear = gathers
    .map(({ at }, i) => p.scale(p.broadcast(positions(at, sizes[i] ?? 0), shape), steps[i] ?? 1))
    .reduce((a, b) => p.add(a, b));
  const restDims = rest.map((i) => x.shape[i] ?? 0);
  const flat = p.reshape(p.transpose(x, [...axes, ...rest]), [sizeOf(sizes), ...restDims]);
  const taken = gather(flat, linear, 0);
  const isTogether = axes.every((axis, i) => i === 0 || axis === (axes[i - 1] ?? 0) + 1);
  const first = axes[0] ?? 0;
  if (!isTogether || first === 0) return taken;
  // [...shape, ...rest] → the first `first` of the rest come before the gathered axes.
  const k = shape.length;
  const order = [
    ...restDims.slice(0, first).map((_, i) => k + i),
    ...shape.map((_, i) => i),
    ...restDims.slice(first).map((_, i) => k + first + i),
  ];
  return p.transpose(taken, order);
}

/** One key, or a list of them for the first axes; a list of numbers alone is one index for each axis. */
function keyList(key: Key | readonly Key[]): readonly Key[] {
  return Array.isArray(key) ? (key as readonly Key[]) : [key as Key]; // SAFETY: told apart by being an array
}

/** Sizes after slices of known places; slices of unknown sizes stay unknown. */
function symbolicShape(shape: Shape, keys: readonly Key[]): Shape | null {
  const parsed = parseKeys(keys, shape.length, shape);
  if (parsed.some(({ kind }) => kind === "places")) return null;
  let axis = 0;
  return parsed.flatMap((index): (number | null)[] => {
    if (index.kind === "new") return [1];
    const n = shape[axis++] ?? null;
    if (index.kind === "slice") return [n === null ? null : extent(n, index).count];
    if (index.kind === "place" && n !== null) placeIn(n, index.at, axis - 1, shape);
    return [];
  });
}

const getItemOp: OpFunction<(x: unknown, key: unknown) => unknown> = defineOp(
  {
    name: "getItem",
    args: { x: "tensor", key: "call" },
    infer: ({ x, key }) => {
      const { shape, dtype } = toValue(x as Tensor); // SAFETY: a tensor argument
      const keys = keyList(key as readonly Key[]); // SAFETY: as declared
      const hasSymbols = keys.some((k) => k instanceof Value && !(k instanceof Tensor));
      const known = hasSymbols ? null : symbolicShape(shape, keys);
      if (known !== null) return { shape: known, dtype };
      const symbols = keys.filter((k): k is Tensor => k instanceof Value);
      return inferSpecs(
        (tree) => {
          const [value, ...rest] = tree as readonly Tensor[]; // SAFETY: the specs below are a list
          if (value === undefined) throw new ShapeError(`${where}: a tensor is needed.`);
          return wrap(
            indexInto(
              value.traced,
              keys.map((k) => (k instanceof Value ? (rest.shift() ?? k) : k)),
            ),
          );
        },
        [{ shape, dtype }, ...symbols.map((k) => ({ shape: k.shape, dtype: k.dtype }))],
      );
    },
  },
  ({ x, key }: { readonly x: Tensor; readonly key: Key | readonly Key[] }) => {
    if (typeof key === "object" && key instanceof Tensor && isFloat(key.dtype)) {
      throw new OptionError(
        `${where}: expected integer indices, received ${key.dtype}. Cast them with ops.cast(indices, "int32").`,
      );
    }
    return wrap(indexInto(x.traced, keyList(key)));
  },
);

/**
 * Indexing as in NumPy: `getItem(x, [":", 1, "0:2"])`; `x.at(":", 1, "0:2")` says the same.
 *
 * @see Keras `ops.get_item`
 */
export const getItem: OpFunction<
  <X extends Operand, const K extends readonly Key[] | Key>(
    x: X,
    key: K,
  ) => Result<X, K extends readonly Index[] ? Indexed<ShapeOf<X>, K> : Shape, DTypeOf<X>>
> = standIn((x: Operand, key: Key | readonly Key[]) => getItemOp(x, withPlaces(key)), getItemOp);

/**
 * Masks as the places where they hold, one index for each of their axes: how many these are must be known, so the
 * mask must be.
 */
function withPlaces(key: Key | readonly Key[]): Key | readonly Key[] {
  const keys = keyList(key);
  if (!keys.some(isKnownMask)) return key;
  return keys.flatMap((item): readonly Key[] => (isKnownMask(item) ? nonzero(item) : [item]));
}

function isKnownMask(key: Key): key is Tensor {
  return key instanceof Tensor && key.dtype === "bool" && !key.isTraced;
}
