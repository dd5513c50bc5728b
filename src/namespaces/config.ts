/** Settings of the library: Keras's `config` namespace. */
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
export { epsilon } from "../util/epsilon.ts";
export {
  disableInteractiveLogging,
  enableInteractiveLogging,
  isInteractiveLoggingEnabled,
} from "../util/interactive-logging.ts";
export { maxEpochs, maxStepsPerEpoch, setMaxEpochs, setMaxStepsPerEpoch } from "../util/run-limits.ts";
export { imageDataFormat, setImageDataFormat } from "../util/image-data-format.ts";
export { setEpsilon } from "../ops/core/epsilon.ts";
