import type { StructuredKernel as Kernel } from "../kernels/index.ts";
import { remembered } from "../../../util/remembered.ts";
import type { ModuleScope } from "../math/scope.ts";

const generated = new WeakMap<ModuleScope, Map<string, Kernel>>();

/** A kernel, generated once for a module and a key. */
export function generatedOnce(shared: ModuleScope, key: string, generate: () => Kernel): Kernel {
  return remembered(
    remembered(generated, shared, () => new Map<string, Kernel>()),
    key,
    generate,
  );
}
