import { needDynamicSliceKernels } from "../../../backend/kernels/dynamic-slice.ts";
import * as p from "../../../ir/primitives/index.ts";
import { bringing } from "./bringing.ts";

const needs = [needDynamicSliceKernels];

export const dynamicSlice: typeof p.dynamicSlice = bringing(needs, p.dynamicSlice);
export const dynamicUpdateSlice: typeof p.dynamicUpdateSlice = bringing(needs, p.dynamicUpdateSlice);
