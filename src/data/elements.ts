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
      ? { [K in keyof T]: Sliced<T[K]> }
      : Sliced<T>;

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
  const kind = typeof value === "string" ? JSON.stringify(value) : describe(value);
  throw new DataError(
    `${where}: expected a tensor, a typed array or numbers, received ${kind}. Turn elements into arrays with \`map\` first.`,
  );
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return `an object of class ${value.constructor?.name ?? "Object"}`;
}

/** Data of any nesting with arrays for leaves; lists of plain numbers are arrays, but for the outermost of a tuple. */
function hostTree(where: string, value: unknown, isTuple: boolean): Tree<HostLeaf> {
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
  forEachLeaf(tree, ({ shape }: HostLeaf, path) => {
    const name = nameOf(where, path);
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
  const parts = mapTree(
    tree,
    ({ data, shape, dtype }: HostLeaf) => new HostRows(data, shape.slice(1), dtype),
  );
  return {
    count,
    whole: mapTree(tree, ({ data, shape, dtype }: HostLeaf) => Tensor.fromData(data, shape, dtype)),
    row: (index) =>
      mapTree(parts, ({ data, shape, dtype, size }: HostRows) =>
        Tensor.fromData(data.subarray(index * size, (index + 1) * size), shape, dtype),
      ),
    stack: (order, n) => mapTree(parts, (rows: HostRows) => rows.stack(order, n)),
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

  stack(order: Uint32Array, count: number): Tensor {
    const all: TypedArray = allocate<DType>(this.dtype, count * this.size);
    this.#copier.write(all, order, 0, count);
    return Tensor.fromData(all, [count, ...this.shape], this.dtype);
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
  forEachLeaf(first, (_leaf: HostLeaf, path) => names.push(nameOf(where, path)));
  const columns = names.map((): HostLeaf[] => []);
  for (const tree of trees) {
    if (!sameStructure(first, tree))
      throw new DataError(
        `${where}: expected all elements of a batch nested alike, received some that differ. Bring them to one form with \`map\`.`,
      );
    flatten<HostLeaf>(tree).forEach((leaf, i) => columns[i]?.push(leaf));
  }
  return packLike(
    first,
    columns.map((leaves, i) => stackLeaves(names[i] ?? where, leaves)),
  );
}

function stackLeaves(where: string, leaves: readonly HostLeaf[]): Tensor {
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
