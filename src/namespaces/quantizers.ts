import "../models/quantize-methods.ts";
import { get as getByName, type QuantizerObject } from "../quantizers/index.ts";
import { serializeKerasObject } from "../saving/index.ts";
import type { Json } from "../saving/serialize.ts";
import { type DeserializeOptions, deserializeNamed, getNamed } from "./lookup.ts";

export * from "../quantizers/index.ts";

/**
 * The quantizer, or the configuration of quantizers, that a name, Keras's JSON form or such an object itself stands for.
 *
 * @throws {OptionError} for an unknown name.
 * @see Keras `quantizers.get`
 */
export function get(
  identifier: QuantizerObject | string | null | undefined | Readonly<Record<string, unknown>>,
): QuantizerObject | null {
  return getNamed(getByName, identifier as QuantizerObject | string | null | undefined); // SAFETY: getNamed takes JSON forms as well
}

/** Keras's JSON form of a quantizer. */
export function serialize(quantizer: unknown): Json {
  return serializeKerasObject(quantizer);
}

/** The quantizer that Keras's JSON form, or a name, describes. */
export function deserialize(config: unknown, options: DeserializeOptions = {}): QuantizerObject | null {
  return deserializeNamed(getByName, config, options);
}
