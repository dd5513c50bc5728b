import { get as getByName } from "../optimizers/index.ts";
import { serializeKerasObject } from "../saving/index.ts";
import type { Json } from "../saving/serialize.ts";
import { type DeserializeOptions, deserializeNamed, getNamed } from "./lookup.ts";

export * from "../optimizers/index.ts";
export * as schedules from "./schedules.ts";

/** Keras's JSON form of a optimizer. */
export function serialize(optimizer: unknown): Json {
  return serializeKerasObject(optimizer);
}

/** The optimizer that Keras's JSON form, or a name, describes. */
export function deserialize(config: unknown, options: DeserializeOptions = {}): ReturnType<typeof getByName> {
  return deserializeNamed<ReturnType<typeof getByName>>((name) => getByName(name), config, options);
}

/**
 * The optimizer that a name, Keras's JSON form or an optimizer itself stands for.
 *
 * @throws {OptionError} for an unknown name.
 * @see Keras `optimizers.get`
 */
export function get(
  identifier: Parameters<typeof getByName>[0] | Readonly<Record<string, unknown>>,
): ReturnType<typeof getByName> {
  type Identifier = Parameters<typeof getByName>[0];
  const given = identifier as Identifier; // SAFETY: getNamed takes JSON forms as well
  return getNamed<Identifier, ReturnType<typeof getByName>>((one) => getByName(one), given);
}
