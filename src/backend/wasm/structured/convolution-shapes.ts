import type { StructuredKernel } from "../../../compiler/kernel-ir/kernel-ir.ts";
import type { ConvolutionPass } from "../../../compiler/kernel-ir/structured.ts";
import { operandAt } from "./kernel-function.ts";

/** Shapes of a convolution's parts, whichever of them the pass computes. */
export interface ConvolutionShapes {
  readonly x: readonly number[];
  readonly kernel: readonly number[];
  readonly y: readonly number[];
}

export function convolutionShapes(pass: ConvolutionPass, kernel: StructuredKernel): ConvolutionShapes {
  const [a, b, c] = [
    operandAt(kernel.inputs, 0),
    operandAt(kernel.inputs, 1),
    operandAt(kernel.outputs, 0),
  ].map(({ shape }) => shape);
  const shapes = [a ?? [], b ?? [], c ?? []] as const;
  switch (pass) {
    case "forward":
      return { x: shapes[0], kernel: shapes[1], y: shapes[2] };
    case "inputGradient":
      return { x: shapes[2], kernel: shapes[1], y: shapes[0] };
    case "filterGradient":
      return { x: shapes[0], kernel: shapes[2], y: shapes[1] };
  }
}
