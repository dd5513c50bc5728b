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
export { imageDataFormat, setImageDataFormat } from "../util/image-data-format.ts";
export { setEpsilon } from "../ops/core/epsilon.ts";
