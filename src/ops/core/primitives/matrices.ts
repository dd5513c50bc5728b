import { needArgExtremeKernels } from "../../../backend/kernels/arg-extreme.ts";
import { needDynamicSliceKernels } from "../../../backend/kernels/dynamic-slice.ts";
import { needGatherKernels } from "../../../backend/kernels/gather.ts";
import { needSortKernel } from "../../../backend/kernels/sort.ts";
import { needControlFlow } from "../../../backend/kernels/control.ts";
import * as p from "../../../ir/primitives/index.ts";
import { bringing } from "./bringing.ts";

/** What they expand to, and their gradients, go column by column. */
const columns = [needControlFlow, needDynamicSliceKernels, needArgExtremeKernels];
/** Jacobi's method pairs columns anew in every round, and sorts in the end. */
const rotations = [
  needControlFlow, needDynamicSliceKernels, needArgExtremeKernels, needGatherKernels, needSortKernel,
]; // prettier-ignore

export const cholesky: typeof p.cholesky = bringing(columns, p.cholesky);
export const eigh: typeof p.eigh = bringing(rotations, p.eigh);
export const lu: typeof p.lu = bringing(columns, p.lu);
export const qr: typeof p.qr = bringing(columns, p.qr);
export const svd: typeof p.svd = bringing(rotations, p.svd);
export const triangularSolve: typeof p.triangularSolve = bringing(columns, p.triangularSolve);
