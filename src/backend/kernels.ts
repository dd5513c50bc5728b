/**
 * Kernels that a program brings along. The op whose primitives need them asks for them when it is traced, so that a page
 * carries the kernels of convolutions only where it has an op that convolves.
 */
import { attentionKernels } from "./wasm/structured/attention.ts";
import { convolutionKernels } from "./wasm/structured/convolution-kernels.ts";
import { provideKernels } from "./wasm/structured/index.ts";
import { windowKernels } from "./wasm/structured/window-kernels.ts";

/** To be called by what emits the primitives `attention` and `attentionGrad`. */
export function needAttentionKernels(): void {
  provideKernels(attentionKernels);
}

/** To be called by what emits the primitives `conv`, `convInputGrad` and `convFilterGrad`. */
export function needConvolutionKernels(): void {
  provideKernels(convolutionKernels);
}

/** To be called by what emits the primitives `windowMax`, `windowSum` and their gradients. */
export function needWindowKernels(): void {
  provideKernels(windowKernels);
}

/** For programs that are not made of ops. */
export function needAllKernels(): void {
  needAttentionKernels();
  needConvolutionKernels();
  needWindowKernels();
}
