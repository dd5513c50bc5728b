import type { DType } from "../dtypes.ts";
import type { FloatDType } from "./rule.ts";

/** The dtype an operation gives for operands of two dtypes, where it is plain; else the wide `DType`. */
export type PromoteDType<A extends DType, B extends DType> = [A] extends [B]
  ? [B] extends [A]
    ? A
    : Joined<A, B>
  : Joined<A, B>;

type Joined<A extends DType, B extends DType> = [A] extends ["bool"]
  ? B
  : [B] extends ["bool"]
    ? A
    : [A] extends [FloatDType]
      ? [B] extends [FloatDType]
        ? DType
        : [Extract<B, FloatDType>] extends [never]
          ? A
          : DType
      : [B] extends [FloatDType]
        ? [Extract<A, FloatDType>] extends [never]
          ? B
          : DType
        : DType;

/** The dtype with a bare number among the operands: it gives way, unless it is a fraction among integers. */
export type PromoteNumber<D extends DType, N extends number> = [D] extends [FloatDType]
  ? D
  : [Extract<D, FloatDType>] extends [never]
    ? `${N}` extends `${bigint}`
      ? [D] extends ["bool"]
        ? "int32"
        : [Extract<D, "bool">] extends [never]
          ? D
          : DType
      : number extends N
        ? DType
        : "float32"
    : DType;

/** The dtype in which `exp` and its like compute: floats as they are, all else as float32. */
export type FloatOf<D extends DType> = D extends FloatDType ? D : "float32";
