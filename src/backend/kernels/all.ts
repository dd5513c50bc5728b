import { needRecompute } from "../../compiler/recompute.ts";
import { needArgExtremeKernels } from "./arg-extreme.ts";
import { needAttentionKernels } from "./attention.ts";
import { needControlFlow } from "./control.ts";
import { needConvolutionKernels } from "./convolution.ts";
import { needCumulativeKernels } from "./cumulative.ts";
import { needDynamicSliceKernels } from "./dynamic-slice.ts";
import { needGatherKernels } from "./gather.ts";
import { needSortKernel } from "./sort.ts";
import { needTableRows } from "./table-rows.ts";
import { needTrigonometry } from "./trigonometry.ts";
import { needWindowKernels } from "./window.ts";

/** All kernels, and control flow: for programs that are not made of ops. */
export function needAllKernels(): void {
  needControlFlow();
  needArgExtremeKernels();
  needAttentionKernels();
  needConvolutionKernels();
  needCumulativeKernels();
  needDynamicSliceKernels();
  needGatherKernels();
  needRecompute();
  needSortKernel();
  needTableRows();
  needTrigonometry();
  needWindowKernels();
}
