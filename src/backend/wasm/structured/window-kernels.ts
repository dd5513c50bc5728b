import type { EmitStructured } from "./contract.ts";
import { windowForward, windowMaxGrad, windowSumGrad } from "./pooling.ts";

/** Maxima and sums of windows, and their gradients, by primitive. */
export const windowKernels: Readonly<Record<string, EmitStructured>> = {
  windowMax: windowForward("max"),
  windowMaxGrad,
  windowSum: windowForward("sum"),
  windowSumGrad,
};
