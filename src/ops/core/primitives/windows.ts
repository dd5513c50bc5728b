import { needWindowKernels } from "../../../backend/kernels/window.ts";
import * as p from "../../../ir/primitives/index.ts";
import { bringing } from "./bringing.ts";

export const windowMax: typeof p.windowMax = bringing([needWindowKernels], p.windowMax);
export const windowMaxGrad: typeof p.windowMaxGrad = bringing([needWindowKernels], p.windowMaxGrad);
export const windowSum: typeof p.windowSum = bringing([needWindowKernels], p.windowSum);
export const windowSumGrad: typeof p.windowSumGrad = bringing([needWindowKernels], p.windowSumGrad);
