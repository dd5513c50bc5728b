import { type DType, type TypedArray, viewOf } from "../../ir/dtypes.ts";
import { fromNumbers, toNumbers } from "../../ir/numbers.ts";
import type { RefArray } from "../../ir/primitive.ts";
import { type Dims, sizeOf, stridesOf } from "../../ir/shape.ts";

/** Elements that are known when a file is written: a weight, or a constant of the computation. */
export interface Constant {
  readonly data: TypedArray;
  readonly shape: Dims;
  readonly dtype: DType;
  /** What its tensor is to be called; null: nothing in particular. */
  readonly label: string | null;
}

/** A constant from numbers. */
export function constantOf(
  values: ArrayLike<number>,
  shape: Dims,
  dtype: DType,
  label: string | null = null,
): Constant {
  return { data: fromNumbers(values, dtype), shape, dtype, label };
}

export function toRefArray({ data, shape, dtype }: Constant): RefArray {
  return { shape, dtype, data: Float64Array.from(toNumbers(data, dtype)) };
}

export function fromRefArray({ data, shape, dtype }: RefArray): Constant {
  return constantOf(data, shape, dtype);
}

export function reshapeConstant(constant: Constant, shape: Dims): Constant {
  return { ...constant, shape };
}

/** Axis i of the result is axis `perm[i]`. */
export function transposeConstant(constant: Constant, perm: Dims): Constant {
  const { data, dtype, label } = constant;
  const from = stridesOf(constant.shape);
  const shape = perm.map((axis) => constant.shape[axis] ?? 1);
  const strides = perm.map((axis) => from[axis] ?? 0);
  const size = sizeOf(shape);
  const elements = viewOf(dtype, new ArrayBuffer(data.byteLength), 0, size);
  const index = shape.map(() => 0);
  let position = 0;
  for (let i = 0; i < size; i++) {
    elements[i] = data[position] as never; // SAFETY: both arrays are of one dtype
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      position += strides[axis] ?? 0;
      if (next < (shape[axis] ?? 1)) {
        index[axis] = next;
        break;
      }
      position -= next * (strides[axis] ?? 0);
      index[axis] = 0;
    }
  }
  // Where one axis alone has several elements, their order stays.
  const isMoved = label !== null && shape.filter((dim) => dim !== 1).length > 1;
  return { data: elements, shape, dtype, label: isMoved ? `${label}:${perm.join("")}` : label };
}
