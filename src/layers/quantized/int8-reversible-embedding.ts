import type { WeightOptions } from "../../graph/layer-base.ts";
import type { StoredVariables, VariableStore } from "../../graph/stored-operation.ts";
import type { Variable } from "../../graph/variable.ts";
import type { Shape } from "../../ir/shape-types/index.ts";
import { divide, multiply } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { matmul } from "../../ops/products.ts";
import { expandDims, transpose } from "../../ops/shape.ts";
import { tanh } from "../../ops/unary-math.ts";
import { ReversibleEmbedding, type ReversibleEmbeddingOptions } from "../core/reversible-embedding.ts";
import {
  asInt8,
  dequantized,
  loadInOrder,
  type QuantizationConfig,
  quantizationConfig,
  roundedInputs,
  saveInOrder,
} from "./int8.ts";
import { takeInt8 } from "./int8-embedding.ts";

interface Options extends ReversibleEmbeddingOptions {
  readonly inputDim: number;
  readonly outputDim: number;
  readonly quantizationConfig?: unknown;
}

/**
 * A `ReversibleEmbedding` whose vectors are kept as 8-bit integers, as files of quantized models have it.
 *
 * @see Keras `layers/core/reversible_embedding.py`
 */
export class Int8ReversibleEmbedding extends ReversibleEmbedding {
  static readonly className: string = "ReversibleEmbedding";
  readonly quantizationMode = "int8";
  readonly quantizationConfig: QuantizationConfig;
  declare embeddingsScale: Variable;
  declare reverseEmbeddingsScale: Variable | null;

  constructor({ quantizationConfig: given, ...options }: Options) {
    super(options);
    this.quantizationConfig = quantizationConfig(this.where, given);
  }

  override addWeight(options: WeightOptions = {}): Variable {
    return super.addWeight(/^(?:reverse_)?embeddings$/.test(options.name ?? "") ? asInt8(options) : options);
  }

  override build(inputShape: Shape): void {
    super.build(inputShape);
    const scale = (name: string): Variable =>
      this.addWeight({ name, shape: [this.inputDim], initializer: "ones", trainable: false });
    this.embeddingsScale = scale("embeddings_scale");
    this.reverseEmbeddingsScale = this.tieWeights ? null : scale("reverse_embeddings_scale");
  }

  override call(inputs: Tensor, { reverse = false }: { readonly reverse?: boolean } = {}): unknown {
    if (!reverse) {
      const indices = inputs.dtype === "int64" ? inputs : (cast(inputs, "int32") as Tensor); // SAFETY: tensors in, tensors out
      return cast(takeInt8(this.embeddings, this.embeddingsScale, indices), this.computeDtype);
    }
    const x = roundedInputs(inputs, [-1], this.quantizationConfig);
    const logits = matmul(x, this.#wayBack()) as Tensor; // SAFETY: as above
    const cap = this.logitSoftCap;
    return cap === null ? logits : multiply(tanh(divide(logits, cap)), cap);
  }

  #wayBack(): Tensor {
    const { reverseEmbeddings, reverseEmbeddingsScale } = this;
    if (reverseEmbeddings !== null && reverseEmbeddingsScale !== null)
      return dequantized(reverseEmbeddings, reverseEmbeddingsScale.value);
    const scale = expandDims(this.embeddingsScale.value, -1) as Tensor; // SAFETY: tensors in, tensors out
    return transpose(dequantized(this.embeddings, scale)) as Tensor; // SAFETY: as above
  }

  get #order(): readonly (Variable | null)[] {
    return [this.embeddings, this.embeddingsScale, this.reverseEmbeddings, this.reverseEmbeddingsScale];
  }

  override saveOwnVariables(store: VariableStore): void {
    saveInOrder(this.#order, store);
  }

  override loadOwnVariables(store: StoredVariables): void {
    loadInOrder(this, this.#order, store);
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), quantizationConfig: this.quantizationConfig };
  }
}
