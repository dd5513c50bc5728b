import { argExtreme } from "./arg-extreme.ts";
import type { EmitStructured } from "./contract.ts";
import { convolution } from "./convolution.ts";
import { cumulative } from "./cumulative.ts";
import { dynamicSlice, dynamicUpdateSlice } from "./dynamic-slice.ts";
import { gather } from "./gather.ts";
import { matmul } from "./matmul.ts";
import { windowForward, windowMaxGrad, windowSumGrad } from "./pooling.ts";
import { scatter } from "./scatter.ts";
import { sort } from "./sort.ts";

/** The structured primitives that have a kernel. */
export const structuredEmitters: Readonly<Record<string, EmitStructured>> = {
  argMax: argExtreme("max"),
  argMin: argExtreme("min"),
  conv: convolution("forward"),
  convFilterGrad: convolution("filterGradient"),
  convInputGrad: convolution("inputGradient"),
  cumMax: cumulative("max"),
  cumMin: cumulative("min"),
  cumProd: cumulative("mul"),
  cumSum: cumulative("add"),
  dynamicSlice,
  dynamicUpdateSlice,
  gather,
  matmul,
  scatter,
  sort,
  windowMax: windowForward("max"),
  windowMaxGrad,
  windowSum: windowForward("sum"),
  windowSumGrad,
};
