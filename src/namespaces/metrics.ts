import { get as getByName } from "../metrics/index.ts";
import { serializeKerasObject } from "../saving/index.ts";
import type { Json } from "../saving/serialize.ts";
import { type DeserializeOptions, deserializeNamed, getNamed } from "./lookup.ts";

export * from "../metrics/index.ts";

/** Keras's JSON form of a metric. */
export function serialize(metric: unknown): Json {
  return serializeKerasObject(metric);
}

/** The metric that Keras's JSON form, or a name, describes. */
export function deserialize(config: unknown, options: DeserializeOptions = {}): ReturnType<typeof getByName> {
  return deserializeNamed<ReturnType<typeof getByName>>((name) => getByName(name), config, options);
}

/**
 * The metric that a name, Keras's JSON form or a metric itself stands for.
 *
 * @throws {OptionError} for an unknown name.
 * @see Keras `metrics.get`
 */
export function get(
  identifier: Parameters<typeof getByName>[0] | Readonly<Record<string, unknown>>,
): ReturnType<typeof getByName> {
  type Identifier = Parameters<typeof getByName>[0];
  const given = identifier as Identifier; // SAFETY: getNamed takes JSON forms as well
  return getNamed<Identifier, ReturnType<typeof getByName>>((one) => getByName(one), given);
}
