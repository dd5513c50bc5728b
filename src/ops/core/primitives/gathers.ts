import { needGatherKernels } from "../../../backend/kernels/gather.ts";
import * as p from "../../../ir/primitives/index.ts";
import { bringing } from "./bringing.ts";

export const gather: typeof p.gather = bringing([needGatherKernels], p.gather);
export const scatter: typeof p.scatter = bringing([needGatherKernels], p.scatter);
