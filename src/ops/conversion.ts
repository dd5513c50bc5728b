import { type DType, isFloat, toDType } from "../ir/dtypes.ts";
import { largest, lowest } from "../ir/dtype-range.ts";
import { floatx } from "../ir/floatx.ts";
import * as p from "./core/primitives/index.ts";
import type { TypedArray } from "../ir/dtypes.ts";
import { isSymbolic } from "./core/value.ts";
import { AntlerError } from "../util/errors.ts";
import { checkOptions, isPlainObject } from "../util/options.ts";
import { cast } from "./cast.ts";
import { toValue } from "./core/convert.ts";
import { castTo, wrap } from "./core/lift.ts";
import { defineOp, type OpFunction } from "./core/op.ts";
import type { Result } from "./core/op-types.ts";
import type { Operand, ShapeOf } from "./core/signatures.ts";
import { Tensor } from "./core/tensor.ts";

/** A dtype, or options that hold one. */
type Wanted =
  | DType
  | null
  | undefined
  | { readonly dtype?: DType | null; readonly sparse?: boolean | null; readonly ragged?: boolean | null };

function wantedDType(where: string, wanted: Wanted): DType | undefined {
  if (isPlainObject(wanted)) {
    checkOptions(where, wanted, ["dtype", "sparse", "ragged"]);
    return wanted.dtype === null || wanted.dtype === undefined ? undefined : toDType(wanted.dtype, where);
  }
  return wanted === null || wanted === undefined ? undefined : toDType(wanted, where);
}

/** A tensor of numbers, of an array or of a tensor; numbers are float32 unless a dtype is given. @see Keras `ops.convert_to_tensor` */
export function convertToTensor<X extends Operand>(x: X, dtype?: Wanted): Result<X, ShapeOf<X>> {
  const to = wantedDType("ops.convertToTensor", dtype);
  const isData = typeof x === "number" || Array.isArray(x);
  const value = toValue(x as Parameters<typeof toValue>[0], isData ? (to ?? defaultOf(x)) : undefined); // SAFETY: toValue checks it
  // SAFETY: a symbolic tensor for a symbolic one, else a tensor.
  return (to === undefined || value.dtype === to ? value : cast(value, to)) as Result<X, ShapeOf<X>>;
}

function defaultOf(x: unknown): DType | undefined {
  return typeof x === "number" ? floatx() : undefined;
}

/** The same as `convertToTensor`. @see Keras `ops.array` */
export function array<X extends Operand>(x: X, dtype?: Wanted): Result<X, ShapeOf<X>> {
  return convertToTensor(x, dtype);
}

/** The elements in row-major order, as a typed array. @see Keras `ops.convert_to_numpy` */
export function convertToNumpy(x: Operand): TypedArray {
  const value = toValue(x as Parameters<typeof toValue>[0]); // SAFETY: toValue checks it
  if (isSymbolic(value) || !(value instanceof Tensor)) {
    throw new AntlerError("ops.convertToNumpy: a symbolic tensor has no elements; run the model first.");
  }
  return value.dataSync().slice();
}

/** `cast` with numbers beyond the range of the dtype brought to its ends. @see Keras `ops.saturate_cast` */
export const saturateCast: OpFunction<
  <X extends Operand>(x: X, dtype: DType | { readonly dtype: DType }) => Result<X, ShapeOf<X>>
> = defineOp(
  { name: "saturateCast", module: "core", args: { x: "tensor", dtype: "static" } },
  ({ x, dtype }: { readonly x: Tensor; readonly dtype: DType }) => {
    const to = toDType(dtype, "ops.saturateCast");
    const value = x.traced;
    if (to === "bool" || x.dtype === "bool" || (isFloat(to) && !isFloat(x.dtype)))
      return wrap(castTo(value, to));
    const leastOf = (type: DType): number => (isFloat(type) ? -largest(type) : lowest(type));
    const low = Math.max(leastOf(to), leastOf(x.dtype));
    const high = Math.min(largest(to), largest(x.dtype));
    // The largest float that does not exceed the range: 2³¹ − 1 is no float32.
    const top =
      isFloat(x.dtype) && high > 2 ** 24 && Number.isFinite(high)
        ? Math.fround(high) > high
          ? high - 2 ** (Math.floor(Math.log2(high)) - 23)
          : high
        : high;
    const limited = p.clamp(value, p.fullLike(value, low), p.fullLike(value, top));
    return wrap(castTo(limited, to));
  },
);
