import type { Operand, StructuredKernel } from "../../../compiler/kernel-ir/kernel-ir.ts";
import { attentionSizes } from "../../../ir/attention.ts";
import { stridesOf } from "../../../ir/shape.ts";
import { DeviceError } from "../../../util/errors.ts";
import { attentionGradKernel, attentionKernel } from "../kernels/attention.ts";
import type { AttentionDescriptor } from "../kernels/attention-tiles.ts";
import type { EmitStructured } from "./contract.ts";
import { booleanParam, numberParam, operandAt } from "./kernel-function.ts";
import { generatedOnce } from "./generated-once.ts";

/** Inputs of each kernel that come before the mask. */
const inputCounts = { forward: 3, gradient: 6 } as const;

function descriptorOf(kernel: StructuredKernel, inputCount: number): AttentionDescriptor {
  const [query, key, value] = [0, 1, 2].map((i) => operandAt(kernel.inputs, i).shape);
  const mask = kernel.inputs[inputCount];
  return {
    sizes: attentionSizes(query ?? [], key ?? [], value ?? []),
    scale: numberParam(kernel, "scale"),
    isCausal: booleanParam(kernel, "isCausal"),
    mask: mask === undefined ? null : maskSteps(mask),
  };
}

function maskSteps({ shape }: Operand): AttentionDescriptor["mask"] {
  const [batch = 0, head = 0, query = 0, key = 0] = stridesOf(shape).map((stride, axis) =>
    shape[axis] === 1 ? 0 : stride,
  );
  return { batch, head, query, key };
}

/** Attention or its gradient, generated once for all of the same sizes. */
function attentionOf(pass: keyof typeof inputCounts): EmitStructured {
  return (shared, kernel) => {
    if (operandAt(kernel.inputs, 0).dtype !== "float32")
      throw new DeviceError(`wasm backend: expected ${kernel.primitive} of float32.`);
    const descriptor = descriptorOf(kernel, inputCounts[pass]);
    const emit = pass === "forward" ? attentionKernel : attentionGradKernel;
    const key = `attention ${pass} ${JSON.stringify(descriptor)}`;
    const code = generatedOnce(shared, key, () => emit(shared, descriptor));
    const { batch, heads, queries, keys, depth, width } = descriptor.sizes;
    const pairs = (batch * heads * queries * keys) / (descriptor.isCausal ? 2 : 1);
    const products = pairs * (pass === "forward" ? depth + width : 3 * depth + 2 * width);
    return {
      phases: code.phases,
      operands: [...kernel.inputs, ...kernel.outputs].map(({ access }) => access),
      extra: [],
      isParallel: shared.shareAll || products > 131_072,
      work: products / 2,
      flops: products * 2,
      scratchBytes: (nthreads) => code.scratchBytes(nthreads),
    };
  };
}

/** Attention and its gradient, by primitive. */
export const attentionKernels: Readonly<Record<string, EmitStructured>> = {
  attention: attentionOf("forward"),
  attentionGrad: attentionOf("gradient"),
};
