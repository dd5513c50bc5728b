/** Settings of the library: Keras's `config` namespace. */
import { getBackend as currentBackend } from "../backend/index.ts";

export {
  getBackend,
  getMemoryLimit,
  getThreads,
  profileKernels as profile,
  setBackend,
  setMemoryLimit,
  setThreads,
} from "../backend/index.ts";
export { dtypePolicy, floatx, setDtypePolicy, setFloatx } from "../graph/dtype-policy.ts";
export { epsilon, setEpsilon } from "../util/epsilon.ts";
export {
  disableFlashAttention,
  enableFlashAttention,
  isFlashAttentionEnabled,
} from "../util/flash-attention.ts";
export {
  disableInteractiveLogging,
  enableInteractiveLogging,
  isInteractiveLoggingEnabled,
} from "../util/interactive-logging.ts";
export { maxEpochs, maxStepsPerEpoch, setMaxEpochs, setMaxStepsPerEpoch } from "../util/run-limits.ts";
export { imageDataFormat, setImageDataFormat } from "../util/image-data-format.ts";

/** The name of the backend that programs run on: `"wasm"`, or `"reference"` after `setBackend`. @see Keras `config.backend` */
export function backend(): string {
  return currentBackend().name;
}
