import type { Backend } from "../../src/backend/contract.ts";
import { needAllKernels } from "../../src/backend/kernels/all.ts";
import { WasmBackend } from "../../src/backend/wasm/backend.ts";
import type { WasmOptions } from "../../src/backend/wasm/options.ts";
import { ReferenceBackend } from "../../src/backend/reference/reference-backend.ts";

/** A backend that has to give what the reference gives for every sample of every primitive. */
export interface BackendUnderTest {
  readonly name: string;
  readonly create: () => Backend;
  /** Primitives the backend does not do yet, with the reason; one that works after all fails the suite. */
  readonly skips: Readonly<Record<string, string>>;
}

export const backendsUnderTest: readonly BackendUnderTest[] = [
  { name: "reference", create: () => new ReferenceBackend(), skips: {} },
  { name: "wasm", create: () => wasm(), skips: {} },
  { name: "wasm without relaxed SIMD", create: () => wasm({ relaxedSimd: false }), skips: {} },
];

function wasm(options: WasmOptions = {}): Backend {
  needAllKernels();
  return new WasmBackend(options);
}
