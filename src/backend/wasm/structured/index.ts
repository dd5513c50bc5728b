import type { EmitStructured } from "./contract.ts";
import { matmul } from "./matmul.ts";

/** The structured primitives that have a kernel. */
export const structuredEmitters: Readonly<Record<string, EmitStructured>> = {
  matmul,
};
