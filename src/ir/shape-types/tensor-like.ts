import type { DType } from "../dtypes.ts";
import type { Shape } from "./shape.ts";

/**
 * A kind of tensor (concrete, or symbolic) as a function from shape and dtype to type, so that rules on this floor
 * can say "the same kind of tensor, of another shape" without naming the classes of the floors above.
 *
 * @example
 * interface KerasTensorFamily extends TensorFamily {
 *   readonly symbolic: true;
 *   readonly tensor: KerasTensor<Cast<this["shape"], Shape>, Cast<this["dtype"], DType>>;
 * }
 */
export interface TensorFamily {
  /** Filled in by `TensorOf`. */
  readonly shape: unknown;
  /** Filled in by `TensorOf`. */
  readonly dtype: unknown;
  readonly tensor: unknown;
  /** True for graph values: an operation with one of them among its inputs gives such a value. */
  readonly symbolic: boolean;
}

/** The tensor of a family with the given shape and dtype. */
export type TensorOf<F extends TensorFamily, S extends Shape, D extends DType> = (F & {
  readonly shape: S;
  readonly dtype: D;
})["tensor"];

/** T where it is a U, else U: for members of a family or rule, whose inputs are `unknown` until filled in. */
export type Cast<T, U> = T extends U ? T : U;

/** What every tensor shows of itself to the shape rules. */
export interface TensorLike<out S extends Shape = Shape, out D extends DType = DType> {
  readonly shape: S;
  readonly dtype: D;
  /** Exists in types alone. */
  readonly "~family": TensorFamily;
}

/** An object that stands for a tensor, such as a `Variable`. */
export interface TensorHolder {
  toTensor(): TensorLike;
}

/** Tensors in arrays and objects, nested. */
export type TensorTree = TensorLike | readonly TensorTree[] | { readonly [key: string]: TensorTree };

/** The default of a tensor type's dtype: a bare `KerasTensor` may have any, `KerasTensor<readonly [null, 64]>` is float32. */
export type DefaultDType<S extends Shape> = number extends S["length"] ? DType : "float32";
