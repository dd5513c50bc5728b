import type { Variable } from "../../graph/variable.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import { add } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { matmul } from "../../ops/products.ts";
import { Dense } from "../core/dense.ts";
import { addScalings, float8Bias, float8Product, type Float8Scalings, scalingVariables } from "./float8.ts";

/** A `Dense` that rounds to floats of 8 bits, in training as well. @see Keras `layers/core/dense.py` */
export class Float8Dense extends Dense {
  static readonly className = "Dense";
  declare scalings: Float8Scalings;

  override get isQuantizedForm(): boolean {
    return true;
  }

  override build(inputShape: Shape): void {
    this.addScalings();
    super.build(inputShape);
  }

  addScalings(): void {
    this.scalings = addScalings(this, (options) => this.addWeight(options));
  }

  override call(inputs: Tensor, { training }: { readonly training?: boolean | null } = {}): unknown {
    const dtype = this.computeDtype;
    const { value: kernel } = this.kernel;
    const given = { inputs, kernel, training: training === true, dtype };
    const product = float8Product(this.scalings, given, (x, w) => matmul(x, w) as Tensor); // SAFETY: tensors in, tensors out
    const sum = this.bias === null ? product : (add(product, float8Bias(this.bias, dtype)) as Tensor); // SAFETY: as above
    return this.activation(sum);
  }

  override get storedVariables(): readonly Variable[] {
    const own = [this.kernel, this.bias].filter((one) => one !== null);
    return [...own, ...scalingVariables(this.scalings)];
  }
}
