import { get as getByName } from "../initializers/index.ts";
import type { Initializer } from "../initializers/initializer.ts";
import { serializeKerasObject } from "../saving/index.ts";
import type { Json } from "../saving/serialize.ts";
import { type DeserializeOptions, deserializeNamed, getNamed } from "./lookup.ts";

export * from "../initializers/index.ts";

/**
 * The initializer that a name, Keras's JSON form or an initializer itself stands for.
 *
 * @throws {OptionError} for an unknown name.
 * @see Keras `initializers.get`
 */
export function get(identifier: Initializer | string | Readonly<Record<string, unknown>>): Initializer {
  return getNamed(getByName, identifier as Initializer | string); // SAFETY: getNamed takes JSON forms as well
}

/** Keras's JSON form of an initializer. */
export function serialize(initializer: unknown): Json {
  return serializeKerasObject(initializer);
}

/** The initializer that Keras's JSON form, or a name, describes. */
export function deserialize(config: unknown, options: DeserializeOptions = {}): Initializer {
  return deserializeNamed(getByName, config, options);
}
