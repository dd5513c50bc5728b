/** Dtypes in which layers compute and keep their weights: Keras's `mixedPrecision` namespace. */
export { DTypePolicy, DTypePolicy as Policy } from "./dtype-policy.ts";
export {
  dtypePolicy,
  dtypePolicy as globalPolicy,
  setDtypePolicy,
  setDtypePolicy as setGlobalPolicy,
} from "../graph/dtype-policy.ts";
export { LossScaleOptimizer } from "../optimizers/index.ts";
