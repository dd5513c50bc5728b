import { deserializeKerasObject, serializeKerasObject } from "../saving/index.ts";
import type { CustomObjects } from "../saving/custom-objects.ts";
import type { Json } from "../saving/serialize.ts";

export * from "../regularizers/index.ts";

/** Keras's JSON form of a regularizer. */
export function serialize(regularizer: unknown): Json {
  return serializeKerasObject(regularizer);
}

/** The regularizer that Keras's JSON form describes. */
export function deserialize(
  config: unknown,
  options: { readonly customObjects?: CustomObjects } = {},
): unknown {
  return deserializeKerasObject(config, options);
}
