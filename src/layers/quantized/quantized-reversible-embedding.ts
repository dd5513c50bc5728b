import type { WeightOptions } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import { divide, multiply } from "../../ops/arithmetic.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { matmul } from "../../ops/products.ts";
import { transpose } from "../../ops/shape.ts";
import { tanh } from "../../ops/unary-math.ts";
import type { MainWeight } from "../core/adaptable-layer.ts";
import { ReversibleEmbedding } from "../core/reversible-embedding.ts";
import { addEncoded, type EncodedWeight, type Encoding, int8Encoding } from "./encoding.ts";
import { int4Encoding } from "./int4-encoding.ts";
import { rowsAt, rowsEncoding, vectorsAt } from "./quantized-embedding.ts";
import { roundedInputs, weightQuantizerOf } from "./rounded-inputs.ts";
import { blockSizeOf, configOf } from "./settings.ts";

/**
 * A `ReversibleEmbedding` whose vectors are kept as integers, under the same name in files.
 *
 * @see Keras `layers/core/reversible_embedding.py`
 */
export class QuantizedReversibleEmbedding extends ReversibleEmbedding {
  static readonly className: string = "ReversibleEmbedding";
  declare encoded: EncodedWeight;
  /** The way back, where its vectors are others. */
  declare encodedReverse: EncodedWeight | undefined;
  declare embeddingsScale: Variable;
  declare reverseEmbeddingsScale: Variable | undefined;

  override get isQuantizedForm(): boolean {
    return true;
  }

  override addWeight(options: WeightOptions = {}): Variable {
    const add = (part: WeightOptions): Variable => super.addWeight(part);
    if (options.name === "embeddings") {
      this.encoded = addEncoded(this, rowsEncoding(this, [this.inputDim, this.outputDim]), add);
      return this.embeddings;
    }
    if (options.name !== "reverse_embeddings") return super.addWeight(options);
    this.encodedReverse = addEncoded(this, reverseEncoding(this), add);
    return this.encodedReverse.variables[0] ?? this.embeddings;
  }

  override get mainWeight(): MainWeight {
    return { ...super.mainWeight, shape: this.encoded.encoding.shape };
  }

  override call(inputs: Tensor, { reverse = false }: { readonly reverse?: boolean } = {}): Tensor {
    if (!reverse) {
      const adapted = this.withLowRank(vectorsAt(this.encoded, inputs), (a) => rowsAt(a, inputs));
      return cast(adapted, this.computeDtype);
    }
    const x = roundedInputs(inputs, -1, configOf(this));
    const way = this.encodedReverse?.value ?? (transpose(this.encoded.value) as Tensor); // SAFETY: as above
    const logits = matmul(x, cast(way, x.dtype)) as Tensor; // SAFETY: as above
    const cap = this.logitSoftCap;
    return cap === null ? logits : multiply(tanh(divide(logits, cap)), cap);
  }

  protected override mergedWeight(): ReadonlyMap<Variable, Tensor> {
    return this.encoded.encoded(this.adapted(this.encoded.value));
  }

  override get storedVariables(): readonly Variable[] {
    return [...this.encoded.variables, ...(this.encodedReverse?.variables ?? [])];
  }
}

/** Of the vectors of the way back: scales lie along the indices. */
function reverseEncoding(layer: QuantizedReversibleEmbedding): Encoding {
  const [name, shape] = ["reverse_embeddings", [layer.outputDim, layer.inputDim] as const];
  const quantizer = weightQuantizerOf(layer);
  if (layer.quantizationMode !== "int4")
    return int8Encoding({ name, shape, axes: 0, scaleShape: [layer.inputDim], quantizer });
  return int4Encoding({
    name,
    shape,
    axis: 0,
    packAxis: 0,
    blockSize: blockSizeOf(layer),
    quantizer,
    blocks: () => layer.encoded.named("g_idx"),
    zeroDtype: null,
  });
}
