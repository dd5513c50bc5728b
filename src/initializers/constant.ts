import { fromNumbers } from "../ir/numbers.ts";
import { sizeOf } from "../ir/shape.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { callable } from "../util/callable.ts";
import { bindParameters, type ParameterTable } from "../util/parameters.ts";
import { type InitializeOptions, Initializer } from "./initializer.ts";
import type { Constructor } from "../util/argument-types.ts";

class ConstantClass extends Initializer {
  static readonly className = "Constant";
  static readonly parameters: ParameterTable = { value: 0 };

  readonly value: number;

  constructor(...args: readonly unknown[]) {
    super();
    this.value = bindParameters<{ readonly value: number }>(
      "Constant",
      ConstantClass.parameters,
      args,
      [],
    ).value;
  }

  override invoke(shape: readonly number[], { dtype = "float32" }: InitializeOptions = {}): Tensor {
    return Tensor.fromData(
      fromNumbers(new Float64Array(sizeOf(shape)).fill(this.value), dtype),
      shape,
      dtype,
    );
  }

  override getConfig(): Readonly<Record<string, unknown>> {
    return { value: this.value };
  }
}

export type Constant = ConstantClass;

export interface ConstantConstructor extends Constructor<
  Constant,
  { readonly value?: number | undefined },
  [value: "value"]
> {}

/** All one value. @see Keras `initializers/constant_initializers.py` */
export const Constant: ConstantConstructor = callable<typeof ConstantClass, ConstantConstructor>(
  ConstantClass,
);
