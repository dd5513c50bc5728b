import type { StructuredKernel } from "../../../compiler/kernel-ir/kernel-ir.ts";
import {
  structuredKey,
  type ConvolutionDescriptor,
  type ConvolutionPass,
} from "../../../compiler/kernel-ir/structured.ts";
import { sizeOf } from "../../../ir/shape.ts";
import {
  emitConvolution,
  type Epilogue as KernelEpilogue,
  type StructuredKernel as Kernel,
} from "../kernels/index.ts";
import type { ModuleScope } from "../math/scope.ts";
import type { EmitStructured } from "./contract.ts";
import { convolutionShapes } from "./convolution-shapes.ts";
import { epilogueLoop } from "./epilogue-loop.ts";
import { epilogueOf } from "./epilogue.ts";
import { numberParam, operandAt } from "./kernel-function.ts";
import { plainConvolution } from "./plain-convolution.ts";
import { isHalf, viaFloat32 } from "./via-float32.ts";
import { windowAxes } from "./window-axes.ts";
import { generatedOnce } from "./generated-once.ts";

function descriptorOf(
  { winograd, isKept }: ModuleScope,
  pass: ConvolutionPass,
  kernel: StructuredKernel,
): ConvolutionDescriptor {
  const { x, kernel: w, y } = convolutionShapes(pass, kernel);
  return {
    kind: "convolution",
    pass,
    dtype: "float32",
    batch: x[0] ?? 1,
    axes: windowAxes(kernel, x, w.slice(0, -2), y),
    inputChannels: x.at(-1) ?? 1,
    outputChannels: y.at(-1) ?? 1,
    groups: numberParam(kernel, "groups"),
    accumulate: false,
    winograd,
    isPrepared: pass !== "filterGradient" && isKept(operandAt(kernel.inputs, 1).access),
  };
}

function convolutionCode(
  shared: ModuleScope,
  descriptor: ConvolutionDescriptor,
  epilogue: KernelEpilogue | null,
): Kernel {
  const key = `convolution ${structuredKey(descriptor)} ${epilogue?.key ?? ""}`;
  return generatedOnce(shared, key, () =>
    emitConvolution(shared.module, descriptor, { relaxedSimd: shared.relaxedSimd }, epilogue ?? undefined),
  );
}

/** A pass of a convolution, with whatever element-wise work follows it. */
export function convolution(pass: ConvolutionPass): EmitStructured {
  const emit: EmitStructured = (shared, kernel) => {
    const output = operandAt(kernel.outputs, 0);
    const { epilogue, ...bare } = kernel;
    const isSpatial = output.shape.length >= 3 && output.shape.length <= 5;
    const isSingle = output.dtype === "float32" && isSpatial;
    const fused =
      epilogue === undefined || !isSingle || pass === "filterGradient"
        ? null
        : epilogueOf(shared, kernel, epilogue);
    if (epilogue !== undefined && fused === null) return { items: [bare, epilogueLoop(kernel, epilogue)] };
    if (isHalf(output.dtype)) return viaFloat32(shared, kernel, emit);
    if (!isSingle) return plainConvolution(pass)(shared, kernel);
    const shapes = convolutionShapes(pass, kernel);
    const products = (sizeOf(shapes.y) * sizeOf(shapes.kernel)) / (shapes.y.at(-1) ?? 1);
    const code = convolutionCode(shared, descriptorOf(shared, pass, kernel), fused);
    return {
      phases: code.phases,
      ...(code.preparation && { preparation: { operand: 1, ...code.preparation } }),
      operands: [...kernel.inputs, output].map(({ access }) => access),
      extra: fused?.bases ?? [],
      isParallel: shared.shareAll || products > 131_072,
      work: products / 2,
      flops: products * 2,
      scratchBytes: (nthreads) => code.scratchBytes(nthreads),
    };
  };
  return emit;
}
