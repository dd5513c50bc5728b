import type { WeightOptions } from "../../graph/layer-base.ts";
import type { StoredVariables, VariableStore } from "../../graph/stored-operation.ts";
import type { Variable } from "../../graph/variable.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import { add } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { matmul } from "../../ops/products.ts";
import { Dense, type DenseOptions } from "../core/dense.ts";
import {
  asInt8,
  dequantized,
  loadInOrder,
  type QuantizationConfig,
  quantizationConfig,
  roundedInputs,
  saveInOrder,
} from "./int8.ts";

/** A `Dense` whose kernel is kept as 8-bit integers, as files of quantized models have it. @see Keras `layers/core/dense.py` */
export class Int8Dense extends Dense {
  static readonly className = "Dense";
  readonly quantizationMode = "int8";
  readonly quantizationConfig: QuantizationConfig;
  declare kernelScale: Variable;

  constructor({
    quantizationConfig: given,
    ...options
  }: DenseOptions & { readonly units: number; readonly quantizationConfig?: unknown }) {
    super(options);
    this.quantizationConfig = quantizationConfig(this.where, given);
  }

  override addWeight(options: WeightOptions = {}): Variable {
    return super.addWeight(options.name === "kernel" ? asInt8(options) : options);
  }

  override build(inputShape: Shape): void {
    super.build(inputShape);
    this.kernelScale = this.addWeight({
      name: "kernel_scale",
      shape: [this.units],
      initializer: "ones",
      trainable: false,
    });
  }

  override call(inputs: Tensor): unknown {
    const x = roundedInputs(inputs, [-1], this.quantizationConfig);
    const product = matmul(x, dequantized(this.kernel, this.kernelScale.value)) as Tensor; // SAFETY: tensors in, tensors out
    return this.activation(this.bias === null ? product : (add(product, this.bias) as Tensor)); // SAFETY: as above
  }

  override saveOwnVariables(store: VariableStore): void {
    saveInOrder([this.kernel, this.bias, this.kernelScale], store);
  }

  override loadOwnVariables(store: StoredVariables): void {
    loadInOrder(this, [this.kernel, this.bias, this.kernelScale], store);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), quantizationConfig: this.quantizationConfig };
  }
}
