import type { DType } from "../ir/dtypes.ts";
import { fromNumbers } from "../ir/numbers.ts";
import { formatShape, sizeOf } from "../ir/shape.ts";
import { makeTensor, type TensorInput, toValue } from "../ops/core/convert.ts";
import { cast } from "../ops/cast.ts";
import { type NestedNumbers, Tensor } from "../ops/core/tensor.ts";
import { broadcastTo } from "../ops/shape.ts";
import { callable } from "../util/callable.ts";
import { OptionError, ShapeError } from "../util/errors.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { type InitializeOptions, Initializer } from "./initializer.ts";
import type { Constructor } from "../util/argument-types.ts";

class ConstantClass extends Initializer {
  static readonly className = "Constant";
  static readonly parameters: ParameterTable = { value: 0 };

  /** A number, or numbers nested as the weight's axes are. */
  readonly value: NestedNumbers;

  constructor(...args: readonly unknown[]) {
    super();
    const { value } = bindParameters<{ readonly value: TensorInput }>(
      "Constant",
      ConstantClass.parameters,
      args,
      [],
    );
    this.value = typeof value === "number" ? value : numbersOf(value);
  }

  override invoke(shape: readonly number[], { dtype = "float32" }: InitializeOptions = {}): Tensor {
    if (typeof this.value !== "number") return this.#spread(makeTensor(this.value), shape, dtype);
    return Tensor.fromData(
      fromNumbers(new Float64Array(sizeOf(shape)).fill(this.value), dtype),
      shape,
      dtype,
    );
  }

  #spread(value: Tensor, shape: readonly number[], dtype: DType): Tensor {
    const { dims } = value;
    const fits =
      dims.length <= shape.length &&
      dims.toReversed().every((dim, i) => dim === 1 || dim === shape.at(-1 - i));
    if (!fits)
      throw new ShapeError(
        `Constant: expected a value for a weight of shape ${formatShape(shape)}, or one that broadcasts to it; received shape ${formatShape(dims)}.`,
      );
    return cast(broadcastTo(value, shape), dtype);
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { value: this.value };
  }
}

function numbersOf(given: TensorInput): NestedNumbers {
  const value = toValue(given);
  if (value instanceof Tensor) return value.arraySync();
  throw new OptionError(
    "Constant: expected numbers as `value`, received a symbolic tensor, which has none yet.",
  );
}

export type Constant = ConstantClass;

export interface ConstantConstructor extends Constructor<
  Constant,
  { readonly value?: TensorInput | undefined },
  [value: "value"]
> {}

/** All one value; or given values, such as a matrix of embeddings, which broadcast to the weight's shape. @see Keras `initializers/constant_initializers.py` */
export const Constant: ConstantConstructor = callable<typeof ConstantClass, ConstantConstructor>(
  ConstantClass,
);
