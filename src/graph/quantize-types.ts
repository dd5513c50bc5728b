import type { QuantizationConfig } from "../quantizers/configs.ts";
import type { QuantizationMode } from "../quantizers/modes.ts";
import type { LayerBase } from "./layer-base.ts";

/** Which layers: by name (a regular expression, or several), or by a function. */
export type QuantizeFilters = string | readonly string[] | ((layer: LayerBase) => boolean);

export interface QuantizeLayerOptions {
  /** How in detail. Default: the mode's own way. */
  readonly config?: QuantizationConfig | null | undefined;
}

export interface QuantizeOptions extends QuantizeLayerOptions {
  /** Which layers. Default all. */
  readonly filters?: QuantizeFilters | null | undefined;
  /** Whether the report is printed. Default true. */
  readonly verbose?: boolean | undefined;
}

/** The arguments of `quantize`: `("int8")`, `("int4", { filters })`, `({ config })`. */
export type QuantizeArguments<O> = readonly [
  mode?: Exclude<QuantizationMode, "gptq" | "awq"> | (string & {}) | O | null,
  config?: QuantizationConfig | O | null,
  ...rest: readonly (O | null)[],
];
