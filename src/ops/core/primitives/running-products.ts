import { needCumulativeKernels } from "../../../backend/kernels/cumulative.ts";
import { needControlFlow } from "../../../backend/kernels/control.ts";
import * as p from "../../../ir/primitives/index.ts";
import { bringing } from "./bringing.ts";

// The gradient of products makes running ones, whose gradient is a loop.
export const cumProd: typeof p.cumProd = bringing([needCumulativeKernels, needControlFlow], p.cumProd);
export const reduceProd: typeof p.reduceProd = bringing(
  [needCumulativeKernels, needControlFlow],
  p.reduceProd,
);
