/** Settings of the library: Keras's `config` namespace. */
export { getBackend, getThreads, setBackend, setThreads } from "../backend/index.ts";
export { dtypePolicy, floatx, setDtypePolicy, setFloatx } from "../graph/dtype-policy.ts";
