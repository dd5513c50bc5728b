import { argExtreme } from "./arg-extreme.ts";
import type { EmitStructured } from "./contract.ts";
import { cumulative } from "./cumulative.ts";
import { dynamicSlice, dynamicUpdateSlice } from "./dynamic-slice.ts";
import { gather } from "./gather.ts";
import { matmul } from "./matmul.ts";
import { scatter } from "./scatter.ts";
import { sort } from "./sort.ts";

/** The kernels that every program may use. */
const common: Readonly<Record<string, EmitStructured>> = {
  argMax: argExtreme("max"),
  argMin: argExtreme("min"),
  cumMax: cumulative("max"),
  cumMin: cumulative("min"),
  cumProd: cumulative("mul"),
  cumSum: cumulative("add"),
  dynamicSlice,
  dynamicUpdateSlice,
  gather,
  matmul,
  scatter,
  sort,
};

const provided = new Map<string, EmitStructured>();

/** Adds kernels that only some programs use, so that pages without such programs do not carry them. */
export function provideKernels(kernels: Readonly<Record<string, EmitStructured>>): void {
  for (const [primitive, emit] of Object.entries(kernels)) provided.set(primitive, emit);
}

/** What prints the kernel of a structured primitive, where there is one. */
export function structuredEmitter(primitive: string): EmitStructured | undefined {
  return common[primitive] ?? provided.get(primitive);
}
