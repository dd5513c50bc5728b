import { DTypePolicy as DTypePolicyClass, type DTypePolicyLike, toPolicy } from "../graph/dtype-policy.ts";
import {
  Int4DTypePolicy as Int4,
  QuantizedDTypePolicy as Quantized,
  QuantizedFloat8DTypePolicy as Float8,
  quantizedPolicy,
  TernaryDTypePolicy as Ternary,
} from "../graph/quantized-dtype-policy.ts";
import { quantizationModes } from "../quantizers/modes.ts";
import { deserializeKerasObject, serializeKerasObject } from "../saving/index.ts";
import type { Json } from "../saving/serialize.ts";
import { callable } from "../util/callable.ts";
import { OptionError } from "../util/errors.ts";
import { isPlainObject } from "../util/options.ts";
import type { DeserializeOptions } from "./lookup.ts";

export { DTypePolicyMap, type DTypePolicyMapConstructor } from "../graph/dtype-policy-map.ts";
export { DTypePolicy, DTypePolicy as FloatDTypePolicy } from "./dtype-policy.ts";

type Callable<C extends abstract new (...args: never[]) => object> = C &
  ((...args: ConstructorParameters<C>) => InstanceType<C>);

/** The policy of a layer with quantized weights: `QuantizedDTypePolicy("int8", "float32")`. @see Keras `dtype_policies/dtype_policy.py` */
export const QuantizedDTypePolicy: Callable<typeof Quantized> = /* @__PURE__ */ callable(Quantized);
/** The policy of a layer with weights of 4 bits: `Int4DTypePolicy("int4/128", "float32")`. @see Keras `dtype_policies/dtype_policy.py` */
export const Int4DTypePolicy: Callable<typeof Int4> = /* @__PURE__ */ callable(Int4);
/** The policy of a layer that rounds to floats of 8 bits. @see Keras `dtype_policies/dtype_policy.py` */
export const QuantizedFloat8DTypePolicy: Callable<typeof Float8> = /* @__PURE__ */ callable(Float8);
/** The policy of a layer with weights −1, 0 and 1. @see Keras `dtype_policies/dtype_policy.py` */
export const TernaryDTypePolicy: Callable<typeof Ternary> = /* @__PURE__ */ callable(Ternary);

/**
 * The policy that a name (`"mixed_bfloat16"`, `"int8_from_float32"`), Keras's JSON form or a policy itself stands for; for
 * null the global one.
 *
 * @throws {OptionError | DTypeError} for an unknown name.
 * @see Keras `dtype_policies.get`
 */
export function get(identifier: DTypePolicyLike | Readonly<Record<string, unknown>>): DTypePolicyClass {
  if (typeof identifier === "string" && quantizationModes.some((mode) => identifier.startsWith(mode)))
    return quantizedPolicy(identifier);
  return isPlainObject(identifier) ? deserialize(identifier) : toPolicy(identifier as DTypePolicyLike); // SAFETY: the rest
}

/** Keras's JSON form of a policy. */
export function serialize(policy: DTypePolicyClass): Json {
  return serializeKerasObject(policy);
}

/**
 * The policy that Keras's JSON form describes.
 *
 * @throws {OptionError} when it describes something else.
 */
export function deserialize(
  config: unknown,
  { customObjects = {} }: DeserializeOptions = {},
): DTypePolicyClass {
  const made = deserializeKerasObject(config, { customObjects });
  if (made instanceof DTypePolicyClass) return made;
  throw new OptionError(`dtypePolicies.deserialize: expected a policy, received ${JSON.stringify(config)}.`);
}
