import type { WeightOptions } from "../../graph/layer-base.ts";
import type { Variable } from "../../graph/variable.ts";
import { add } from "../../ops/arithmetic.ts";
import type { Tensor } from "../../ops/core/tensor.ts";
import { matmul } from "../../ops/products.ts";
import type { AdaptableLayer, MainWeight } from "../core/adaptable-layer.ts";
import { Dense } from "../core/dense.ts";
import { addEncoded, type EncodedWeight, type Encoding, int8Encoding } from "./encoding.ts";
import { int4Encoding } from "./int4-encoding.ts";
import { roundedInputs, weightQuantizerOf } from "./rounded-inputs.ts";
import { blockSizeOf, configOf } from "./settings.ts";
import { ternaryEncoding } from "./ternary-encoding.ts";

// No `#private` members in these classes: layers that are quantized in their place were not made by their constructors.

function encodingFor(layer: AdaptableLayer, shape: readonly [inputs: number, units: number]): Encoding {
  const [name, quantizer] = ["kernel", weightQuantizerOf(layer)];
  switch (layer.quantizationMode) {
    case "int4":
      return int4Encoding({ name, shape, axis: 0, packAxis: -1, blockSize: blockSizeOf(layer), quantizer });
    case "ternary":
      return ternaryEncoding(shape, null);
    default:
      return int8Encoding({ name, shape, axes: 0, scaleShape: [shape[1]], quantizer });
  }
}

/** A `Dense` whose kernel is kept as integers, under the same name in files. @see Keras `layers/core/dense.py` */
export class QuantizedDense extends Dense {
  static readonly className = "Dense";
  declare encoded: EncodedWeight;
  declare kernelScale: Variable;

  override get isQuantizedForm(): boolean {
    return true;
  }

  override addWeight(options: WeightOptions = {}): Variable {
    if (options.name !== "kernel") return super.addWeight(options);
    const [inputs, units] = options.shape ?? [];
    const encoding = encodingFor(this, [inputs ?? 0, units ?? 0]);
    this.encoded = addEncoded(this, encoding, (part) => super.addWeight(part));
    return this.kernel;
  }

  override get mainWeight(): MainWeight {
    return { ...super.mainWeight, shape: this.encoded.encoding.shape };
  }

  override call(inputs: Tensor): Tensor {
    const x = roundedInputs(inputs, -1, configOf(this));
    const product = matmul(x, this.encoded.value) as Tensor; // SAFETY: tensors in, tensors out
    const adapted = this.withLowRank(product, (a) => matmul(inputs, a) as Tensor); // SAFETY: as above
    return this.activation(this.bias === null ? adapted : (add(adapted, this.bias) as Tensor)); // SAFETY: as above
  }

  protected override mergedWeight(): ReadonlyMap<Variable, Tensor> {
    return this.encoded.encoded(this.adapted(this.encoded.value));
  }

  override get storedVariables(): readonly Variable[] {
    return this.encoded.variablesWith(this.bias);
  }
}
