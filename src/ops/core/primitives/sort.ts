import { needSortKernel } from "../../../backend/kernels/sort.ts";
import * as p from "../../../ir/primitives/index.ts";
import { bringing } from "./bringing.ts";

export const sort: typeof p.sort = bringing([needSortKernel], p.sort);
