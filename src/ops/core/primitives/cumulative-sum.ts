import { needCumulativeKernels } from "../../../backend/kernels/cumulative.ts";
import * as p from "../../../ir/primitives/index.ts";
import { bringing } from "./bringing.ts";

export const cumSum: typeof p.cumSum = bringing([needCumulativeKernels], p.cumSum);
