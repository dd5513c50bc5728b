import type { DType } from "../../ir/dtypes.ts";
import type { Cast, Shape, TensorFamily } from "../../ir/shape-types/index.ts";
import { AntlerError } from "../../util/errors.ts";
import type { TensorMethods } from "../method-types.ts";
import type { BoundArguments, Op } from "./op.ts";

/** The family of values of which it is not known whether they are concrete. */
export interface ValueFamily extends TensorFamily {
  readonly tensor: Value<Cast<this["shape"], Shape>, Cast<this["dtype"], DType>>;
}

/** Every op is a method of every value; see `methods.ts`. */
// oxlint-disable-next-line no-unused-vars -- the parameters are those of the class it merges with
export interface Value<out S extends Shape = Shape, out D extends DType = DType> extends TensorMethods {
  /**
   * The slices along the first axis: `const [a, b] = x`, `for (const row of x)`. Scalars, and symbolic tensors of unknown
   * size, cannot be iterated over.
   */
  readonly [Symbol.iterator]: () => IterableIterator<Value<Shape, D>>;
}

/** For what comes of `a + b`, and the like. */
export const operatorsHint =
  "JavaScript's operators do not work on tensors. Use ops, or methods: a.add(b), a.multiply(2); item() gives a scalar's number.";

/**
 * Base of everything that ops take and give: concrete and traced `Tensor`s, symbolic `KerasTensor`s.
 *
 * Every op is a method as well (`a.matmul(b).add(c)`); `src/ops/methods.ts` puts them here.
 */
export abstract class Value<out S extends Shape = Shape, out D extends DType = DType> {
  declare readonly "~family": ValueFamily;
  abstract readonly shape: S;
  abstract readonly dtype: D;

  /** Keeps `a * b` from being NaN: JavaScript's operators take numbers. */
  [Symbol.toPrimitive](hint: string): string | number {
    if (hint !== "number") return this.toString();
    throw new AntlerError(operatorsHint);
  }

  /** Number of axes. */
  get ndim(): number {
    return this.shape.length;
  }
}

/** A value on which an op cannot be computed, only recorded. */
export interface SymbolicValue extends Value {
  /** Makes the graph node of an op called with this value among its arguments. */
  recordOp(op: Op, args: BoundArguments): unknown;
}

export function isSymbolic(value: unknown): value is SymbolicValue {
  return value instanceof Value && "recordOp" in value;
}

/** True when any value inside nested arrays and objects is symbolic. */
export function containsSymbolic(value: unknown): boolean {
  if (isSymbolic(value)) return true;
  if (Array.isArray(value)) return value.some(containsSymbolic);
  if (typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.values(value).some(containsSymbolic);
  }
  return false;
}
