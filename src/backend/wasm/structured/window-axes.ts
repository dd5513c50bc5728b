import type { StructuredKernel } from "../../../compiler/kernel-ir/kernel-ir.ts";
import type { WindowAxis } from "../../../compiler/kernel-ir/structured.ts";
import { invariant } from "../../../util/errors.ts";

/** A parameter of a primitive that is a list of numbers. */
export function listParam({ primitive, params }: StructuredKernel, name: string): readonly number[] {
  const value = params[name];
  invariant(Array.isArray(value), `${primitive}: parameter ${name} is a list`);
  return value.map(Number);
}

function paddingOf({ params }: StructuredKernel): readonly (readonly number[])[] {
  const value = params["padding"];
  invariant(Array.isArray(value), "padding is a list of pairs");
  return value.map((pair) => (Array.isArray(pair) ? pair.map(Number) : [0, 0]));
}

/** The spatial axes of a convolution or pooling, from the shapes of its (forward) input, window and output. */
export function windowAxes(
  kernel: StructuredKernel,
  input: readonly number[],
  window: readonly number[],
  output: readonly number[],
): WindowAxis[] {
  const [strides, dilation, padding] = [
    listParam(kernel, "strides"),
    listParam(kernel, "dilation"),
    paddingOf(kernel),
  ];
  return window.map((size, d) => ({
    input: input[d + 1] ?? 1,
    output: output[d + 1] ?? 1,
    kernel: size,
    stride: strides[d] ?? 1,
    dilation: dilation[d] ?? 1,
    padLow: padding[d]?.[0] ?? 0,
  }));
}
