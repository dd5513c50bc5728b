import type { WeightOptions } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import { add } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { matmul } from "../../ops/products.ts";
import { TernaryDense } from "../core/ternary-dense.ts";
import { addEncoded, type EncodedWeight } from "./encoding.ts";
import { ternaryEncoding } from "./ternary-encoding.ts";

/**
 * A `TernaryDense` whose kernel is rounded for good and packed, under the same name in files.
 *
 * @see Keras `layers/core/ternary_dense.py`
 */
export class PackedTernaryDense extends TernaryDense {
  static readonly className = "TernaryDense";
  declare encoded: EncodedWeight;

  get isQuantizedForm(): boolean {
    return true;
  }

  override addWeight(options: WeightOptions = {}): Variable {
    if (options.name !== "kernel") return super.addWeight(options);
    const [inputs, units] = options.shape ?? [];
    const encoding = ternaryEncoding([inputs ?? 0, units ?? 0], this.threshold);
    this.encoded = addEncoded(this, encoding, (part) => super.addWeight(part));
    return this.kernel;
  }

  override call(inputs: Tensor): Tensor {
    const product = matmul(inputs, this.encoded.value) as Tensor; // SAFETY: tensors in, tensors out
    return this.activation(this.bias === null ? product : (add(product, this.bias) as Tensor)); // SAFETY: as above
  }

  override get storedVariables(): readonly Variable[] {
    return this.encoded.variablesWith(this.bias);
  }
}
