import type { WeightOptions } from "../../graph/layer-base.ts";
import type { StoredVariables, VariableStore } from "../../graph/stored-operation.ts";
import type { Variable } from "../../graph/variable.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import { divide } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { take } from "../../ops/taking.ts";
import { expandDims } from "../../ops/shape.ts";
import { Embedding, type EmbeddingOptions } from "../core/embedding.ts";
import { asInt8, loadInOrder, type QuantizationConfig, quantizationConfig, saveInOrder } from "./int8.ts";

interface Options extends EmbeddingOptions {
  readonly inputDim: number;
  readonly outputDim: number;
  readonly quantizationConfig?: unknown;
}

/** Vectors at indices, in floats again. */
export function takeInt8(integers: Variable, scale: Variable, indices: Tensor): Tensor {
  const rows = take(integers.value, indices, { axis: 0 }) as Tensor; // SAFETY: tensors in, tensors out
  const scales = expandDims(take(scale.value, indices, { axis: 0 }) as Tensor, -1) as Tensor; // SAFETY: as above
  return divide(cast(rows, scales.dtype) as Tensor, scales) as Tensor; // SAFETY: as above
}

/**
 * An `Embedding` whose vectors are kept as 8-bit integers, as files of quantized models have it.
 *
 * @see Keras `layers/core/embedding.py`
 */
export class Int8Embedding extends Embedding {
  static readonly className: string = "Embedding";
  readonly quantizationMode = "int8";
  readonly quantizationConfig: QuantizationConfig;
  declare embeddingsScale: Variable;

  constructor({ quantizationConfig: given, ...options }: Options) {
    super(options);
    this.quantizationConfig = quantizationConfig(this.where, given);
  }

  override addWeight(options: WeightOptions = {}): Variable {
    return super.addWeight(options.name === "embeddings" ? asInt8(options) : options);
  }

  override build(inputShape: Shape): void {
    super.build(inputShape);
    this.embeddingsScale = this.addWeight({
      name: "embeddings_scale",
      shape: [this.inputDim],
      initializer: "ones",
      trainable: false,
    });
  }

  override call(inputs: Tensor): unknown {
    const indices = inputs.dtype === "int64" ? inputs : (cast(inputs, "int32") as Tensor); // SAFETY: tensors in, tensors out
    return cast(takeInt8(this.embeddings, this.embeddingsScale, indices), this.computeDtype);
  }

  override saveOwnVariables(store: VariableStore): void {
    saveInOrder([this.embeddings, this.embeddingsScale], store);
  }

  override loadOwnVariables(store: StoredVariables): void {
    loadInOrder(this, [this.embeddings, this.embeddingsScale], store);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), quantizationConfig: this.quantizationConfig };
  }
}
