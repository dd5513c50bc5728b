import type { Access, LoopKernel, Operand, StructuredKernel } from "../../../compiler/kernel-ir/kernel-ir.ts";
import {
  structuredKey,
  type MatmulDescriptor,
  type StructuredDType,
} from "../../../compiler/kernel-ir/structured.ts";
import type { DType } from "../../../ir/dtypes.ts";
import { sizeOf } from "../../../ir/shape.ts";
import { invariant } from "../../../util/errors.ts";
import { emitMatmul, type StructuredKernel as Kernel } from "../kernels/index.ts";
import type { Epilogue as KernelEpilogue } from "../kernels/index.ts";
import type { ModuleScope } from "../math/scope.ts";
import type { EmitStructured } from "./contract.ts";
import { epilogueLoop } from "./epilogue-loop.ts";
import { epilogueOf } from "./epilogue.ts";
import { generatedOnce } from "./generated-once.ts";

function isStructuredDType(dtype: DType): dtype is StructuredDType {
  return dtype === "float32" || dtype === "float64" || dtype === "int32";
}

function descriptorOf(
  shared: ModuleScope,
  kernel: StructuredKernel,
  dtype: StructuredDType,
): MatmulDescriptor {
  const [a, b] = kernel.inputs;
  const [c] = kernel.outputs;
  invariant(a !== undefined && b !== undefined && c !== undefined, "matmul has two inputs and a result");
  const rank = c.shape.length;
  const stride = (operand: Operand, axis: number): number => operand.access.strides[axis] ?? 0;
  return {
    kind: "matmul",
    dtype,
    batch: c.shape
      .slice(0, -2)
      .map((size, i) => ({ size, a: stride(a, i), b: stride(b, i), c: stride(c, i) })),
    m: c.shape[rank - 2] ?? 1,
    n: c.shape[rank - 1] ?? 1,
    k: a.shape[rank - 1] ?? 1,
    a: { row: stride(a, rank - 2), column: stride(a, rank - 1) },
    b: { row: stride(b, rank - 2), column: stride(b, rank - 1) },
    c: { row: stride(c, rank - 2) },
    accumulate: false,
    isPrepared: shared.isKept(b.access),
  };
}

/** A product as a plain loop kernel, for the dtypes without a kernel of their own. */
function productLoop(kernel: StructuredKernel): LoopKernel {
  const [a, b] = kernel.inputs;
  const [c] = kernel.outputs;
  invariant(a !== undefined && b !== undefined && c !== undefined, "matmul has two inputs and a result");
  const [rank, k] = [c.shape.length, a.shape.at(-1) ?? 1];
  // Dimensions: […batch, m, n] and, inside, k.
  const spread = (access: Access, row: number, column: number, inner: number): Access => ({
    ...access,
    strides: [...access.strides.slice(0, rank - 2), row, column, inner],
  });
  const { dtype, access: result } = c;
  return {
    kind: "loop",
    label: kernel.label,
    outer: c.shape,
    inner: [k],
    nodes: [
      {
        kind: "load",
        access: spread(a.access, a.access.strides[rank - 2] ?? 0, 0, a.access.strides[rank - 1] ?? 0),
        dtype,
      },
      {
        kind: "load",
        access: spread(b.access, 0, b.access.strides[rank - 1] ?? 0, b.access.strides[rank - 2] ?? 0),
        dtype,
      },
      { kind: "op", op: "mul", args: [0, 1], dtype },
      { kind: "reduce", combine: "add", value: 2, dtype },
    ],
    stores: [{ access: { ...result, strides: [...result.strides, 0] }, value: 3 }],
  };
}

/** The kernel of a descriptor, generated once for a module. */
function matmulCode(
  shared: ModuleScope,
  descriptor: MatmulDescriptor,
  epilogue: KernelEpilogue | null,
): Kernel {
  const key = `matmul ${structuredKey(descriptor)} ${epilogue?.key ?? ""}`;
  return generatedOnce(shared, key, () =>
    emitMatmul(shared.module, descriptor, { relaxedSimd: shared.relaxedSimd }, epilogue ?? undefined),
  );
}

/** Multiplications below which threads are not worth their barriers: some 5 microseconds. */
const parallelThreshold = 131_072;

/** Batched matrix products, with whatever element-wise work follows them. */
export const matmul: EmitStructured = (shared, kernel) => {
  const [c] = kernel.outputs;
  invariant(c !== undefined, "matmul has a result");
  if (!isStructuredDType(c.dtype)) {
    const after = kernel.epilogue === undefined ? [] : [epilogueLoop(kernel, kernel.epilogue)];
    return { items: [productLoop(kernel), ...after] };
  }
  const fused = kernel.epilogue === undefined ? null : epilogueOf(shared, kernel, kernel.epilogue);
  if (kernel.epilogue !== undefined && fused === null) {
    const { epilogue: _, ...bare } = kernel;
    return { items: [bare, epilogueLoop(kernel, kernel.epilogue)] };
  }
  const descriptor = descriptorOf(shared, kernel, c.dtype);
  const code = matmulCode(shared, descriptor, fused);
  const [a, b] = kernel.inputs;
  invariant(a !== undefined && b !== undefined, "matmul has two inputs");
  const products = sizeOf(c.shape) * descriptor.k;
  return {
    phases: code.phases,
    ...(code.preparation && { preparation: { operand: 1, ...code.preparation } }),
    operands: [a.access, b.access, c.access],
    extra: fused?.bases ?? [],
    isParallel: shared.shareAll || products > parallelThreshold,
    // Multiplying and adding several at a time is cheaper than the loads and stores of other work.
    work: products / 2,
    flops: products * 2,
    scratchBytes: (nthreads) => code.scratchBytes(nthreads),
  };
};
