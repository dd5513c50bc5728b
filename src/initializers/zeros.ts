import { allocate } from "../ir/dtypes.ts";
import { sizeOf } from "../ir/shape.ts";
import { Tensor } from "../ops/core/tensor.ts";
import { callable } from "../util/callable.ts";
import { type InitializeOptions, Initializer } from "./initializer.ts";

class ZerosInitializer extends Initializer {
  static readonly className = "Zeros";

  override invoke(shape: readonly number[], { dtype = "float32" }: InitializeOptions = {}): Tensor {
    return Tensor.fromData(allocate(dtype, sizeOf(shape)), shape, dtype);
  }
}

export interface ZerosConstructor {
  (options?: Readonly<Record<string, never>>): Zeros;
  new (options?: Readonly<Record<string, never>>): Zeros;
}
export type Zeros = ZerosInitializer;
/** All zeros. @see Keras `initializers/constant_initializers.py` */
export const Zeros: ZerosConstructor = callable<typeof ZerosInitializer, ZerosConstructor>(ZerosInitializer);
