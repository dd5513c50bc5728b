/** How a layer's weights and inputs can be quantized. */
export const quantizationModes = ["int8", "float8", "int4", "ternary", "gptq", "awq"] as const;
export type QuantizationMode = (typeof quantizationModes)[number];
