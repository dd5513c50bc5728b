import { needGatherKernels } from "../../../backend/kernels/gather.ts";
import { needTableRows } from "../../../backend/kernels/table-rows.ts";
import * as p from "../../../ir/primitives/index.ts";
import { bringing } from "./bringing.ts";

/** `gather` from what may be a table that is trained. */
export const gatherRows: typeof p.gather = bringing([needGatherKernels, needTableRows], p.gather);
