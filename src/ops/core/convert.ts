import { type DType, textsHint, type TypedArray, toDType } from "../../ir/dtypes.ts";
import { floatx } from "../../ir/floatx.ts";
import { fromNumbers, toNumbers } from "../../ir/numbers.ts";
import { formatShape, sizeOf } from "../../ir/shape.ts";
import { DataError, ShapeError } from "../../util/errors.ts";
import { Tensor } from "./tensor.ts";
import { isPlainObject } from "../../util/options.ts";
import { operatorsHint, Value } from "./value.ts";

/** An object that stands for a tensor, such as a `Variable`. */
export interface TensorHolder {
  toTensor(): Tensor;
}

/** Nested arrays of numbers or booleans. */
export type NestedArray = number | boolean | bigint | readonly NestedArray[];

/** Everything that can be given where a tensor is wanted. */
export type TensorInput = Value | TensorHolder | NestedArray | TypedArray;

export interface TensorOptions {
  /** Element type; by default that of a typed array, float32 for numbers, bool for booleans, int64 for bigints. */
  readonly dtype?: DType | undefined;
  /** Shape for flat data; by default that of the nesting. */
  readonly shape?: readonly number[] | undefined;
}

export function isTensorHolder(value: unknown): value is TensorHolder {
  return (typeof value === "object" || typeof value === "function") && value !== null && "toTensor" in value;
}

/** True for typed arrays (a DataView is none). */
export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** The dtype whose typed array this is; float16 has one of its own where the engine knows it. */
export function dtypeOfTypedArray(data: TypedArray): DType {
  const name = data.constructor.name;
  const known: Record<string, DType> = {
    Float32Array: "float32", Float64Array: "float64", Float16Array: "float16", Int8Array: "int8", Int16Array: "int16",
    Int32Array: "int32", BigInt64Array: "int64", Uint8Array: "uint8", Uint8ClampedArray: "uint8", Uint16Array: "uint16",
    Uint32Array: "uint32", BigUint64Array: "uint64", Buffer: "uint8",
  }; // prettier-ignore
  const dtype = known[name];
  if (dtype === undefined) throw new DataError(`tensor: a ${name} cannot be made into a tensor.`);
  return dtype;
}

/**
 * Makes a tensor of nested numbers, of a flat array with a shape, or of a typed array (copied).
 *
 * @throws {DataError} when the nesting is ragged or holds something other than numbers.
 * @throws {ShapeError} when the shape does not hold as many elements as there are.
 * @see Keras `ops.convert_to_tensor`
 */
export function makeTensor(values: NestedArray | TypedArray, { dtype, shape }: TensorOptions = {}): Tensor {
  const wanted = dtype === undefined ? undefined : toDType(dtype, "tensor");
  if (isTypedArray(values)) {
    const own = dtypeOfTypedArray(values);
    const to = wanted ?? own;
    const data =
      own === "float16" && values.constructor.name === "Float16Array"
        ? fromNumbers(Float64Array.from(values as Iterable<number>), to) // SAFETY: a Float16Array iterates over numbers
        : to === own
          ? values.slice()
          : fromNumbers(toNumbers(values, own), to);
    return Tensor.fromData(data, checkShape(shape ?? [values.length], values.length), to);
  }
  const nested = nestedShape(values);
  const leaves: (number | boolean | bigint)[] = [];
  collect(values, nested, 0, (leaf) => leaves.push(leaf));
  const to = wanted ?? dtypeOfLeaves(leaves);
  const is64Bit = to === "int64" || to === "uint64";
  const data =
    is64Bit && leaves.some((leaf) => typeof leaf === "bigint")
      ? fromBigints(leaves, to)
      : fromNumbers(leaves.map(Number), to);
  return Tensor.fromData(data, checkShape(shape ?? nested, leaves.length), to);
}

/** Booleans make bool, bigints int64 (or uint64, where they need it), other numbers the default float. */
function dtypeOfLeaves(leaves: readonly (number | boolean | bigint)[]): DType {
  if (leaves.length === 0) return floatx();
  if (leaves.every((leaf) => typeof leaf === "boolean")) return "bool";
  if (!leaves.every((leaf) => typeof leaf === "bigint")) return floatx();
  return leaves.some((leaf) => leaf >= 2n ** 63n) ? "uint64" : "int64";
}

/** Bigints keep bits that numbers have no room for. */
function fromBigints(leaves: readonly (number | boolean | bigint)[], dtype: "int64" | "uint64"): TypedArray {
  const exact = leaves.map((leaf) => (typeof leaf === "number" ? BigInt(Math.trunc(leaf)) : BigInt(leaf)));
  return dtype === "int64" ? BigInt64Array.from(exact) : BigUint64Array.from(exact);
}

function checkShape(shape: readonly number[], size: number): readonly number[] {
  if (sizeOf(shape) !== size) {
    throw new ShapeError(
      `tensor: expected ${sizeOf(shape)} elements for shape ${formatShape(shape)}, received ${size}.`,
    );
  }
  return [...shape];
}

function nestedShape(values: NestedArray): number[] {
  const shape: number[] = [];
  for (let level: NestedArray | undefined = values; Array.isArray(level); level = level[0])
    shape.push(level.length);
  return shape;
}

function collect(
  values: NestedArray,
  shape: readonly number[],
  axis: number,
  visit: (leaf: number | boolean | bigint) => void,
): void {
  if (Array.isArray(values)) {
    if (values.length !== shape[axis]) {
      throw new DataError(
        `tensor: nested arrays are ragged: expected ${shape[axis] ?? "a number"} items on axis ${axis}, received ${values.length}.`,
      );
    }
    for (const value of values) collect(value, shape, axis + 1, visit);
  } else if (
    axis !== shape.length ||
    (typeof values !== "number" && typeof values !== "boolean" && typeof values !== "bigint")
  ) {
    throw new DataError(
      `tensor: expected numbers nested ${shape.length} deep, received ${describe(values)} at depth ${axis}.${hintFor(values)}`,
    );
  } else visit(values as number | boolean | bigint); // SAFETY: checked above
}

function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (isPlainObject(value)) return `an object with ${Object.keys(value).join(", ")}`;
  return value instanceof Promise ? "a promise (await it)" : String(value).slice(0, 80);
}

function hintFor(value: unknown): string {
  if (value instanceof Value) return " Join tensors by ops.stack.";
  if (typeof value !== "string") return "";
  return value.includes("Tensor(") ? ` ${operatorsHint}` : textsHint;
}

/** A value as a tensor (or symbolic value); numbers become weakly typed scalars. */
export function toValue(input: TensorInput, dtype?: DType): Value {
  if (input instanceof Value) return input;
  if (isTensorHolder(input)) return input.toTensor();
  if (typeof input === "number" && dtype === undefined) {
    // JavaScript does not tell 1e30 from a fraction: what no 32-bit integer holds is one.
    const kind = input === (input | 0) ? "int32" : input === input >>> 0 ? "uint32" : "float32";
    return Tensor.fromData(fromNumbers([input], kind), [], kind, true);
  }
  // SAFETY: what is neither value nor holder is nested numbers or a typed array; makeTensor checks it.
  return makeTensor(input as NestedArray | TypedArray, { dtype });
}
