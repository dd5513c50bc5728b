import { attentionKernels } from "../wasm/structured/attention.ts";
import { provideKernels } from "../wasm/structured/index.ts";

/** For `attention` and `attentionGrad`. */
export function needAttentionKernels(): void {
  provideKernels(attentionKernels);
}
