import { Int4DTypePolicy } from "../../graph/quantized-dtype-policy.ts";
import { Int4QuantizationConfig, Int8QuantizationConfig } from "../../quantizers/configs.ts";
import type { QuantizationConfig } from "../../quantizers/configs.ts";
import type { AdaptableLayer } from "../core/adaptable-layer.ts";

/**
 * How many numbers of a layer's weights of 4 bits have a scale together; null: all of an output's. The configuration says
 * so, else the dtype policy.
 *
 * @see Keras `quantizers/quantization_config.py`, `get_block_size_for_layer`
 */
export function blockSizeOf({ quantizationConfig, dtypePolicy }: AdaptableLayer): number | null {
  const size =
    quantizationConfig instanceof Int4QuantizationConfig
      ? quantizationConfig.blockSize
      : dtypePolicy instanceof Int4DTypePolicy
        ? dtypePolicy.blockSize
        : null;
  return size === -1 ? null : size;
}

/** What a layer was quantized with; where a file does not say, inputs are rounded with 8-bit integers alone. */
export function configOf({
  quantizationConfig,
  quantizationMode,
}: AdaptableLayer): Partial<QuantizationConfig> {
  return quantizationConfig ?? (quantizationMode === "int8" ? Int8QuantizationConfig() : {});
}
