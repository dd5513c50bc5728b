import type { EmitStructured } from "./contract.ts";
import { matmul } from "./matmul.ts";

/** The kernels that every program may use. */
const common: Readonly<Record<string, EmitStructured>> = { matmul };

const provided = new Map<string, EmitStructured>();

/** Adds kernels that only some programs use, so that pages without such programs do not carry them. */
export function provideKernels(kernels: Readonly<Record<string, EmitStructured>>): void {
  for (const [primitive, emit] of Object.entries(kernels)) provided.set(primitive, emit);
}

/** What prints the kernel of a structured primitive, where there is one. */
export function structuredEmitter(primitive: string): EmitStructured | undefined {
  return common[primitive] ?? provided.get(primitive);
}
