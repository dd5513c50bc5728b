import type { LayerBase } from "../../graph/layer-base.ts";
import { withNameScopes } from "../../graph/naming.ts";
import { quantizedPolicy } from "../../graph/quantized-dtype-policy.ts";
import type { Variable } from "../../graph/variable.ts";
import { Int4QuantizationConfig, type QuantizationConfig } from "../../quantizers/configs.ts";
import { AntlerError, invariant } from "../../util/errors.ts";
import { AdaptableLayer } from "../core/adaptable-layer.ts";
import { parseEquation } from "../core/einsum-shapes.ts";
import { Float8Dense } from "./float8-dense.ts";
import { Float8EinsumDense } from "./float8-einsum-dense.ts";
import type { QuantizedClass } from "./index.ts";
import { PackedTernaryDense } from "./packed-ternary-dense.ts";
import { QuantizedDense } from "./quantized-dense.ts";
import { QuantizedEinsumDense } from "./quantized-einsum-dense.ts";
import { QuantizedEmbedding } from "./quantized-embedding.ts";
import { QuantizedReversibleEmbedding } from "./quantized-reversible-embedding.ts";

/**
 * Quantizes a built layer in its place: it becomes one of the form's class, and its weights are kept in that form.
 *
 * @throws {AntlerError} when the layer is not built yet, is quantized already, or computes in a dtype that does not do.
 */
export function quantizeLayer(layer: LayerBase, form: QuantizedClass, config: QuantizationConfig): void {
  const { mode } = config;
  if (!layer.built)
    throw new AntlerError(
      `${layer.where}: it has no weights yet. Call it, or its model, once before quantize.`,
    );
  if (mode === "float8" && layer instanceof AdaptableLayer && layer.loraEnabled)
    throw new AntlerError(`${layer.where}: the mode "float8" does not go with a low-rank part.`);
  const blocks = config instanceof Int4QuantizationConfig ? `/${config.blockSize ?? -1}` : "";
  const policy = quantizedPolicy(`${mode}${blocks}_from_${layer.dtypePolicy.name}`);
  Object.setPrototypeOf(layer, form.prototype);
  layer.dtypePolicy = policy;
  if (layer instanceof AdaptableLayer) layer.quantizationConfig = config;
  if (layer instanceof Float8Dense || layer instanceof Float8EinsumDense)
    beside(layer.kernel, () => layer.addScalings());
  else if (layer instanceof QuantizedEinsumDense) {
    const rank = layer.inputSpec !== null && "ndim" in layer.inputSpec ? layer.inputSpec.ndim : null;
    const [built] = layer.buildShapes ?? [];
    const axes = rank ?? (Array.isArray(built) ? built.length : 0);
    layer.hiddenAxes = axes - parseEquation(layer.where, layer.equation).inputs.length;
    replace(layer, layer.kernel, () => layer.encoded);
  } else if (layer instanceof QuantizedDense || layer instanceof PackedTernaryDense)
    replace(layer, layer.kernel, () => layer.encoded);
  else if (layer instanceof QuantizedEmbedding) replace(layer, layer.embeddings, () => layer.encoded);
  else if (layer instanceof QuantizedReversibleEmbedding) {
    const back = layer.reverseEmbeddings;
    replace(layer, layer.embeddings, () => layer.encoded);
    if (back !== null) replace(layer, back, () => layer.encodedReverse);
  }
}

/** Makes variables where another one is. */
function beside({ path }: Variable, make: () => void): void {
  withNameScopes(path.split("/").slice(0, -1), make);
}

/** Takes a float weight away, and makes the variables of its form instead. */
function replace(
  layer: LayerBase,
  variable: Variable,
  encoded: () => { assign(weight: Variable["value"]): void } | undefined,
): void {
  const { value, name, shape } = variable;
  layer.removeWeight(variable);
  beside(variable, () => layer.addWeight({ name, shape }));
  const made = encoded();
  invariant(made !== undefined, "adding the weight makes its form");
  made.assign(value);
}
