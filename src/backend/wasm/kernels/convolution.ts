import { invariant } from "../../../util/errors.ts";
import type { ConvolutionDescriptor, MatmulDescriptor } from "../../../compiler/kernel-ir/structured.ts";
import type { ModuleBuilder } from "../assembler/index.ts";
import { filterConvolution } from "./convolution-filter.ts";
import { gatherConvolution } from "./convolution-gather.ts";
import type { Epilogue, KernelOptions, StructuredKernel } from "./kernel.ts";
import { emitMatmul } from "./matmul.ts";
import { winogradChoice } from "./winograd-choice.ts";
import { winogradConvolution } from "./winograd-convolution.ts";
import { winogradFilter } from "./winograd-filter.ts";

/**
 * Generates a convolution pass; operands as {@link ConvolutionDescriptor} says. An epilogue applies to the forward pass
 * and the input gradient (which is the forward pass of a transposed convolution).
 */
export function emitConvolution(
  module: ModuleBuilder,
  d: ConvolutionDescriptor,
  options: KernelOptions,
  epilogue?: Epilogue,
): StructuredKernel {
  invariant(d.dtype === "float32", "convolutions are computed in float32");
  invariant(
    d.inputChannels % d.groups === 0 && d.outputChannels % d.groups === 0,
    "groups divide the channels",
  );
  invariant(epilogue === undefined || d.pass !== "filterGradient", "a filter gradient takes no epilogue");
  if (isPointwise(d)) return emitMatmul(module, pointwiseProduct(d), options, epilogue);
  const outputs = winogradChoice(d);
  if (d.pass === "filterGradient") {
    return outputs === undefined
      ? filterConvolution(module, d, options)
      : winogradFilter(module, d, options, outputs);
  }
  return outputs === undefined
    ? gatherConvolution(module, d, options, epilogue)
    : winogradConvolution(module, d, options, outputs, epilogue);
}

/** Whether a convolution is a product of pixels by a matrix. */
function isPointwise(d: ConvolutionDescriptor): boolean {
  return (
    d.groups === 1 &&
    d.axes.every((a) => a.kernel === 1 && a.stride === 1 && a.padLow === 0 && a.input === a.output)
  );
}

function pointwiseProduct(d: ConvolutionDescriptor): MatmulDescriptor {
  const { inputChannels: c, outputChannels: f } = d;
  const pixels = d.axes.reduce((product, axis) => product * axis.output, d.batch);
  const { dtype, accumulate, isPrepared = false } = d;
  const common = { kind: "matmul", dtype, batch: [], accumulate, isPrepared } as const;
  const plain = (columns: number): { row: number; column: number } => ({ row: columns, column: 1 });
  if (d.pass === "forward")
    return { ...common, m: pixels, n: f, k: c, a: plain(c), b: plain(f), c: { row: f } };
  if (d.pass === "inputGradient") {
    return { ...common, m: pixels, n: c, k: f, a: plain(f), b: { row: 1, column: f }, c: { row: c } };
  }
  return { ...common, m: c, n: f, k: pixels, a: { row: 1, column: c }, b: plain(f), c: { row: f } };
}
