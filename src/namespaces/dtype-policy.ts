import { DTypePolicy as DTypePolicyClass } from "../graph/dtype-policy.ts";
import { callable } from "../util/callable.ts";

export type DTypePolicy = DTypePolicyClass;

/**
 * In which dtypes a layer computes and keeps its weights; goes where a layer takes `dtype`.
 *
 * @param name - A dtype, `"mixed_float16"` or `"mixed_bfloat16"` (computes in 16 bits, keeps float32).
 * @throws {DTypeError} for another name.
 * @example
 * const layer = Dense(8, { dtype: DTypePolicy("mixed_bfloat16") });
 * layer.computeDtype; // "bfloat16"
 * @see Keras `dtype_policies/dtype_policy.py`
 */
export const DTypePolicy: typeof DTypePolicyClass & ((name: string) => DTypePolicyClass) =
  /* @__PURE__ */ callable(DTypePolicyClass);
