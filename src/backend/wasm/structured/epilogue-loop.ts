import type {
  Access,
  Epilogue,
  KernelNode,
  LoopKernel,
  StructuredKernel,
} from "../../../compiler/kernel-ir/kernel-ir.ts";
import { stridesOf } from "../../../ir/shape.ts";
import { invariant } from "../../../util/errors.ts";

/** The access of a dense result. */
export function denseAccess(access: Access, shape: readonly number[]): Access {
  return { ...access, strides: stridesOf(shape) };
}

/** An epilogue as a loop kernel of its own, which reads the product from where the kernel stored it. */
export function epilogueLoop(kernel: StructuredKernel, epilogue: Epilogue): LoopKernel {
  const [output] = kernel.outputs;
  invariant(output !== undefined, "an epilogue follows a product");
  const access = denseAccess(output.access, output.shape);
  const nodes = epilogue.nodes.map((node): KernelNode =>
    node.kind === "product" ? { kind: "load", access, dtype: node.dtype } : node,
  );
  return {
    kind: "loop",
    label: kernel.label,
    outer: output.shape,
    inner: [],
    nodes,
    stores: epilogue.stores,
  };
}
