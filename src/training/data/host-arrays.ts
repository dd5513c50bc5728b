import type { HostArray } from "../../graph/compiled-function.ts";
import { floatx } from "../../graph/dtype-policy.ts";
import type { KerasTensor } from "../../graph/keras-tensor.ts";
import { type DType, isFloat, type TypedArray } from "../../ir/dtypes.ts";
import { fromNumbers, toNumbers } from "../../ir/numbers.ts";
import { formatShape, sizeOf } from "../../ir/shape.ts";
import {
  dtypeOfTypedArray,
  isTensorHolder,
  isTypedArray,
  makeTensor,
  type NestedArray,
} from "../../ops/core/convert.ts";
import { Tensor } from "../../ops/core/tensor.ts";
import { AntlerError, DataError } from "../../util/errors.ts";
import { isPlainObject } from "../../util/options.ts";
import type { Tree } from "../../util/tree.ts";

/** Data as arrays in memory, nested as the user gave it. */
export type HostTree = Tree<HostArray>;

/** Flat numbers with a shape, as other libraries' arrays look. */
interface ShapedArray {
  readonly data: TypedArray;
  readonly shape: readonly number[];
}

function isShapedArray(value: unknown): value is ShapedArray {
  return isPlainObject(value) && isTypedArray(value["data"]) && Array.isArray(value["shape"]);
}

/** True for one array, of whatever kind; false for lists and objects of arrays. */
function isLeaf(value: unknown): boolean {
  if (value instanceof Tensor || isTensorHolder(value) || isTypedArray(value) || isShapedArray(value))
    return true;
  return !Array.isArray(value) && !isPlainObject(value);
}

function holdsLeaf(value: unknown): boolean {
  if (value instanceof Tensor || isTensorHolder(value) || isTypedArray(value) || isShapedArray(value))
    return true;
  return Array.isArray(value)
    ? value.some(holdsLeaf)
    : isPlainObject(value) && Object.values(value).some(holdsLeaf);
}

/** What data goes into: symbolic tensors nested as the model's inputs or outputs are; null when not known. */
export type Wanted = unknown;

/**
 * Data of any form as arrays in memory: tensors, typed arrays, nested numbers, and lists and objects of these.
 *
 * A nested array is one tensor where one is wanted, and a list of tensors where several are.
 *
 * @param what - `x`, `y` or `sampleWeight`, for errors.
 * @param wanted - The model's inputs or outputs.
 * @throws {DataError} that names the array.
 */
export function toHostTree(what: string, data: unknown, wanted: Wanted = null): HostTree {
  if (isLeaf(data)) return toHostArray(what, data, soleOf(wanted));
  if (isPlainObject(data)) {
    const part = isPlainObject(wanted) ? wanted : byName(wanted);
    return Object.fromEntries(
      Object.entries(data).map(([key, child]) => [
        key,
        toHostTree(`${what}.${key}`, child, part[key] ?? null),
      ]),
    );
  }
  const list = data as readonly unknown[]; // SAFETY: neither leaf nor object
  if (isList(list, wanted)) {
    const parts = Array.isArray(wanted)
      ? wanted
      : isPlainObject(wanted)
        ? Object.keys(wanted)
            .sort()
            .map((key) => wanted[key])
        : [wanted];
    return list.map((child, i) => toHostTree(`${what}[${i}]`, child, parts[i] ?? null));
  }
  return toHostArray(what, list, soleOf(wanted));
}

/** Whether an array is a list of tensors rather than one tensor. */
function isList(list: readonly unknown[], wanted: Wanted): boolean {
  if (Array.isArray(wanted) && wanted.length > 1) return true;
  if (isPlainObject(wanted)) return true;
  if (!list.some(holdsLeaf)) return isWrapped(list, soleOf(wanted));
  // Rows of typed arrays for a model with one input are one tensor; a list of one tensor is a list.
  const isRows = wanted !== null && list.every((row) => isTypedArray(row)) && list.length > 1;
  return !isRows;
}

/** True for a list of one nested array: one axis more than the tensor that is wanted has, and not a last one of size 1. */
function isWrapped(list: readonly unknown[], wanted: KerasTensor | null): boolean {
  if (wanted === null || list.length !== 1) return false;
  let depth = 0;
  let size = 0;
  let level: unknown = list;
  while (Array.isArray(level)) {
    depth++;
    size = level.length;
    level = level[0];
  }
  return depth === wanted.shape.length + 1 && (size !== 1 || wanted.shape.at(-1) === 1);
}

function soleOf(wanted: Wanted): KerasTensor | null {
  const one = Array.isArray(wanted) && wanted.length === 1 ? wanted[0] : wanted;
  return isSymbolicTensor(one) ? one : null;
}

function isSymbolicTensor(value: unknown): value is KerasTensor {
  return typeof value === "object" && value !== null && "recordOp" in value;
}

/** Symbolic tensors by their names, for data keyed by name. */
function byName(wanted: Wanted): Readonly<Record<string, unknown>> {
  const list = Array.isArray(wanted) ? wanted : [wanted];
  return Object.fromEntries(
    list.filter(isSymbolicTensor).flatMap((tensor) => [
      [tensor.history?.operation.name ?? tensor.name, tensor],
      [tensor.name, tensor],
    ]),
  );
}

function toHostArray(what: string, data: unknown, wanted: KerasTensor | null): HostArray {
  const array = asArray(what, data);
  // Targets may be class indices, and a tensor's shape is meant: only bare inputs are taken to be flattened samples.
  const shaped = isTypedArray(data) && what.startsWith("x") ? reshapeFlat(array, wanted) : array;
  if (shaped.shape.length === 0) {
    throw new DataError(
      `${what}: expected an array whose first axis counts samples, received a single number. Samples of a Dataset become such arrays by .batch(32).`,
    );
  }
  return toWantedFloat(shaped, wanted);
}

function asArray(what: string, data: unknown): HostArray {
  if (
    data === null ||
    data === undefined ||
    typeof data === "string" ||
    (typeof data === "object" && "recordOp" in data)
  ) {
    const kind =
      typeof data === "object" && data !== null ? "a symbolic tensor" : (JSON.stringify(data) ?? "undefined");
    throw new DataError(
      `${what}: expected a tensor, a typed array or nested arrays of numbers, received ${kind}.`,
    );
  }
  try {
    if (data instanceof Tensor) return { ...ofTensor(data), isLasting: true };
    if (isTensorHolder(data)) return ofTensor(data.toTensor());
    if (isShapedArray(data)) {
      if (sizeOf(data.shape) !== data.data.length) {
        throw new DataError(
          `expected ${sizeOf(data.shape)} elements for shape ${formatShape(data.shape)}, received ${data.data.length}`,
        );
      }
      return { ...ofTyped(data.data), shape: data.shape };
    }
    if (isTypedArray(data)) return ofTyped(data);
    if (Array.isArray(data) && data.length > 0 && data.every((row) => isTypedArray(row))) return ofRows(data);
    return ofTensor(makeTensor(data as NestedArray)); // SAFETY: makeTensor checks it
  } catch (error) {
    if (!(error instanceof AntlerError)) throw error;
    throw new DataError(`${what}: ${error.message.replace(/^tensor: /, "").replace(/\.$/, "")}.`, {
      cause: error,
    });
  }
}

function ofTensor(tensor: Tensor): HostArray {
  return { data: tensor.storedSync() as TypedArray, shape: tensor.dims, dtype: tensor.dtype }; // SAFETY: typed arrays of the dtype
}

function ofTyped(data: TypedArray): HostArray {
  const dtype = dtypeOfTypedArray(data);
  if (data.constructor.name !== "Float16Array") return { data, shape: [data.length], dtype };
  const numbers = data as unknown as Iterable<number>; // SAFETY: a Float16Array iterates over numbers
  return { data: fromNumbers(Float64Array.from(numbers), "float32"), shape: [data.length], dtype: "float32" };
}

function ofRows(rows: readonly TypedArray[]): HostArray {
  const [first] = rows;
  const length = first?.length ?? 0;
  const dtype = dtypeOfTypedArray(first ?? new Float32Array());
  if (rows.some((row) => row.length !== length || dtypeOfTypedArray(row) !== dtype)) {
    throw new DataError("the rows differ in length or type");
  }
  const data = fromNumbers(new Float64Array(length * rows.length), dtype);
  rows.forEach((row, i) => (data as Float32Array).set(row as Float32Array, i * length)); // SAFETY: both are of the same kind
  return { data, shape: [rows.length, length], dtype };
}

/** Flat data for an input of several axes: as many samples as it holds. */
function reshapeFlat(array: HostArray, wanted: KerasTensor | null): HostArray {
  if (wanted === null || array.shape.length !== 1 || wanted.shape.length < 2) return array;
  const sample: number[] = [];
  for (const dim of wanted.shape.slice(1)) {
    if (dim === null) return array;
    sample.push(dim);
  }
  const size = sizeOf(sample);
  if (size <= 1 || array.data.length % size !== 0) return array;
  return { ...array, shape: [array.data.length / size, ...sample] };
}

/** Floats in the dtype that the input wants, else the default one; integers and bools as they are. */
function toWantedFloat(array: HostArray, wanted: KerasTensor | null): HostArray {
  if (!isFloat(array.dtype)) return array;
  const to: DType =
    wanted !== null && isFloat(wanted.dtype) && wanted.dtype === "float64" ? "float64" : floatx();
  if (array.dtype === to) return array;
  return { data: fromNumbers(toNumbers(array.data, array.dtype), to), shape: array.shape, dtype: to };
}
