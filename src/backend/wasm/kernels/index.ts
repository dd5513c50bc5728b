export { emitMatmul } from "./matmul.ts";
export type { Epilogue, EpiloguePosition, StructuredKernel } from "./kernel.ts";
export { emitConvolution } from "./convolution.ts";
export { emitPooling } from "./pooling.ts";
