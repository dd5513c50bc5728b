import type { WeightOptions } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import { cast } from "../../ops/cast.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { take } from "../../ops/taking.ts";
import type { AdaptableLayer, MainWeight } from "../core/adaptable-layer.ts";
import { Embedding } from "../core/embedding.ts";
import { beside, EncodedWeight, type Encoding, int8Encoding, keepFields } from "./encoding.ts";
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

/** Vectors at indices, in floats again. */
export function takeRows({ encoding, variables }: EncodedWeight, inputs: Tensor): Tensor {
  const indices = inputs.dtype === "int64" ? inputs : (cast(inputs, "int32") as Tensor); // SAFETY: tensors in, tensors out
  return encoding.decode(
    variables.map(
      ({ name, value }) => (name === "g_idx" ? value : (take(value, indices, { axis: 0 }) as Tensor)), // SAFETY: as above
    ),
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
    this.encoded = new EncodedWeight(encoding, (part) => super.addWeight(part));
    keepFields(this, this.encoded);
    return this.embeddings;
  }

  override get mainWeight(): MainWeight {
    return { ...super.mainWeight, shape: this.encoded.encoding.shape };
  }

  override call(inputs: Tensor): unknown {
    const adapted = this.withLowRank(takeRows(this.encoded, inputs), (a) => {
      const indices = cast(inputs, "int32") as Tensor; // SAFETY: tensors in, tensors out
      return take(a, indices, { axis: 0 }) as Tensor; // SAFETY: as above
    });
    return cast(adapted, this.computeDtype);
  }

  protected override mergedWeight(): ReadonlyMap<Variable, Tensor> {
    return this.encoded.encoded(this.adapted(this.encoded.value));
  }

  override get storedVariables(): readonly Variable[] {
    return this.encoded.variables;
  }
}
