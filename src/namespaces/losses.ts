import { get as getByName } from "../losses/index.ts";
import { serializeKerasObject } from "../saving/index.ts";
import type { Json } from "../saving/serialize.ts";
import { type DeserializeOptions, deserializeNamed, getNamed } from "./lookup.ts";

export * from "../losses/index.ts";

/** Keras's JSON form of a loss. */
export function serialize(loss: unknown): Json {
  return serializeKerasObject(loss);
}

/** The loss that Keras's JSON form, or a name, describes. */
export function deserialize(config: unknown, options: DeserializeOptions = {}): ReturnType<typeof getByName> {
  return deserializeNamed<ReturnType<typeof getByName>>((name) => getByName(name), config, options);
}

/**
 * The loss that a name, Keras's JSON form or a loss itself stands for.
 *
 * @throws {OptionError} for an unknown name.
 * @see Keras `losses.get`
 */
export function get(
  identifier: Parameters<typeof getByName>[0] | Readonly<Record<string, unknown>>,
): ReturnType<typeof getByName> {
  type Identifier = Parameters<typeof getByName>[0];
  const given = identifier as Identifier; // SAFETY: getNamed takes JSON forms as well
  return getNamed<Identifier, ReturnType<typeof getByName>>((one) => getByName(one), given);
}
