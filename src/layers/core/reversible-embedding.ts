import type { CallArguments } from "../../graph/call-arguments.ts";
import type { LayerCall } from "../../graph/layer.ts";
import type { Variable } from "../../graph/variable.ts";
import { type DType, isFloat } from "../../ir/dtypes.ts";
import type { Shape, WideRule } from "../../ir/shape-types/index.ts";
import { divide, multiply } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { matmul } from "../../ops/products.ts";
import { transpose } from "../../ops/shape.ts";
import { tanh } from "../../ops/unary-math.ts";
import { callable } from "../../util/callable.ts";
import { type ParameterTable, bindParameters, layerOptionNames, required } from "../../util/parameters.ts";
import { adaptationNames } from "./adaptable-layer.ts";
import { EmbeddingLayer, type EmbeddingOptions } from "./embedding.ts";
import type { Fixed, LayerConstructorOf } from "../constructor.ts";

export interface ReversibleEmbeddingOptions<D extends DType = DType> extends Omit<
  EmbeddingOptions<number, D>,
  "weights"
> {
  /** Whether the way back uses the same vectors. Default true. */
  readonly tieWeights?: boolean | undefined;
  /** Dtype of the way back. Default: the compute dtype. */
  readonly reverseDtype?: DType | null | undefined;
  /** Limits the logits of the way back to `±logitSoftCap`, by a tanh. Default none. */
  readonly logitSoftCap?: number | null | undefined;
}

class ReversibleEmbeddingLayer extends EmbeddingLayer {
  static override readonly className: string = "ReversibleEmbedding";
  static override readonly parameters: ParameterTable = {
    inputDim: required,
    outputDim: required,
    tieWeights: true,
    embeddingsInitializer: "uniform",
    embeddingsRegularizer: null,
    embeddingsConstraint: null,
    maskZero: false,
    reverseDtype: null,
    logitSoftCap: null,
  };
  static override readonly callArguments: CallArguments = {
    tensors: ["inputs"],
    options: ["reverse", "training"],
  };

  readonly tieWeights: boolean;
  readonly reverseDtype: DType | null;
  readonly logitSoftCap: number | null;
  declare reverseEmbeddings: Variable | null;

  constructor(...args: readonly unknown[]) {
    super(...args);
    const { parameters } = ReversibleEmbeddingLayer;
    const given = bindParameters<ReversibleEmbeddingOptions>("ReversibleEmbedding", parameters, args, [
      ...layerOptionNames,
      ...adaptationNames,
      "inputLength",
    ]);
    this.tieWeights = given.tieWeights ?? true;
    this.reverseDtype = given.reverseDtype ?? null;
    this.logitSoftCap = given.logitSoftCap ?? null;
  }

  override build(inputShape: Shape): void {
    super.build(inputShape);
    this.reverseEmbeddings = this.tieWeights
      ? null
      : this.addWeight({
          name: "reverse_embeddings",
          shape: [this.outputDim, this.inputDim],
          initializer: this.embeddingsInitializer,
        });
  }

  override call(inputs: Tensor, { reverse = false }: { readonly reverse?: boolean } = {}): Tensor {
    if (!reverse) return super.call(inputs);
    const dtype = this.reverseDtype ?? this.computeDtype;
    const kernel: Tensor =
      this.reverseEmbeddings === null
        ? transpose(this.adapted(this.embeddings.value))
        : this.reverseEmbeddings.value;
    const logits: Tensor = matmul(cast(inputs, dtype), cast(kernel, dtype));
    const cap = this.logitSoftCap;
    return cap === null ? logits : multiply(tanh(divide(logits, cap)), cap);
  }

  /** Only indices have a mask. */
  override computeMask(inputs: unknown): unknown {
    const { dtype } = inputs as Tensor; // SAFETY: one tensor, or a symbolic one
    return isFloat(dtype) ? null : super.computeMask(inputs);
  }
}

export interface ReversibleEmbedding extends ReversibleEmbeddingLayer, LayerCall<WideRule> {}

export interface ReversibleEmbeddingConstructor extends LayerConstructorOf<
  Fixed<ReversibleEmbedding>,
  { readonly inputDim: number; readonly outputDim: number },
  [inputDim: "inputDim", outputDim: "outputDim"],
  ReversibleEmbeddingOptions,
  [
    tieWeights: "tieWeights",
    embeddingsInitializer: "embeddingsInitializer",
    embeddingsRegularizer: "embeddingsRegularizer",
    embeddingsConstraint: "embeddingsConstraint",
    maskZero: "maskZero",
    reverseDtype: "reverseDtype",
    logitSoftCap: "logitSoftCap",
  ]
> {}

/**
 * An embedding that also goes back: called with `{ reverse: true }`, it turns vectors into a logit for each index.
 *
 * Shapes: `[batch, …]` → `[batch, …, outputDim]`; reversed `[batch, …, outputDim]` → `[batch, …, inputDim]`.
 *
 * @throws {OptionError} when a size is not a positive integer.
 * @see Keras `layers/core/reversible_embedding.py`
 */
export const ReversibleEmbedding: ReversibleEmbeddingConstructor = callable<
  typeof ReversibleEmbeddingLayer,
  ReversibleEmbeddingConstructor
>(ReversibleEmbeddingLayer);
