import { convolutionRules } from "../../compiler/simplify/convolution-rules.ts";
import { provideRules } from "../../compiler/simplify/simplify.ts";
import { convolution } from "../wasm/structured/convolution.ts";
import { provideKernels } from "../wasm/structured/index.ts";

/** For `conv`, `convInputGrad` and `convFilterGrad`. */
export function needConvolutionKernels(): void {
  provideKernels({
    conv: convolution("forward"),
    convFilterGrad: convolution("filterGradient"),
    convInputGrad: convolution("inputGradient"),
  });
  provideRules(convolutionRules);
}
