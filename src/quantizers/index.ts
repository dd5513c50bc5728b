import { identify, type Makers } from "../util/identify.ts";
import { AbsMaxQuantizer } from "./abs-max.ts";
import {
  Float8QuantizationConfig,
  Int4QuantizationConfig,
  Int8QuantizationConfig,
  QuantizationConfig,
  TernaryQuantizationConfig,
} from "./configs.ts";
import { Quantizer } from "./quantizer.ts";

export { absMaxQuantize, AbsMaxQuantizer } from "./abs-max.ts";
export {
  Float8QuantizationConfig,
  Int4QuantizationConfig,
  Int8QuantizationConfig,
  QuantizationConfig,
  TernaryQuantizationConfig,
};
export { fakeQuantWithMinMaxVars } from "./fake-quant.ts";
export { computeFloat8AmaxHistory, computeFloat8Scale, quantizeAndDequantize } from "./float8.ts";
export { absMaxQuantizeGroupedWithZeroPoint } from "./grouped.ts";
export { packInt2, packInt4, packTernary, unpackInt2, unpackInt4, unpackTernary } from "./packing.ts";
export { Quantizer } from "./quantizer.ts";
export { QuantizationReport } from "./report.ts";

/** What `get` gives. */
export type QuantizerObject = Quantizer | AbsMaxQuantizer | QuantizationConfig;

const makers: Makers<QuantizerObject> = {
  Quantizer: (config) => Quantizer(config),
  AbsMaxQuantizer: (config) => AbsMaxQuantizer(config),
  Int8QuantizationConfig: (config) => Int8QuantizationConfig(config),
  Int4QuantizationConfig: (config) => Int4QuantizationConfig(config),
  Float8QuantizationConfig: () => Float8QuantizationConfig(),
  TernaryQuantizationConfig: () => TernaryQuantizationConfig(),
};

/**
 * The quantizer, or the configuration of quantizers, that an identifier stands for; null for null.
 *
 * @throws {OptionError} for an unknown name.
 * @see Keras `quantizers.get`
 */
export function get(identifier: QuantizerObject | string | null | undefined): QuantizerObject | null {
  if (identifier === null || identifier === undefined) return null;
  return typeof identifier === "string" ? identify("quantizer", identifier, makers) : identifier;
}
