import { DeviceError, OptionError } from "../util/errors.ts";
import type { Backend } from "./contract.ts";
import { ReferenceBackend } from "./reference/reference-backend.ts";
import { WasmBackend } from "./wasm/backend.ts";
import { type KernelProfile, profile, type ProfileOptions } from "./wasm/runtime/profile.ts";
export type { KernelProfile, ProfileOptions } from "./wasm/runtime/profile.ts";
export { memoryLimit as getMemoryLimit, setMemoryLimit } from "./wasm/runtime/memory-limit.ts";
export { setThreadCount as setThreads, threadCount as getThreads } from "./wasm/threads/settings.ts";

/** Backends by name. */
const backends: Readonly<Record<string, () => Backend>> = {
  wasm: () => new WasmBackend(),
  reference: () => new ReferenceBackend(),
};

let current: Backend | null = null;

/** The backend that programs are compiled for. */
export function getBackend(): Backend {
  current ??= new WasmBackend();
  return current;
}

/** Chooses the backend by name. */
export function setBackend(name: string): void {
  const make = backends[name];
  if (make === undefined)
    throw new OptionError(
      `setBackend: expected one of ${Object.keys(backends).join(", ")}, received "${name}".`,
    );
  useBackend(make());
}

/** Makes programs run on a backend that has no name here. */
export function useBackend(backend: Backend): void {
  current = backend;
}

/**
 * Times each kernel of all programs that run while `action` does; `warmUp` runs before it, with nothing counted.
 *
 * @throws {DeviceError} when the current backend has no kernels to time.
 */
export async function profileKernels(
  action: () => unknown,
  options: ProfileOptions = {},
): Promise<KernelProfile[]> {
  const backend = getBackend();
  if (backend instanceof WasmBackend) return profile(backend.engine, action, options);
  throw new DeviceError(
    `profile: expected the wasm backend, but "${backend.name}" is current; choose it with setBackend("wasm").`,
  );
}
