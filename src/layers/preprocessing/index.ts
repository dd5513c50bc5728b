export { CategoryEncoding } from "./category-encoding.ts";
export { CenterCrop } from "./center-crop.ts";
export { Discretization } from "./discretization.ts";
export { MelSpectrogram } from "./mel-spectrogram.ts";
export { Pipeline } from "./pipeline.ts";
export { Rescaling } from "./rescaling.ts";
export { Resizing } from "./resizing.ts";
export { STFTSpectrogram } from "./stft-spectrogram.ts";
