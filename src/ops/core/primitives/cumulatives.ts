import { needCumulativeKernels } from "../../../backend/kernels/cumulative.ts";
import { needGatherKernels } from "../../../backend/kernels/gather.ts";
import * as p from "../../../ir/primitives/index.ts";
import { bringing } from "./bringing.ts";

// The gradients of extremes scatter.
export const cumMax: typeof p.cumMax = bringing([needCumulativeKernels, needGatherKernels], p.cumMax);
export const cumMin: typeof p.cumMin = bringing([needCumulativeKernels, needGatherKernels], p.cumMin);
