import { fromNumbers } from "../ir/numbers.ts";
import { sizeOf } from "../ir/shape.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { callable } from "../util/callable.ts";
import { type InitializeOptions, Initializer } from "./initializer.ts";

class OnesClass extends Initializer {
  static readonly className = "Ones";

  override invoke(shape: readonly number[], { dtype = "float32" }: InitializeOptions = {}): Tensor {
    return Tensor.fromData(fromNumbers(new Float64Array(sizeOf(shape)).fill(1), dtype), shape, dtype);
  }
}

export type Ones = OnesClass;

export interface OnesConstructor {
  (options?: Readonly<Record<string, never>>): Ones;
  new (options?: Readonly<Record<string, never>>): Ones;
}

/** All ones. @see Keras `initializers/constant_initializers.py` */
export const Ones: OnesConstructor = callable<typeof OnesClass, OnesConstructor>(OnesClass);
