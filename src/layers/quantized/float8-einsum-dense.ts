import type { Variable } from "../../graph/variable.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { einsum } from "../../ops/einsum.ts";
import { EinsumDense } from "../core/einsum-dense.ts";
import { addScalings, float8Call, type Float8Scalings, float8Variables } from "./float8.ts";

/** An `EinsumDense` that rounds to floats of 8 bits, in training as well. @see Keras `layers/core/einsum_dense.py` */
export class Float8EinsumDense extends EinsumDense {
  static readonly className = "EinsumDense";
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

  override call(inputs: Tensor, { training }: { readonly training?: boolean | null } = {}): Tensor {
    return float8Call(this, inputs, training === true, (x, kernel) => einsum(this.equation, x, kernel));
  }

  override get storedVariables(): readonly Variable[] {
    return float8Variables(this);
  }
}
