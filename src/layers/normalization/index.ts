export { BatchNormalization } from "./batch-normalization.ts";
export { GroupNormalization } from "./group-normalization.ts";
export { LayerNormalization } from "./layer-normalization.ts";
export { Normalization } from "./normalization.ts";
export { RMSNormalization } from "./rms-normalization.ts";
export { SpectralNormalization } from "./spectral-normalization.ts";
export { UnitNormalization } from "./unit-normalization.ts";
