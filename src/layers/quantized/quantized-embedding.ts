import type { WeightOptions } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { take } from "../../ops/taking.ts";
import type { AdaptableLayer, MainWeight } from "../core/adaptable-layer.ts";
import { Embedding } from "../core/embedding.ts";
import { addEncoded, beside, type EncodedWeight, type Encoding, int8Encoding } from "./encoding.ts";
import { int4Encoding } from "./int4-encoding.ts";
import { weightQuantizerOf } from "./rounded-inputs.ts";
import { blockSizeOf } from "./settings.ts";

/** Vectors as integers, each with its own scale (of 8 bits), or with one for each block of it (of 4 bits). */
export function rowsEncoding(layer: AdaptableLayer, shape: readonly [number, number]): Encoding {
  const [name, quantizer] = ["embeddings", weightQuantizerOf(layer)];
  return layer.quantizationMode === "int4"
    ? int4Encoding({ name, shape, axis: -1, packAxis: -1, blockSize: blockSizeOf(layer), quantizer })
    : int8Encoding({ name, shape, axes: -1, scaleShape: [shape[0]], fromStored: beside, quantizer });
}

/** Rows at indices. */
export function rowsAt(x: Tensor, inputs: Tensor): Tensor {
  const indices = inputs.dtype === "int64" ? inputs : cast(inputs, "int32");
  return take(x, indices, { axis: 0 });
}

/** Vectors at indices, in floats again. */
export function vectorsAt({ encoding, variables }: EncodedWeight, inputs: Tensor): Tensor {
  return encoding.decode(
    variables.map(({ name, value }) => (name === "g_idx" ? value : rowsAt(value, inputs))),
  );
}

/**
 * An `Embedding` whose vectors are kept as integers, under the same name in files.
 *
 * @see Keras `layers/core/embedding.py`
 */
export class QuantizedEmbedding extends Embedding {
  static readonly className: string = "Embedding";
  declare encoded: EncodedWeight;
  declare embeddingsScale: Variable;

  override get isQuantizedForm(): boolean {
    return true;
  }

  override addWeight(options: WeightOptions = {}): Variable {
    if (options.name !== "embeddings") return super.addWeight(options);
    const encoding = rowsEncoding(this, [this.inputDim, this.outputDim]);
    this.encoded = addEncoded(this, encoding, (part) => super.addWeight(part));
    return this.embeddings;
  }

  override get mainWeight(): MainWeight {
    return { ...super.mainWeight, shape: this.encoded.encoding.shape };
  }

  override call(inputs: Tensor): Tensor {
    const adapted = this.withLowRank(vectorsAt(this.encoded, inputs), (a) => rowsAt(a, inputs));
    return cast(adapted, this.computeDtype);
  }

  protected override mergedWeight(): ReadonlyMap<Variable, Tensor> {
    return this.encoded.encoded(this.adapted(this.encoded.value));
  }

  override get storedVariables(): readonly Variable[] {
    return this.encoded.variables;
  }
}
