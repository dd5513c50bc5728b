import { allocate, type DType, type TypedArray } from "../ir/dtypes.ts";
import { RowCopier } from "../ir/rows.ts";
import { formatShape, sizeOf } from "../ir/shape.ts";
import {
  dtypeOfTypedArray,
  isTensorHolder,
  isTypedArray,
  makeTensor,
  type NestedArray,
  type TensorHolder,
} from "../ops/core/convert.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { DataError, DTypeError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import { flatten, forEachLeaf, mapTree, packLike, sameStructure, type Tree } from "../util/tree.ts";

/** Flat numbers with a shape. */
export interface ShapedArray {
  readonly data: TypedArray;
  readonly shape: readonly number[];
}

/** What counts as one array. */
export type ArrayLeaf = Tensor | TensorHolder | TypedArray | ShapedArray;

/** What slicing along the first axis makes of data: a tensor for each array, in lists and objects as given. */
export type Sliced<X> = unknown extends X
  ? unknown
  : X extends readonly string[]
    ? string
    : X extends ArrayLeaf | NestedArray
      ? Tensor
      : X extends object
        ? { [K in keyof X]: Sliced<X[K]> }
        : never;

/** What stacking makes of elements: those that are arrays are read as `[x, y, sampleWeight]`. */
export type Batched<T> = unknown extends T
  ? unknown
  : T extends ArrayLeaf
    ? Tensor
    : T extends readonly unknown[]
      ? { [K in keyof T]: Stacked<T[K]> }
      : Stacked<T>;

/** What stacking makes of a part of an element: texts become lists of texts. */
type Stacked<X> = unknown extends X
  ? unknown
  : X extends string
    ? string[]
    : X extends ArrayLeaf | NestedArray
      ? Tensor
      : X extends object
        ? { [K in keyof X]: Stacked<X[K]> }
        : never;

function isShapedArray(value: unknown): value is ShapedArray {
  return isPlainObject(value) && isTypedArray(value["data"]) && Array.isArray(value["shape"]);
}

function isNumbers(value: unknown): value is NestedArray {
  if (Array.isArray(value)) return value.every(isNumbers);
  return typeof value === "number" || typeof value === "boolean" || typeof value === "bigint";
}

/** One array in memory: row-major, whole. */
class HostLeaf {
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly dtype: DType;

  constructor(data: TypedArray, shape: readonly number[], dtype: DType) {
    this.data = data;
    this.shape = shape;
    this.dtype = dtype;
  }
}

/** Texts, which stay lists: one, or one for each sample. */
class Texts {
  readonly values: readonly string[];
  readonly isOne: boolean;

  constructor(values: readonly string[], isOne: boolean) {
    this.values = values;
    this.isOne = isOne;
  }
}

type Leaf = HostLeaf | Texts;

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string");
}

function hostLeaf(where: string, value: unknown): HostLeaf {
  if (value instanceof Tensor) {
    // SAFETY: a tensor's elements are a typed array of its dtype.
    return new HostLeaf(value.storedSync() as TypedArray, value.dims, value.dtype);
  }
  if (isTensorHolder(value)) return hostLeaf(where, value.toTensor());
  if (isShapedArray(value)) {
    const { data, shape } = value;
    if (sizeOf(shape) === data.length) return new HostLeaf(data, [...shape], dtypeOfTypedArray(data));
    throw new DataError(
      `${where}: expected ${sizeOf(shape)} elements for shape ${formatShape(shape)}, received ${data.length}.`,
    );
  }
  if (isTypedArray(value) && value.constructor.name !== "Float16Array")
    return new HostLeaf(value, [value.length], dtypeOfTypedArray(value));
  if (isTypedArray(value) || isNumbers(value)) return hostLeaf(where, makeTensor(value));
  const kind = describe(value);
  throw new DataError(
    `${where}: expected a tensor, a typed array or numbers, received ${kind}. Turn elements into arrays with \`map\` first.`,
  );
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return `an object of class ${value.constructor?.name ?? "Object"}`;
}

/** Data of any nesting with arrays for leaves; lists of plain numbers are arrays, but for the outermost of a tuple. */
function hostTree(where: string, value: unknown, isTuple: boolean): Tree<Leaf> {
  if (typeof value === "string") return new Texts([value], true);
  if (!isTuple && isTexts(value)) return new Texts(value, false);
  if (Array.isArray(value) && (isTuple || !isNumbers(value)))
    return value.map((child, i) => hostTree(`${where}[${i}]`, child, false));
  if (!isPlainObject(value) || isShapedArray(value)) return hostLeaf(where, value);
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, hostTree(`${where}.${key}`, child, false)]),
  );
}

/** The name of a leaf in errors: `x[0].image`. */
function nameOf(where: string, path: readonly string[]): string {
  return where + path.map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`)).join("");
}

/** Slices of nested arrays along their first axis. */
export interface Rows {
  readonly count: number;
  /** All rows, as one element. */
  readonly whole: unknown;
  row(index: number): unknown;
  /** The rows `order[0 … count − 1]` as one element, copied: what `stack` makes of them. */
  stack(order: Uint32Array, count: number): unknown;
}

/**
 * Nested arrays as rows, which are views.
 *
 * @throws {DataError} when the arrays have no first axis or differ in its size.
 */
export function rowsOf(where: string, value: unknown): Rows {
  const tree = hostTree(where, value, false);
  let count: number | null = null;
  forEachLeaf(tree, (leaf: Leaf, path) => {
    const name = nameOf(where, path);
    const shape = leaf instanceof Texts ? (leaf.isOne ? [] : [leaf.values.length]) : leaf.shape;
    const [size] = shape;
    if (size === undefined)
      throw new DataError(`${name}: expected an array whose first axis counts samples, received a number.`);
    count ??= size;
    if (size !== count)
      throw new DataError(
        `${name}: expected ${count} samples as in the arrays before, received shape ${formatShape(shape)}. The first axis counts samples.`,
      );
  });
  if (count === null) throw new DataError(`${where}: expected at least one array, received none.`);
  const parts = mapTree<Leaf, HostRows | TextRows>(tree, (leaf) =>
    leaf instanceof Texts
      ? new TextRows(leaf.values)
      : new HostRows(leaf.data, leaf.shape.slice(1), leaf.dtype),
  );
  return {
    count,
    whole: mapTree<Leaf, unknown>(tree, (leaf) =>
      leaf instanceof Texts ? leaf.values : Tensor.fromData(leaf.data, leaf.shape, leaf.dtype),
    ),
    row: (index) => mapTree<HostRows | TextRows, unknown>(parts, (rows) => rows.row(index)),
    stack: (order, n) => mapTree<HostRows | TextRows, unknown>(parts, (rows) => rows.stack(order, n)),
  };
}

/** Rows of one shape and size, one after the other. */
class HostRows extends HostLeaf {
  readonly size: number;
  readonly #copier: RowCopier;

  constructor(data: TypedArray, shape: readonly number[], dtype: DType) {
    super(data, shape, dtype);
    this.size = sizeOf(shape);
    this.#copier = new RowCopier(data, this.size);
  }

  row(index: number): Tensor {
    const { data, size, shape, dtype } = this;
    return Tensor.fromData(data.subarray(index * size, (index + 1) * size), shape, dtype);
  }

  stack(order: Uint32Array, count: number): Tensor {
    const all: TypedArray = allocate<DType>(this.dtype, count * this.size);
    this.#copier.write(all, order, 0, count);
    return Tensor.fromData(all, [count, ...this.shape], this.dtype);
  }
}

/** Texts, one for each row. */
class TextRows {
  readonly #values: readonly string[];

  constructor(values: readonly string[]) {
    this.#values = values;
  }

  row(index: number): string {
    return this.#values[index] ?? "";
  }

  stack(order: Uint32Array, count: number): string[] {
    return Array.from(order.subarray(0, count), (index) => this.row(index));
  }
}

/** Rows of several arrays as tuples of them. */
export function zipRows(all: readonly Rows[]): Rows {
  return {
    count: Math.min(...all.map(({ count }) => count)),
    whole: all.map(({ whole }) => whole),
    row: (index) => all.map((rows) => rows.row(index)),
    stack: (order, count) => all.map((rows) => rows.stack(order, count)),
  };
}

/**
 * Elements of one structure as one element whose arrays have a first axis more.
 *
 * @throws {DataError} when elements differ in structure or shape, or hold something other than arrays.
 * @throws {DTypeError} when they differ in dtype.
 */
export function stack(where: string, elements: readonly unknown[]): unknown {
  const trees = elements.map((element) => hostTree(where, element, Array.isArray(element)));
  const [first] = trees;
  if (first === undefined) throw new DataError(`${where}: expected at least one element, received none.`);
  const names: string[] = [];
  forEachLeaf(first, (_leaf: Leaf, path) => names.push(nameOf(where, path)));
  const columns = names.map((): Leaf[] => []);
  for (const tree of trees) {
    if (!sameStructure(first, tree))
      throw new DataError(
        `${where}: expected all elements of a batch nested alike, received some that differ. Bring them to one form with \`map\`.`,
      );
    flatten<Leaf>(tree).forEach((leaf, i) => columns[i]?.push(leaf));
  }
  return packLike(
    first,
    columns.map((leaves, i) => stackLeaves(names[i] ?? where, leaves)),
  );
}

function stackLeaves(where: string, given: readonly Leaf[]): Tensor | string[] {
  const texts = given.filter((leaf) => leaf instanceof Texts);
  const leaves = given.filter((leaf) => leaf instanceof HostLeaf);
  if (texts.length > 0) {
    if (leaves.length === 0 && texts.every(({ isOne }) => isOne))
      return texts.flatMap(({ values }) => values);
    throw new DataError(
      `${where}: expected one text in each element of the batch, received ${leaves.length > 0 ? "numbers in some" : "lists of texts"}. Bring elements to one form with \`map\`.`,
    );
  }
  const [first = new HostLeaf(new Float32Array(), [0], "float32")] = leaves;
  const { shape, dtype } = first;
  const size = sizeOf(shape);
  // SAFETY: source and target are arrays of one kind; numbers stand for bigints here.
  const all = allocate(dtype, size * leaves.length) as Float32Array;
  leaves.forEach((leaf, i) => {
    if (leaf.shape.length !== shape.length || leaf.shape.some((n, axis) => n !== shape[axis])) {
      throw new DataError(
        `${where}: expected shape ${formatShape(shape)} as the first element of the batch has, received ${formatShape(leaf.shape)}. Bring elements to one shape with \`map\`.`,
      );
    }
    if (leaf.dtype !== dtype) {
      throw new DTypeError(
        `${where}: expected ${dtype} as the first element of the batch has, received ${leaf.dtype}. Bring elements to one dtype with \`map\`.`,
      );
    }
    if (size === 1) all[i] = leaf.data[0] as number; // SAFETY: it has one element
    else all.set(leaf.data as Float32Array, i * size); // SAFETY: as above
  });
  return Tensor.fromData(all, [leaves.length, ...shape], dtype);
}
