import { deserializeKerasObject, serializeKerasObject } from "../saving/index.ts";
import type { CustomObjects } from "../saving/custom-objects.ts";
import type { Json } from "../saving/serialize.ts";

export * from "../initializers/index.ts";

/** Keras's JSON form of a initializer. */
export function serialize(initializer: unknown): Json {
  return serializeKerasObject(initializer);
}

/** The initializer that Keras's JSON form describes. */
export function deserialize(
  config: unknown,
  options: { readonly customObjects?: CustomObjects } = {},
): unknown {
  return deserializeKerasObject(config, options);
}
