import type { EmitStructured } from "./contract.ts";
import { convolution } from "./convolution.ts";

/** The passes of convolutions, by primitive. */
export const convolutionKernels: Readonly<Record<string, EmitStructured>> = {
  conv: convolution("forward"),
  convFilterGrad: convolution("filterGradient"),
  convInputGrad: convolution("inputGradient"),
};
