import { bytesOf, type DType, isFloat, kindOf } from "../../ir/dtypes.ts";

/** What takes part in a promotion: a dtype; weak for bare JavaScript numbers. */
export interface Typed {
  readonly dtype: DType;
  readonly isWeak?: boolean;
}

/**
 * The dtype of an operation on several operands, by Keras's promotion lattice.
 *
 * A weak operand (a bare number) takes the dtype of the others, unless its kind is higher: a fraction with integers
 * gives float32, an integer with bools int32.
 *
 * @see Keras `backend/common/dtypes.py`
 */
export function resultType(operands: readonly Typed[]): DType {
  const joined = join(operands);
  const isPlain = operands.every((x) => x.isWeak === true || x.dtype === joined);
  return isPlain ? joined : (narrow[joined] ?? joined);
}

/**
 * Keras's table of promotions: as `resultType`, and 64-bit dtypes always become 32-bit ones, also when they meet
 * their like. `"int"` and `"float"` stand for bare numbers.
 *
 * @see Keras `backend.result_type`
 */
export function standardResultType(...dtypes: readonly (DType | "int" | "float")[]): DType {
  const joined = join(
    dtypes.map((dtype): Typed => {
      if (dtype === "int") return { dtype: "int32", isWeak: true };
      return dtype === "float" ? { dtype: "float32", isWeak: true } : { dtype };
    }),
  );
  return narrow[joined] ?? joined;
}

/** What stands for 64-bit dtypes where several dtypes meet, as in JAX. */
const narrow: Partial<Record<DType, DType>> = { int64: "int32", uint64: "uint32", float64: "float32" };

function join(operands: readonly Typed[]): DType {
  const strong = operands.filter((x) => x.isWeak !== true).map((x) => x.dtype);
  const weak = operands.filter((x) => x.isWeak === true).map((x) => x.dtype);
  if (strong.length === 0) return weak.reduce(joinTypes, weak[0] ?? "float32");
  const joined = strong.reduce(joinTypes);
  if (weak.some(isFloat) && !isFloat(joined)) return "float32";
  return weak.length > 0 && joined === "bool" ? "int32" : joined;
}

/** Least upper bound of two dtypes. */
export function joinTypes(a: DType, b: DType): DType {
  if (a === b) return a;
  if (a === "bool") return b;
  if (b === "bool") return a;
  const [kindA, kindB] = [kindOf(a), kindOf(b)];
  if (kindA === "float" && kindB === "float") {
    if (bytesOf(a) === 2 && bytesOf(b) === 2) return "float32";
    return bytesOf(a) > bytesOf(b) ? a : b;
  }
  if (kindA === "float") return a;
  if (kindB === "float") return b;
  if (kindA === kindB) return bytesOf(a) > bytesOf(b) ? a : b;
  const [signed, unsigned] = kindA === "int" ? [a, b] : [b, a];
  if (bytesOf(signed) > bytesOf(unsigned)) return signed;
  const wider: Partial<Record<DType, DType>> = { uint8: "int16", uint16: "int32", uint32: "int64" };
  return wider[unsigned] ?? "float32";
}

/** The dtype in which functions such as `exp` or `mean` compute: floats as they are, everything else as float32. */
export function floatType(dtype: DType): DType {
  return isFloat(dtype) ? dtype : "float32";
}
