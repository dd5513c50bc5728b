import { bytesOf, type DType, type ElementsOf, type TypedArray, type TypedArrayOf } from "../../ir/dtypes.ts";
import { toElements, toNumbers } from "../../ir/numbers.ts";
import { type Aval, currentBuilder, Var } from "../../ir/program.ts";
import * as p from "./primitives/index.ts";
import { formatShape, sizeOf } from "../../ir/shape.ts";
import type { Cast, DefaultDType, Shape, TensorFamily } from "../../ir/shape-types/index.ts";
import { AntlerError, invariant } from "../../util/errors.ts";
import { Value } from "./value.ts";

/** Numbers in nested arrays, as `tensor.array()` gives them; a scalar is a bare number. */
export type NestedNumbers = number | readonly NestedNumbers[];

/** `NestedNumbers` of a shape S: `number[][]` for two axes. */
export type NumbersOf<S extends Shape> = number extends S["length"]
  ? NestedNumbers
  : S extends readonly [unknown, ...infer Rest extends Shape]
    ? NumbersOf<Rest>[]
    : number;

/** The family of concrete tensors, for shape rules. */
export interface ConcreteFamily extends TensorFamily {
  readonly symbolic: false;
  readonly tensor: Tensor<Cast<this["shape"], Shape>, Cast<this["dtype"], DType>>;
}

/** Data as an input of the program being traced, where an enclosing builder wants it so. */
function hoist(data: TypedArray, aval: Aval): Var | null {
  for (let builder = currentBuilder(); builder !== null; builder = builder.parent) {
    if (builder.hoist !== null) return builder.hoist(data, aval);
  }
  return null;
}

/** Data in memory, or a value of the program being traced. */
type Storage = TypedArray | Var;

/**
 * An n-dimensional array: concrete (its elements are in memory) or, inside a compiled step, a value being traced.
 *
 * Tensors are immutable, and garbage-collected like any object. Made by `tensor(…)`, by ops and by models.
 */
export class Tensor<out S extends Shape = Shape, out D extends DType = DefaultDType<S>> extends Value<S, D> {
  declare readonly "~family": ConcreteFamily;
  declare readonly [Symbol.iterator]: () => IterableIterator<Tensor<Shape, D>>;
  override readonly shape: S;
  override readonly dtype: D;
  readonly #storage: Storage;
  /** True for what was a bare JavaScript number: it takes the dtype of what it meets. */
  readonly isWeak: boolean;

  private constructor(storage: Storage, shape: S, dtype: D, isWeak: boolean) {
    super();
    this.#storage = storage;
    this.shape = shape;
    this.dtype = dtype;
    this.isWeak = isWeak;
  }

  /** A concrete tensor around an array (not copied) that holds its elements in row-major order. */
  static fromData(data: TypedArray, shape: readonly number[], dtype: DType, isWeak = false): Tensor {
    invariant(
      data.length === sizeOf(shape),
      `data of ${data.length} elements for shape ${formatShape(shape)}`,
    );
    invariant(data.BYTES_PER_ELEMENT === bytesOf(dtype), `${data.constructor.name} for ${dtype}`);
    return new Tensor<Shape, DType>(data, shape, dtype, isWeak);
  }

  /** A tensor that stands for a value of the program being traced. */
  static traced(value: Var, isWeak = false): Tensor {
    return new Tensor<Shape, DType>(value, value.shape, value.dtype, isWeak);
  }

  /** Itself: a variable's value is a tensor, and a tensor its own. */
  get value(): this {
    return this;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.dims);
  }

  /** The shape as plain numbers: a tensor has no unknown sizes. */
  get dims(): readonly number[] {
    return this.shape.map((dim) => dim ?? 0);
  }

  /** True inside a compiled step, where elements do not exist yet. */
  get isTraced(): boolean {
    return this.#storage instanceof Var;
  }

  /** Whether the elements can be had: also inside a step when it is compiled with `runEagerly`. */
  get hasElements(): boolean {
    return !(this.#storage instanceof Var) || this.#storage.builder.peek !== null;
  }

  /** The value in the program being traced; a concrete tensor becomes a constant of it. */
  get traced(): Var {
    if (this.#storage instanceof Var) return this.#storage;
    invariant(currentBuilder() !== null, "a tensor was lifted outside a trace");
    // A number written in the code stays in the program; a tensor is data, which may differ in the next run.
    const hoisted =
      this.size > 1 || !this.isWeak ? hoist(this.#storage, { shape: this.dims, dtype: this.dtype }) : null;
    if (hoisted !== null) return hoisted;
    if (this.size !== 1 || this.dtype === "int64" || this.dtype === "uint64") {
      return p.literal(this.#storage, this.dims, this.dtype);
    }
    return p.full(toNumbers(this.#storage, this.dtype)[0] ?? 0, this.dims, this.dtype);
  }

  /**
   * The elements in row-major order; bool as 0 and 1, 16-bit floats as numbers in a `Float32Array`. Not to be written to.
   *
   * @throws {AntlerError} inside a compiled step, where there are none yet.
   */
  dataSync(): ElementsOf[D] {
    return toElements<D>(this.storedSync(), this.dtype);
  }

  /** The elements as programs and files hold them: as `dataSync`, but 16-bit floats as their bits. */
  storedSync(): TypedArrayOf[D] {
    if (this.#storage instanceof Var) {
      const { peek } = this.#storage.builder;
      if (peek !== null) return peek(this.#storage) as TypedArrayOf[D]; // SAFETY: an array of the value's dtype
      throw new AntlerError(
        currentBuilder() === null
          ? `a tensor of shape ${formatShape(this.shape)} belongs to a computation that has ended, and was not among its results. Return it: valueAndGrad(() => [loss, predictions], variables) gives it as \`aux\`; in a custom layer, return it from call.`
          : `a tensor of shape ${formatShape(this.shape)} has no elements yet: it is being traced into a compiled step. Compute with ops instead (ops.where or ops.cond to choose), or compile with { runEagerly: true } to step through.`,
      );
    }
    return this.#storage as TypedArrayOf[D]; // SAFETY: fromData pairs array and dtype
  }

  /** The elements in row-major order. */
  async data(): Promise<ElementsOf[D]> {
    return this.dataSync();
  }

  /** The elements as nested arrays of numbers (a bare number for a scalar). */
  arraySync<T extends Tensor>(this: T): NumbersOf<T["shape"]> {
    const numbers = toNumbers(this.storedSync(), this.dtype);
    let at = 0;
    const build = (axis: number): NestedNumbers =>
      axis === this.shape.length
        ? (numbers[at++] ?? 0)
        : Array.from({ length: this.dims[axis] ?? 0 }, () => build(axis + 1));
    return build(0) as NumbersOf<T["shape"]>; // SAFETY: nested as the shape is
  }

  /** The elements as nested arrays of numbers (a bare number for a scalar). */
  async array<T extends Tensor>(this: T): Promise<NumbersOf<T["shape"]>> {
    return this.arraySync();
  }

  /** The single element as a number. */
  item(): number {
    if (this.size !== 1)
      throw new AntlerError(`item(): expected one element, received shape ${formatShape(this.shape)}.`);
    return toNumbers(this.storedSync(), this.dtype)[0] ?? 0;
  }

  override toString(): string {
    const content = !this.hasElements ? "traced" : this.size <= 100 ? JSON.stringify(this.arraySync()) : "…";
    return `Tensor(shape=${formatShape(this.shape)}, dtype=${this.dtype}, ${content})`;
  }
}
