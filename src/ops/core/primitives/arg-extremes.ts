import { needArgExtremeKernels } from "../../../backend/kernels/arg-extreme.ts";
import * as p from "../../../ir/primitives/index.ts";
import { bringing } from "./bringing.ts";

export const argMax: typeof p.argMax = bringing([needArgExtremeKernels], p.argMax);
export const argMin: typeof p.argMin = bringing([needArgExtremeKernels], p.argMin);
