import { needConvolutionKernels } from "../../../backend/kernels/convolution.ts";
import * as p from "../../../ir/primitives/index.ts";
import { bringing } from "./bringing.ts";

export const conv: typeof p.conv = bringing([needConvolutionKernels], p.conv);
export const convFilterGrad: typeof p.convFilterGrad = bringing([needConvolutionKernels], p.convFilterGrad);
export const convInputGrad: typeof p.convInputGrad = bringing([needConvolutionKernels], p.convInputGrad);
