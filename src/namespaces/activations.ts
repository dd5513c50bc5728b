import type { Activation, ActivationLike } from "../activations/activation.ts";
import { get as getByName } from "../activations/index.ts";
import { serializeKerasObject } from "../saving/index.ts";
import type { Json } from "../saving/serialize.ts";
import { type DeserializeOptions, deserializeNamed, getNamed } from "./lookup.ts";

export * from "../activations/index.ts";

/**
 * The activation that a name, Keras's JSON form or a function itself stands for; `linear` for null.
 *
 * @throws {OptionError} for an unknown name.
 * @see Keras `activations.get`
 */
export function get(
  identifier: ActivationLike | null | undefined | Readonly<Record<string, unknown>>,
): Activation {
  return getNamed(getByName, identifier as ActivationLike | null | undefined); // SAFETY: getNamed takes JSON forms as well
}

/** The name of a built-in activation; Keras's JSON form of another function. */
export function serialize(activation: Activation): Json {
  return activation.identifier ?? serializeKerasObject(activation);
}

/** The activation that Keras's JSON form, or a name, describes. */
export function deserialize(config: unknown, options: DeserializeOptions = {}): Activation {
  return deserializeNamed(getByName, config, options);
}
