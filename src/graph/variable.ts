import { getBackend } from "../backend/index.ts";
import type { Backend, DeviceBuffer } from "../backend/contract.ts";
import { type DType, isFloat, type TypedArray } from "../ir/dtypes.ts";
import { currentBuilder } from "../ir/program.ts";
import { formatShape, sameShape } from "../ir/shape.ts";
import { isTypedArray, type TensorHolder, type TensorInput, toValue } from "../ops/core/convert.ts";
import { currentScope, outsideTrace, type StateCell } from "../ops/core/scope.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { add, subtract } from "../ops/arithmetic.ts";
import { cast } from "../ops/cast.ts";
import { callable } from "../util/callable.ts";
import { ShapeError } from "../util/errors.ts";
import { autocastDType } from "./autocast.ts";
import { autoName, pathOf } from "./naming.ts";

/** How a weight's value is kept within bounds after each update. */
export type Constraint = (value: Tensor) => Tensor;

/** A penalty on a weight's value: a scalar. */
export type Regularizer = (value: Tensor) => Tensor;

export interface VariableOptions {
  readonly dtype?: DType | undefined;
  /** Whether optimizers update it. Default true. */
  readonly trainable?: boolean | undefined;
  /** Whether layers in mixed precision read it in their compute dtype. Default true. */
  readonly autocast?: boolean | undefined;
  /** Whether optimizers replace it by what stands in for its gradient. Default false. */
  readonly overwriteWithGradient?: boolean | undefined;
  /** Default `variable`, `variable_1`, … */
  readonly name?: string | undefined;
  readonly regularizer?: Regularizer | null | undefined;
  readonly constraint?: Constraint | null | undefined;
}

class VariableClass implements TensorHolder, StateCell {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly name: string;
  /** Where it belongs: `encoder/dense/kernel`. */
  readonly path: string;
  readonly autocast: boolean;
  trainable: boolean;
  /** Whether it was trainable when it was made, by which layers list their weights. */
  readonly madeTrainable: boolean;
  /** Whether optimizers replace it by what stands in for its gradient, as float8 layers' scales are. */
  readonly overwriteWithGradient: boolean;
  regularizer: Regularizer | null;
  constraint: Constraint | null;
  static {
    // What consoles print: the elements rather than the fields.
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      value(this: VariableClass) {
        return this.toString();
      },
    });
  }

  #backend: Backend;
  #buffer: DeviceBuffer;
  #snapshot: Tensor | null = null;

  constructor(value: TensorInput, options: VariableOptions = {}) {
    const tensor = outsideTrace(() => concrete(value, options.dtype));
    this.shape = tensor.dims;
    this.dtype = tensor.dtype;
    this.name = options.name ?? autoName("variable");
    this.path = pathOf(this.name);
    this.madeTrainable = this.trainable = options.trainable ?? true;
    this.overwriteWithGradient = options.overwriteWithGradient ?? false;
    this.autocast = options.autocast ?? true;
    this.regularizer = options.regularizer ?? null;
    this.constraint = options.constraint ?? null;
    this.#backend = getBackend();
    this.#buffer = this.#backend.allocate({ shape: this.shape, dtype: this.dtype }, tensor.storedSync());
  }

  /** The present value; in mixed precision, inside a layer, in the layer's compute dtype. */
  get value(): Tensor {
    const scope = currentScope();
    const value = scope === null ? this.#read() : scope.read(this);
    const to = autocastDType();
    // SAFETY: cast of a Tensor is a Tensor.
    return to !== null && to !== value.dtype && this.autocast && isFloat(this.dtype)
      ? (cast(value, to) as Tensor)
      : value;
  }

  toTensor(): Tensor {
    return this.value;
  }

  get ndim(): number {
    return this.shape.length;
  }

  get size(): number {
    return this.shape.reduce((product, dim) => product * dim, 1);
  }

  /** The device memory that compiled programs work on. After writing to it, call `invalidate`. */
  get buffer(): DeviceBuffer {
    const backend = getBackend();
    if (backend !== this.#backend) {
      this.#buffer = backend.allocate({ shape: this.shape, dtype: this.dtype }, this.#buffer.read());
      this.#backend = backend;
    }
    return this.#buffer;
  }

  /** Forgets the host's copy of the value: a program has changed the device's. */
  invalidate(): void {
    this.#snapshot = null;
  }

  /**
   * Replaces the value. A flat typed array with as many elements takes the variable's shape.
   *
   * @throws {ShapeError} when the shape differs.
   */
  assign(value: TensorInput): this {
    const scope = currentScope();
    if (scope !== null && currentBuilder() !== null) {
      const tensor = cast(toValue(value), this.dtype) as Tensor; // SAFETY: no symbolic values inside a step
      this.#check(tensor.shape);
      scope.assign(this, tensor);
      return this;
    }
    const given = concrete(value, this.dtype);
    const isFlat = isTypedArray(value) && given.size === this.size;
    const tensor = isFlat ? Tensor.fromData(given.storedSync(), this.shape, this.dtype) : given;
    this.#check(tensor.shape);
    this.buffer.write(tensor.storedSync());
    this.#snapshot = null;
    return this;
  }

  /** Replaces the value by elements of the variable's own dtype, in row-major order. */
  assignData(data: TypedArray): void {
    this.buffer.write(data);
    this.#snapshot = null;
  }

  assignAdd(value: TensorInput): this {
    return this.assign(add(this.#exact(), toValue(value)) as Tensor); // SAFETY: tensors in, tensor out
  }

  assignSub(value: TensorInput): this {
    return this.assign(subtract(this.#exact(), toValue(value)) as Tensor); // SAFETY: tensors in, tensor out
  }

  /** The elements; a copy. 16-bit floats as numbers in a `Float32Array`. */
  dataSync(): TypedArray {
    return this.#read().dataSync();
  }

  /** The elements as programs and files hold them: 16-bit floats as their bits. Not to be written to. */
  storedSync(): TypedArray {
    return this.#read().storedSync();
  }

  toString(): string {
    const { path, shape, dtype } = this;
    // A tensor's text without its first word, `Tensor(`.
    const text =
      this.size <= 100 ? String(this.value).slice(7) : `shape=${formatShape(shape)}, dtype=${dtype})`;
    return `Variable(path=${path}, ${text}`;
  }

  /** The value without autocast. */
  #exact(): Tensor {
    return currentScope()?.read(this) ?? this.#read();
  }

  #read(): Tensor {
    this.#snapshot ??= Tensor.fromData(this.buffer.read(), this.shape, this.dtype);
    return this.#snapshot;
  }

  #check(shape: readonly (number | null)[]): void {
    if (sameShape(shape, this.shape)) return;
    throw new ShapeError(
      `${this.path}: expected a value of shape ${formatShape(this.shape)}, received ${formatShape(shape)}.`,
    );
  }
}

export type Variable = VariableClass;

export interface VariableConstructor {
  (value: TensorInput, options?: VariableOptions): Variable;
  new (value: TensorInput, options?: VariableOptions): Variable;
}

/**
 * A value that lives on the device and changes: a weight, an optimizer's slot, a metric's sum, a counter.
 *
 * Inside a compiled step, reading and assigning it become part of the step. Any op takes it like a tensor.
 *
 * @see Keras `backend/common/variables.py`
 */
export const Variable: VariableConstructor = callable<typeof VariableClass, VariableConstructor>(
  VariableClass,
);

/** A concrete tensor of a dtype (default: the value's own; float32 for numbers). */
function concrete(value: TensorInput, dtype: DType | undefined): Tensor {
  const tensor = toValue(
    value,
    value !== null && typeof value === "number" ? (dtype ?? "float32") : undefined,
  ) as Tensor; // SAFETY: not symbolic: variables hold numbers
  return dtype === undefined || tensor.dtype === dtype ? tensor : (cast(tensor, dtype) as Tensor); // SAFETY: tensor in, tensor out
}
